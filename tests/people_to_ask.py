"""Facts for tests about asking: a contact in the register, made without any file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from service.access import new_token_text
from service.app import create_app
from service.asking import Invited
from service.db import Connection, new_id
from service.parts import Parts
from service.privacy.pseudonyms import ReferenceKind, blind_index
from service.privacy.tokens import token_hash
from service.store import api_tokens
from service.store.api_tokens import ApiToken

FORCE = "kent"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


async def add_contact(
    parts: Parts,
    ref: str = "C1",
    *,
    force: str = FORCE,
    child: str = "K1",
    age_years: int = 9,
    age_band: str = "8-11",
    child_role: str = "victim",
    gate: str = "open",
    recorded_at: datetime = START,
    **columns: Any,
) -> UUID:
    """The id of a contact, as an import would leave it; the same again adds a version."""
    async with parts.database.transaction("console", force) as connection:
        contact = await _pseudonym(connection, parts, force, "contact", ref)
        row = {
            "force": force,
            "id": new_id(),
            "contact": contact,
            "case_id": await _pseudonym(connection, parts, force, "case", f"case of {child}"),
            "child": await _pseudonym(connection, parts, force, "child", child),
            "contact_at": START,
            "contact_type": "domestic_abuse",
            "child_role": child_role,
            "age_years": age_years,
            "age_band": age_band,
            "evidence_gate": gate,
            "recorded_at": recorded_at,
            "digest": new_id().bytes,
            "batch": new_id(),
            **columns,
        }
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        await connection.execute(
            f"INSERT INTO register.contact_version ({', '.join(row)}) VALUES ({places})",
            *row.values(),
        )
    return contact


async def _pseudonym(
    connection: Connection, parts: Parts, force: str, kind: ReferenceKind, ref: str
) -> UUID:
    index = blind_index(parts.keys.master, force, kind, ref)
    fresh = new_id()
    found: UUID | None = await connection.fetchval(
        "SELECT id FROM register.pseudonym WHERE force = $1 AND kind = $2 AND blind_index = $3",
        force,
        kind,
        index,
    )
    if found is not None:
        return found
    await connection.execute(
        "INSERT INTO register.pseudonym (force, id, kind, key_version, blind_index, subject)"
        " VALUES ($1, $2, $3, $4, $5, $2)",
        force,
        fresh,
        kind,
        parts.keys.master.current,
        index,
    )
    return fresh


async def add_event(parts: Parts, contact: UUID, event: str, happened_at: datetime) -> None:
    """An event of a contact, as an import would leave it."""
    async with parts.database.transaction("console", FORCE) as connection:
        await connection.execute(
            "INSERT INTO register.event_version"
            " (force, id, contact, event, happened_at, recorded_at, digest, batch)"
            " VALUES ($1, $2, $3, $4, $5, $5, $6, $2)",
            FORCE,
            new_id(),
            contact,
            event,
            happened_at,
            new_id().bytes,
        )


@asynccontextmanager
async def browser_of(
    parts: Parts, base_url: str = "http://test"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application that keeps cookies and follows nothing by itself."""
    app = create_app(parts)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client


async def bearer(parts: Parts, force: str = FORCE) -> dict[str, str]:
    """The header of a record system of one force."""
    token = new_id()
    text = new_token_text(force, token)
    kept = ApiToken(
        force=force, id=token, name="test", secret_hash=token_hash(parts.keys.master, text)
    )
    async with parts.database.transaction("console", force) as connection:
        await api_tokens.add(connection, kept, parts.now(), parts.now() + timedelta(days=400))
    return {"Authorization": f"Bearer {text}"}


def at(parts: Parts, now: datetime) -> Parts:
    """The same process at another time."""
    return msgspec.structs.replace(parts, now=lambda: now)


def token_of(invited: Invited) -> str:
    """The token in the link of an invitation."""
    assert invited.url is not None
    return invited.url.rsplit("/", 1)[1]
