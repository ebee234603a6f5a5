"""Safe-contact plans, sealed: how, and whether, a person may be reached."""

from __future__ import annotations

from uuid import UUID

from service.db import Connection

TABLE = "vault.safe_contact"

ADD = """
INSERT INTO vault.safe_contact (force, id, key_id, sealed) VALUES ($1, $2, $3, $4)
"""


async def add_safe_contact(
    connection: Connection, force: str, invitation: UUID, key_id: str, sealed: bytes
) -> None:
    """Keeps the sealed plan of an invitation; its row id is the invitation's."""
    await connection.execute(ADD, force, invitation, key_id, sealed)


FIND = "SELECT key_id, sealed FROM vault.safe_contact WHERE force = $1 AND id = $2"


async def find_safe_contact(
    connection: Connection, force: str, invitation: UUID
) -> tuple[str, bytes] | None:
    """(key id, sealed bytes) of the plan of an invitation, or None where none was given."""
    row = await connection.fetchrow(FIND, force, invitation)
    return (row["key_id"], row["sealed"]) if row else None
