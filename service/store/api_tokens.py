"""API tokens of record systems: kept as keyed hashes, one force each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from service.db import Connection


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token that is neither expired nor revoked; secret_hash is the keyed hash of its text."""

    force: str
    id: UUID
    name: str
    secret_hash: bytes


FIND_USABLE = """
SELECT t.force, t.id, t.name, t.secret_hash
FROM access.api_token AS t
WHERE t.force = $1 AND t.id = $2 AND t.revoked_at IS NULL AND t.expires_at > $3
"""


async def find_usable(
    connection: Connection, force: str, token: UUID, now: datetime
) -> ApiToken | None:
    """The token of this id while it may be used; None once expired, revoked, or never made."""
    row = await connection.fetchrow(FIND_USABLE, force, token, now)
    return None if row is None else msgspec.convert(row, ApiToken)


ADD = """
INSERT INTO access.api_token (force, id, secret_hash, name, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def add(
    connection: Connection, token: ApiToken, created_at: datetime, expires_at: datetime
) -> None:
    """Keeps a new token."""
    await connection.execute(
        ADD, token.force, token.id, token.secret_hash, token.name, created_at, expires_at
    )


REVOKE = """
UPDATE access.api_token SET revoked_at = $3
WHERE force = $1 AND id = $2 AND revoked_at IS NULL
RETURNING id
"""


async def revoke(connection: Connection, force: str, token: UUID, now: datetime) -> bool:
    """Whether a token was revoked now; False where there is none or it was revoked before."""
    return await connection.fetchval(REVOKE, force, token, now) is not None
