"""Answers given on paper or by telephone and typed in by the force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from service.db import Connection
from service.store.register import LONG_SECONDS


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is there already."""

    contact: UUID
    respondent: str
    respondent_no: int
    wave: str
    entered: str
    state: str
    digest: bytes | None
    changed_at: datetime
    recorded_at: datetime | None
    source_event_id: str | None


FIND_EARLIER = """
SELECT r.contact, r.respondent, r.respondent_no, r.wave, r.entered, r.state, r.digest,
    r.changed_at, r.recorded_at, r.source_event_id
FROM feedback.response AS r
WHERE r.force = $1 AND r.contact = ANY ($2::uuid[])
"""


async def find_earlier(
    connection: Connection, force: str, contacts: Sequence[UUID]
) -> list[Earlier]:
    """The answers there are about these contacts, however they came."""
    rows = await connection.fetch(FIND_EARLIER, force, contacts, timeout=LONG_SECONDS)
    return [msgspec.convert(row, Earlier) for row in rows]


class PaperResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it is kept; taken back ones keep no answers.

    recorded_at: null where the force named no time of the answer.
    """

    force: str
    id: UUID
    contact: UUID
    respondent: str
    respondent_no: int
    wave: str
    instrument: str
    version: int
    language: str
    state: str
    completion_mode: str
    answers: dict[str, str]
    digest: bytes
    answered_at: datetime
    changed_at: datetime
    batch: UUID
    recorded_at: datetime | None
    source_event_id: str | None


ADD = """
INSERT INTO feedback.response (
    force, id, contact, respondent, respondent_no, wave, entered, instrument, version, language,
    state, completion_mode, answers, digest, started_at, changed_at, completed_at, batch,
    recorded_at, source_event_id
) VALUES (
    $1, $2, $3, $4, $5, $6, 'paper', $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, $16, $17, $18
)
"""


async def add_responses(connection: Connection, responses: Sequence[PaperResponse]) -> None:
    """Keeps new answers. Raises UniqueViolationError where one came meanwhile by another way."""
    await connection.executemany(
        ADD, [msgspec.structs.astuple(each) for each in responses], timeout=LONG_SECONDS
    )


REPLACE = """
UPDATE feedback.response SET
    instrument = $6, version = $7, language = $8, state = $9, completion_mode = $10,
    answers = $11, digest = $12, started_at = $13, completed_at = $13, changed_at = $14,
    batch = $15, recorded_at = $16, source_event_id = $17
WHERE force = $1 AND contact = $2 AND respondent = $3 AND respondent_no = $4 AND wave = $5
  AND entered = 'paper'
"""


async def replace_responses(connection: Connection, responses: Sequence[PaperResponse]) -> None:
    """Puts answers on paper in the place of those that are there; what those said is gone."""
    await connection.executemany(
        REPLACE,
        [
            tuple(value for name, value in msgspec.structs.asdict(each).items() if name != "id")
            for each in responses
        ],
        timeout=LONG_SECONDS,
    )
