"""Visits: one sitting on one device. Ending it on the server ends it everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.db import Connection
from surveys.instrument import Audience

Closing = Literal["done", "not_now"]

ADD = """
INSERT INTO feedback.visit (force, id, response, started_at, expires_at)
VALUES ($1, $2, $3, $4, $5)
"""


async def add_visit(
    connection: Connection,
    force: str,
    visit: UUID,
    response: UUID,
    started_at: datetime,
    expires_at: datetime,
) -> None:
    """Begins a visit, at the first page. The gate may refuse (see `invitations.find_refusal`)."""
    await connection.execute(ADD, force, visit, response, started_at, expires_at)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit with the response and invitation it belongs to.

    - `item`: the question on the screen; None on the first page.
    - `answered`: items given in this very visit, the only ones it may show again.
    - `problem`: the key of the words that say what is wrong on the screen.
    - `closing`: which last page it ended with; None where it was left or never ended.
    - `refusal`: why the gate is closed; None while it is open.
    - `reissued`: the link it began with was replaced since.
    """

    id: UUID
    item: str | None
    answered: tuple[str, ...]
    problem: str | None
    closing: Closing | None
    expires_at: datetime
    ended_at: datetime | None
    response: UUID
    state: Literal["partial", "complete", "withdrawn"]
    instrument: str
    version: int
    language: str
    answers: dict[str, str]
    completion_mode: str | None
    invitation: UUID
    respondent: Audience
    invitation_state: str
    invitation_expires_at: datetime
    reissued: bool
    refusal: str | None

    def is_open(self, now: datetime) -> bool:
        """Whether a page of it may be shown or sent now."""
        return (
            self.ended_at is None
            and self.state == "partial"
            and self.refusal is None
            and not self.reissued
            and self.expires_at > now
            and self.invitation_expires_at > now
            and self.invitation_state in ("opened", "part_answered")
        )

    def shown_closing(self, now: datetime) -> Closing | None:
        """The last page, for as long as the visit would have lasted."""
        return self.closing if self.expires_at > now else None


FIND = """
SELECT v.id, v.item, v.answered, v.problem, v.closing, v.expires_at, v.ended_at,
    r.id AS response, r.state, r.instrument, r.version, r.language, r.answers, r.completion_mode,
    i.id AS invitation, i.respondent, i.state AS invitation_state,
    i.expires_at AS invitation_expires_at,
    coalesce(i.reissued_at >= v.started_at, FALSE) AS reissued,
    register.ask_refusal(r.force, r.contact, r.respondent) AS refusal
FROM feedback.visit AS v
JOIN feedback.response AS r ON r.force = v.force AND r.id = v.response
JOIN feedback.invitation AS i ON i.force = r.force AND i.id = r.invitation
WHERE v.force = $1 AND v.id = $2
"""


async def find_visit(connection: Connection, force: str, visit: UUID) -> Visit | None:
    """The visit as it stands."""
    row = await connection.fetchrow(FIND, force, visit)
    return msgspec.convert(row, Visit) if row else None


LOCK = """
SELECT id FROM feedback.response
WHERE force = $1 AND id = (SELECT response FROM feedback.visit WHERE force = $1 AND id = $2)
FOR UPDATE
"""


async def lock_visit(connection: Connection, force: str, visit: UUID) -> Visit | None:
    """The visit, after waiting for every other change of its response.

    The lock is always the response's, here and wherever a whole survey is sent, so two never wait
    for each other; the visit is read in a later statement, so it is what the last one left.
    """
    if await connection.fetchval(LOCK, force, visit) is None:
        return None
    return await find_visit(connection, force, visit)


MOVE = """
UPDATE feedback.visit SET item = $3, answered = $4, problem = $5, expires_at = $6
WHERE force = $1 AND id = $2
"""


async def move_visit(
    connection: Connection,
    force: str,
    visit: UUID,
    item: str | None,
    answered: Sequence[str],
    problem: str | None,
    expires_at: datetime,
) -> None:
    """Puts another page, or a problem, on the screen."""
    await connection.execute(MOVE, force, visit, item, answered, problem, expires_at)


END = """
UPDATE feedback.visit SET ended_at = $3, closing = $4
WHERE force = $1 AND id = $2 AND ended_at IS NULL
RETURNING response
"""


async def end_visit(
    connection: Connection, force: str, visit: UUID, at: datetime, closing: Closing | None = None
) -> UUID | None:
    """The response of the visit ended now; None where it was over before."""
    response: UUID | None = await connection.fetchval(END, force, visit, at, closing)
    return response


END_ALL = """
UPDATE feedback.visit SET ended_at = $3
WHERE force = $1 AND response = $2 AND ended_at IS NULL
"""


async def end_visits_of(connection: Connection, force: str, response: UUID, at: datetime) -> None:
    """Ends every visit of a response, on every device."""
    await connection.execute(END_ALL, force, response, at)
