"""Invitations: who is asked, about what, how, and how far that went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from service.db import Connection
from surveys.instrument import Audience, WaveCode

State = Literal[
    "held",
    "queued",
    "sent",
    "delivered",
    "failed",
    "unknown",
    "opened",
    "part_answered",
    "answered",
    "expired",
    "revoked",
]
Channel = Literal["sms", "email", "card", "none"]
REFUSED_BY_DATABASE = frozenset({"HG001", "HG002"})
PAGE_SIZE = 100


def find_refusal(error: asyncpg.PostgresError) -> str | None:
    """The stable type the database refused with (gate, ninety days); None for other errors."""
    if getattr(error, "sqlstate", None) in REFUSED_BY_DATABASE:
        return str(error.detail)
    return None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """The contact meant by a reference, and whether it may be asked about (None: it may)."""

    contact: UUID
    child: UUID
    age_band: str
    refusal: str | None


FIND_CONTACT = """
SELECT c.contact, c.child, c.age_band, register.ask_refusal(c.force, c.contact, $4) AS refusal
FROM register.pseudonym AS p
-- Lateral, so that only the versions of this one contact are read and sorted.
CROSS JOIN LATERAL (
    SELECT * FROM register.contact_now AS n WHERE n.force = p.force AND n.contact = p.id
) AS c
WHERE p.force = $1 AND p.kind = 'contact'
  AND (p.key_version, p.blind_index) IN (SELECT * FROM unnest($2::smallint[], $3::bytea[]))
"""


async def find_contact(
    connection: Connection,
    force: str,
    versions: Sequence[int],
    blind_indexes: Sequence[bytes],
    respondent: Audience,
) -> Contact | None:
    """The contact with this blind index under one of the key versions (given in one order)."""
    row = await connection.fetchrow(FIND_CONTACT, force, versions, blind_indexes, respondent)
    return msgspec.convert(row, Contact) if row else None


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when somebody is asked."""

    force: str
    id: UUID
    contact: UUID
    child: UUID
    respondent: Audience
    respondent_no: int
    wave: WaveCode
    language: str
    needs: tuple[str, ...]
    channel: Channel
    instrument: str
    state: State
    created_at: datetime
    created_by: str
    expires_at: datetime


ADD = """
INSERT INTO feedback.invitation (
    force, id, contact, child, respondent, respondent_no, wave, language, needs, channel,
    instrument, state, created_at, created_by, expires_at, changed_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $13)
"""


async def add_invitation(connection: Connection, new: NewInvitation) -> None:
    """Keeps an invitation. The gate and the ninety days may refuse (see `find_refusal`)."""
    await connection.execute(ADD, *msgspec.structs.astuple(new))


FIND_ASK = """
SELECT
    EXISTS (
        SELECT FROM feedback.response
        WHERE force = $1 AND contact = $2 AND respondent = $3 AND respondent_no = $4 AND wave = $5
          AND state <> 'partial'
    ) AS answered,
    EXISTS (
        SELECT FROM feedback.invitation
        WHERE force = $1 AND contact = $2 AND respondent = $3 AND respondent_no = $4 AND wave = $5
          AND state <> 'revoked'
    ) AS invited
"""


async def find_earlier_ask(
    connection: Connection,
    force: str,
    contact: UUID,
    respondent: Audience,
    respondent_no: int,
    wave: WaveCode,
) -> Literal["already-answered", "already-invited"] | None:
    """Whether this very person was already asked about this contact in this wave."""
    row = await connection.fetchrow(FIND_ASK, force, contact, respondent, respondent_no, wave)
    if row and row["answered"]:
        return "already-answered"
    return "already-invited" if row and row["invited"] else None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as a form needs it: no way to a child."""

    force: str
    id: UUID
    contact: UUID
    respondent: Audience
    respondent_no: int
    wave: WaveCode
    language: str
    channel: Channel
    instrument: str
    state: State
    expires_at: datetime


FIND = """
SELECT force, id, contact, respondent, respondent_no, wave, language, channel, instrument, state,
    expires_at
FROM feedback.invitation WHERE force = $1 AND id = $2
"""
LOCK = f"{FIND} FOR UPDATE"


async def find_invitation(
    connection: Connection, force: str, invitation: UUID, *, lock: bool = False
) -> Invitation | None:
    """The invitation with this id, its row locked where asked; its state as stored."""
    row = await connection.fetchrow(LOCK if lock else FIND, force, invitation)
    return msgspec.convert(row, Invitation) if row else None


GATE = "SELECT register.ask_refusal($1, $2, $3)"


async def find_gate_refusal(connection: Connection, invitation: Invitation) -> str | None:
    """Why nobody may be asked about the contact of an invitation now; None: somebody may."""
    refusal: str | None = await connection.fetchval(
        GATE, invitation.force, invitation.contact, invitation.respondent
    )
    return refusal


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation in a list: its life, no reference and no answer."""

    id: UUID
    force: str
    state: State
    held_reason: str | None
    respondent: Audience
    respondent_no: int
    wave: WaveCode
    language: str
    channel: Channel
    instrument: str
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    answered_at: datetime | None
    revoked_at: datetime | None


# An expiry is seen when it is read; nothing has to run for it to be true.
LIST = """
SELECT * FROM (
    SELECT id, force,
        CASE WHEN expires_at <= $2 AND state NOT IN ('held', 'failed', 'answered', 'revoked')
            THEN 'expired' ELSE state END AS state,
        held_reason, respondent, respondent_no, wave, language, channel, instrument, created_at,
        expires_at, opened_at, answered_at, revoked_at
    FROM feedback.invitation
    WHERE force = $1 AND ($3::uuid IS NULL OR id > $3)
) AS seen
WHERE $4::text IS NULL OR state = $4
ORDER BY id
LIMIT $5
"""


async def list_invitations(
    connection: Connection,
    force: str,
    now: datetime,
    *,
    after: UUID | None = None,
    state: State | None = None,
    limit: int = PAGE_SIZE,
) -> list[Listed]:
    """Invitations of a force in order of id, those after one id, at most `limit`."""
    rows = await connection.fetch(LIST, force, now, after, state, limit)
    return [msgspec.convert(row, Listed) for row in rows]
