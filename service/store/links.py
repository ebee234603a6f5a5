"""The live directory of links and card codes: keyed hashes only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from service.db import Connection

LinkKind = Literal["link", "card"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a token or code stands for."""

    force: str
    invitation: UUID
    expires_at: datetime


FIND = """
SELECT force, invitation, expires_at FROM feedback.link
WHERE token_hash = ANY($1::bytea[]) AND kind = $2
"""


async def find_link(connection: Connection, hashes: Sequence[bytes], kind: LinkKind) -> Link | None:
    """The link with one of these hashes (one a key version); the only read that needs no force."""
    row = await connection.fetchrow(FIND, hashes, kind)
    return msgspec.convert(row, Link) if row else None


ADD = """
INSERT INTO feedback.link (token_hash, force, invitation, kind, expires_at)
VALUES ($1, $2, $3, $4, $5)
"""


async def add_link(
    connection: Connection,
    token_hash: bytes,
    kind: LinkKind,
    link: Link,
) -> None:
    """Keeps a fresh link. The gate may refuse (see `invitations.find_refusal`)."""
    await connection.execute(ADD, token_hash, link.force, link.invitation, kind, link.expires_at)


DELETE = "DELETE FROM feedback.link WHERE force = $1 AND invitation = $2"


async def delete_links(connection: Connection, force: str, invitation: UUID) -> None:
    """Ends every link and code of an invitation at once."""
    await connection.execute(DELETE, force, invitation)
