"""The audit trail: who did what. Written in the transaction it speaks of, changed by nobody."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from service.db import Connection, new_id

ADD = """
INSERT INTO audit.entry (force, id, actor, action, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def add_entry(
    connection: Connection,
    force: str,
    actor: str,
    action: str,
    subject: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Writes one line of the trail.

    subject: the row it was done to; detail: codes and counts, never an answer, name or number.
    """
    await connection.execute(ADD, force, new_id(), actor, action, subject, dict(detail or {}))
