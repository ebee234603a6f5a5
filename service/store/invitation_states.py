"""The steps of an invitation's life, each refused by its own WHERE when out of turn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from service.db import Connection

OPEN = """
UPDATE feedback.invitation
SET state = CASE WHEN state = 'part_answered' THEN state ELSE 'opened' END,
    opened_at = coalesce(opened_at, $3), changed_at = $3
WHERE force = $1 AND id = $2
  AND state IN ('queued', 'sent', 'delivered', 'failed', 'unknown', 'opened', 'part_answered')
RETURNING id
"""


async def mark_opened(connection: Connection, force: str, invitation: UUID, at: datetime) -> bool:
    """True when it stands opened now; False where it was held, answered or revoked."""
    return await connection.fetchval(OPEN, force, invitation, at) is not None


PART = """
UPDATE feedback.invitation SET state = 'part_answered', changed_at = $3
WHERE force = $1 AND id = $2 AND state = 'opened'
"""


async def mark_part_answered(
    connection: Connection, force: str, invitation: UUID, at: datetime
) -> None:
    """The first page was sent."""
    await connection.execute(PART, force, invitation, at)


ANSWER = """
UPDATE feedback.invitation
SET state = 'answered', opened_at = coalesce(opened_at, $3), answered_at = $3, changed_at = $3
WHERE force = $1 AND id = $2 AND state NOT IN ('held', 'answered', 'revoked')
RETURNING id
"""


async def mark_answered(connection: Connection, force: str, invitation: UUID, at: datetime) -> bool:
    """True when it stands answered now; False where it was held, answered or revoked before."""
    return await connection.fetchval(ANSWER, force, invitation, at) is not None


REVOKE = """
UPDATE feedback.invitation
SET state = 'revoked', held_reason = NULL, revoked_at = $3, changed_at = $3
WHERE force = $1 AND id = $2 AND state NOT IN ('answered', 'revoked')
"""


async def mark_revoked(connection: Connection, force: str, invitation: UUID, at: datetime) -> None:
    """Nobody is asked by it any more; what was already sent stays."""
    await connection.execute(REVOKE, force, invitation, at)


REISSUE = """
UPDATE feedback.invitation
SET state = CASE WHEN channel IN ('sms', 'email') THEN 'queued'
        WHEN state IN ('opened', 'part_answered') THEN state
        ELSE 'sent' END,
    expires_at = $4, reissued_at = $3, changed_at = $3
WHERE force = $1 AND id = $2 AND state NOT IN ('held', 'answered', 'revoked')
RETURNING state
"""


async def mark_reissued(
    connection: Connection, force: str, invitation: UUID, at: datetime, expires_at: datetime
) -> str | None:
    """Its new state; None where it was held, answered or revoked. Visits begun before are over."""
    state: str | None = await connection.fetchval(REISSUE, force, invitation, at, expires_at)
    return state
