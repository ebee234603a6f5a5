"""Taking rows in, and reading back what stands, for tests."""

from __future__ import annotations

from typing import Any

import asyncpg

from service.intake.calls import Row
from service.intake.columns import KINDS
from service.intake.taking import Sender, Taken, take
from service.parts import Parts
from tests.unit.intake.rows import sheet

WORKER = Sender(role="worker", actor="test")
SAID = {
    "contact_now": "severity, team, flags, evidence_gate, age_band, contact_at",
    "intervention_now": "intervention, status, offered_on, provider, dose",
    "event_now": "event, happened_at",
    "outcome_now": "outcome_set, outcome, decided_on, final, value",
}


async def take_in(parts: Parts, kind: str, *rows: Row, **options: Any) -> Taken:
    """What became of some rows, sent as one file."""
    sender = options.pop("sender", WORKER)
    return await take(parts, KINDS[kind], sheet(kind, *rows), sender, **options)


async def standing(parts: Parts, view: str, force: str = "kent") -> list[tuple[Any, ...]]:
    """What stands in a view, without ids and times of arrival, in one order."""
    async with parts.database.transaction("worker", force) as connection:
        rows = await connection.fetch(
            f"SELECT {SAID[view]}, recorded_at, source_event_id FROM register.{view} ORDER BY 1, 2"
        )
    return sorted((tuple(row) for row in rows), key=str)


async def refusal(parts: Parts) -> str | None:
    """Why the child of the only contact may not be asked; None when she may."""
    async with parts.database.transaction("worker", "kent") as connection:
        contact = await connection.fetchval(
            "SELECT id FROM register.pseudonym WHERE kind = 'contact'"
        )
        said: str | None = await connection.fetchval(
            "SELECT register.ask_refusal('kent', $1, 'child')", contact
        )
        return said


async def counts(parts: Parts, force: str = "kent") -> dict[str, int]:
    """How many rows each table of the register, the vault and the answers holds of a force."""
    tables = (
        *("register.pseudonym", "register.batch", "register.contact_version"),
        *("register.intervention_version", "register.event_version", "register.outcome_version"),
        *("vault.original", "feedback.response"),
    )
    async with parts.database.transaction("worker", force) as connection:
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables
        }


async def everything(url: str) -> str:
    """Every row of every table as the owner of the database sees it, as one text."""
    connection = await asyncpg.connect(url)
    try:
        owned = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        found = []
        for schema, table in owned:
            # Row-level security holds for the owner too; here it is lifted to see all there is.
            name = f'"{schema}"."{table}"'
            await connection.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
            rows = await connection.fetch(f"SELECT t::text FROM {name} AS t")
            found += [row[0] for row in rows]
        return "\n".join(found)
    finally:
        await connection.close()
