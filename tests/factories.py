"""Rows for tests, written straight into the register as the owner of the facts would."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from service.db import Connection, new_id, set_force

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


async def owner(url: str, force: str) -> Connection:
    """A connection of the owner that sees one force; the caller closes it."""
    connection: Connection = await asyncpg.connect(url)
    await connection.execute("SELECT set_config('heard.force', $1, false)", force)
    return connection


async def add_pseudonym(connection: Connection, force: str, kind: str, reference: str) -> UUID:
    """The id of a pseudonym for a reference."""
    known = await connection.fetchval(
        "SELECT id FROM register.pseudonym WHERE force = $1 AND kind = $2 AND blind_index = $3",
        force,
        kind,
        hashlib.sha256(reference.encode()).digest(),
    )
    if known:
        return UUID(str(known))
    identity = new_id()
    await connection.execute(
        "INSERT INTO register.pseudonym (force, id, kind, key_version, blind_index, subject)"
        " VALUES ($1, $2, $3, 1, $4, $2)",
        force,
        identity,
        kind,
        hashlib.sha256(reference.encode()).digest(),
    )
    return identity


async def add_contact(
    connection: Connection, force: str = "durham", reference: str = "C1", **columns: Any
) -> UUID:
    """The contact's id. Columns not given are those of a child victim of nine, gate open."""
    row: dict[str, Any] = {
        "force": force,
        "id": new_id(),
        "contact": await add_pseudonym(connection, force, "contact", reference),
        "case_id": await add_pseudonym(connection, force, "case", columns.pop("case", "K1")),
        "child": await add_pseudonym(connection, force, "child", columns.pop("child", "P1")),
        "contact_at": NOON,
        "contact_type": "VICTIM_WITNESS",
        "child_role": "victim",
        "age_years": 9,
        "age_band": "8-11",
        "evidence_gate": "open",
        "recorded_at": NOON,
        "digest": new_id().bytes,
        "batch": new_id(),
        **columns,
    }
    await _insert(connection, "register.contact_version", row)
    return UUID(str(row["contact"]))


async def add_event(
    connection: Connection, contact: UUID, event: str, happened_at: datetime, **columns: Any
) -> None:
    """One event of a contact."""
    row = {
        "force": "durham",
        "id": new_id(),
        "contact": contact,
        "event": event,
        "happened_at": happened_at,
        "recorded_at": happened_at,
        "digest": new_id().bytes,
        "batch": new_id(),
        **columns,
    }
    await _insert(connection, "register.event_version", row)


async def add_outcome(connection: Connection, contact: UUID, **columns: Any) -> None:
    """One outcome of a contact; a charge that is not final where nothing else is said."""
    row = {
        "force": "durham",
        "id": new_id(),
        "contact": contact,
        "outcome_set": "justice",
        "outcome": "1",
        "decided_on": NOON.date(),
        "recorded_at": NOON,
        "digest": new_id().bytes,
        "batch": new_id(),
        **columns,
    }
    await _insert(connection, "register.outcome_version", row)


async def add_invitation(connection: Connection, contact: UUID, **columns: Any) -> UUID:
    """The id of an invitation of a child by card, made at NOON where nothing else is said."""
    force = columns.get("force", "durham")
    child = await connection.fetchval(
        "SELECT child FROM register.contact_now WHERE force = $1 AND contact = $2", force, contact
    )
    created_at: datetime = columns.pop("created_at", NOON)
    row = {
        "force": force,
        "id": new_id(),
        "contact": contact,
        "child": child,
        "respondent": "child",
        "respondent_no": 1,
        "wave": "T1",
        "language": "en",
        "channel": "card",
        "instrument": "child-8-11",
        "state": "sent",
        "created_at": created_at,
        "created_by": "test",
        "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
        "changed_at": created_at,
        **columns,
    }
    await _insert(connection, "feedback.invitation", row)
    return UUID(str(row["id"]))


async def _insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    marks = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    async with connection.transaction():
        await set_force(connection, row["force"])
        await connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *row.values())
