"""Counts for the console: how many were asked and how many answers came, never what they say."""

from __future__ import annotations

import msgspec

from service.db import Connection

INVITATIONS_BY_STATE = """
SELECT state, count(*) AS n FROM feedback.invitation GROUP BY state
"""
ANSWERS_RECEIVED = """
SELECT count(*) FROM feedback.response WHERE state = 'complete'
"""
CONTACTS = """
SELECT count(*) FROM register.contact_now
"""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one force. invitations: state -> how many."""

    contacts: int
    answers_received: int
    invitations: dict[str, int]


async def read_totals(connection: Connection) -> Totals:
    """The counts of the force this transaction sees."""
    rows = await connection.fetch(INVITATIONS_BY_STATE)
    return Totals(
        contacts=await connection.fetchval(CONTACTS),
        answers_received=await connection.fetchval(ANSWERS_RECEIVED),
        invitations={row["state"]: row["n"] for row in rows},
    )
