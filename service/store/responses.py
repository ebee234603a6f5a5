"""Responses: one for each person, contact and wave, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.db import Connection
from service.store.invitations import Invitation

ResponseState = Literal["partial", "complete", "withdrawn"]
Answers = Mapping[str, str]


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A response as a form needs it; instrument and version were pinned when it began."""

    id: UUID
    invitation: UUID | None
    instrument: str
    version: int
    state: ResponseState
    completion_mode: str | None
    answers: dict[str, str]
    digest: bytes | None


BEGIN = """
INSERT INTO feedback.response (
    force, id, invitation, contact, respondent, respondent_no, wave, entered, instrument, version,
    language, state, completion_mode, answers, digest, started_at, changed_at, completed_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, 'online', $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)
ON CONFLICT (force, contact, respondent, respondent_no, wave) DO NOTHING
RETURNING id
"""


class NewResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What a response begins with: nothing yet on the form, everything in one call."""

    id: UUID
    version: int
    started_at: datetime
    state: ResponseState = "partial"
    completion_mode: str | None = None
    answers: Answers = {}
    digest: bytes | None = None


async def add_response(connection: Connection, invitation: Invitation, new: NewResponse) -> bool:
    """True when this call made it; False when there is one already (whose writer is waited for).

    The gate may refuse (see `invitations.find_refusal`).
    """
    made = await connection.fetchval(
        BEGIN,
        *(invitation.force, new.id, invitation.id, invitation.contact, invitation.respondent),
        *(invitation.respondent_no, invitation.wave, invitation.instrument, new.version),
        *(invitation.language, new.state, new.completion_mode, new.answers, new.digest),
        *(new.started_at, new.started_at if new.state == "complete" else None),
    )
    return made is not None


FIND = """
SELECT id, invitation, instrument, version, state, completion_mode, answers, digest
FROM feedback.response
WHERE force = $1 AND contact = $2 AND respondent = $3 AND respondent_no = $4 AND wave = $5
"""
LOCK = f"{FIND} FOR UPDATE"


async def find_response(
    connection: Connection, invitation: Invitation, *, lock: bool = False
) -> Response | None:
    """The one response of the person, contact and wave of an invitation."""
    row = await connection.fetchrow(
        LOCK if lock else FIND,
        *(invitation.force, invitation.contact, invitation.respondent),
        *(invitation.respondent_no, invitation.wave),
    )
    return msgspec.convert(row, Response) if row else None


REBIND = "UPDATE feedback.response SET invitation = $3 WHERE force = $1 AND id = $2"


async def rebind_response(
    connection: Connection, force: str, response: UUID, invitation: UUID
) -> None:
    """Goes on under a later invitation: the one it began with was revoked, its answers stay."""
    await connection.execute(REBIND, force, response, invitation)


SAVE = """
UPDATE feedback.response SET answers = $3, completion_mode = $4, changed_at = $5
WHERE force = $1 AND id = $2 AND state = 'partial'
"""


async def save_answers(
    connection: Connection,
    force: str,
    response: UUID,
    answers: Answers,
    completion_mode: str | None,
    at: datetime,
) -> None:
    """Keeps the answers given so far. The gate may refuse."""
    await connection.execute(SAVE, force, response, answers, completion_mode, at)


COMPLETE = """
UPDATE feedback.response
SET answers = $3, completion_mode = $4, digest = $5, state = 'complete', changed_at = $6,
    completed_at = $6
WHERE force = $1 AND id = $2 AND state = 'partial'
"""


async def complete_response(
    connection: Connection,
    force: str,
    response: UUID,
    answers: Answers,
    completion_mode: str | None,
    digest: bytes,
    at: datetime,
) -> None:
    """Closes a response for good. The gate may refuse."""
    await connection.execute(COMPLETE, force, response, answers, completion_mode, digest, at)
