"""References as forces wrote them, sealed; kept in the vault under the id of their pseudonym."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from service.db import Connection

TABLE = "vault.original"


class Sealed(NamedTuple):
    """One sealed reference; the plain bytes are UTF-8, trimmed and in Unicode NFC."""

    id: UUID
    key_id: str
    sealed: bytes


ADD = """
INSERT INTO vault.original (force, id, key_id, sealed)
SELECT $1, o.id, o.key_id, o.sealed
FROM unnest($2::uuid[], $3::text[], $4::bytea[]) AS o (id, key_id, sealed)
ON CONFLICT DO NOTHING
"""


async def add_originals(connection: Connection, force: str, originals: Sequence[Sealed]) -> None:
    """Keeps sealed references; one that is there already stays as it is."""
    if originals:
        ids, key_ids, sealed = zip(*originals, strict=True)
        await connection.execute(ADD, force, ids, key_ids, sealed, timeout=600)
