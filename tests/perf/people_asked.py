"""Many people asked at once, written in bulk: what a run of the benchmark is answered with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from service.db import Connection, new_id
from service.parts import Parts
from service.privacy.tokens import new_token, token_hash

FORCE = "kent"
MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

PSEUDONYMS = """
INSERT INTO register.pseudonym (force, id, kind, key_version, blind_index, subject)
SELECT $1, id, $2, 1, sha256(id::text::bytea), id FROM unnest($3::uuid[]) AS t (id)
"""
CONTACTS = """
INSERT INTO register.contact_version (
    force, id, contact, case_id, child, contact_at, contact_type, child_role, age_years, age_band,
    evidence_gate, recorded_at, digest, batch
)
SELECT $1, contact, contact, $2, child, $5, 'VICTIM_WITNESS', 'victim', 9, '8-11', 'open', $5,
    sha256(contact::text::bytea), $2
FROM unnest($3::uuid[], $4::uuid[]) AS t (contact, child)
"""
INVITATIONS = """
INSERT INTO feedback.invitation (
    force, id, contact, child, respondent, wave, language, channel, instrument, state, created_at,
    created_by, expires_at, changed_at
)
SELECT $1, contact, contact, child, 'child', 'T1', 'en', 'card', 'child-8-11', 'sent', $4, 'bench',
    $5, $4
FROM unnest($2::uuid[], $3::uuid[]) AS t (contact, child)
"""
LINKS = """
INSERT INTO feedback.link (token_hash, force, invitation, kind, expires_at)
SELECT hash, $1, invitation, 'link', $4 FROM unnest($2::bytea[], $3::uuid[]) AS t (hash, invitation)
"""


# Few enough that a plan made for an empty table never meets a full one.
AT_ONCE = 500
STATISTICS = "ANALYZE register.pseudonym, register.contact_version, feedback.invitation"


async def ask_many(parts: Parts, owner_url: str, count: int) -> list[str]:
    """The tokens of that many children, each invited once, all through the database's rules."""
    made = [new_token() for _ in range(count)]
    await _ask(parts, owner_url, [token_hash(parts.keys.master, token) for token in made])
    return made


async def ask_many_numbered(parts: Parts, owner_url: str, count: int) -> None:
    """As many again for pgbench: the hash of number n is SHA-256 of n in decimal."""
    hashes = [hashlib.sha256(str(number).encode()).digest() for number in range(count)]
    await _ask(parts, owner_url, hashes)


async def _ask(parts: Parts, owner_url: str, hashes: Sequence[bytes]) -> None:
    owner: Connection = await asyncpg.connect(owner_url)
    for first in range(0, len(hashes), AT_ONCE):
        async with parts.database.transaction("console", FORCE) as connection:
            await _ask_some(connection, hashes[first : first + AT_ONCE])
        await owner.execute(STATISTICS)
    await owner.close()


async def _ask_some(connection: Connection, hashes: Sequence[bytes]) -> None:
    case, soon = new_id(), datetime.now(UTC) + timedelta(days=14)
    contacts, children = [new_id() for _ in hashes], [new_id() for _ in hashes]
    for kind, ids in (("case", [case]), ("contact", contacts), ("child", children)):
        await connection.execute(PSEUDONYMS, FORCE, kind, ids)
    await connection.execute(CONTACTS, FORCE, case, contacts, children, MADE_AT)
    await connection.execute(INVITATIONS, FORCE, contacts, children, MADE_AT, soon)
    await connection.execute(LINKS, FORCE, hashes, contacts, soon)
