"""POST /api/v1/contacts, /interventions, /events, /outcomes: rows from record systems."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from service.access import Caller, caller
from service.intake.calls import Row, rows_as_sheet
from service.intake.columns import CONTACTS, EVENTS, INTERVENTIONS, OUTCOMES, Kind
from service.intake.taking import Sender, take
from service.parts import Parts

GivenParts = NamedDependency[Parts]
GivenCaller = NamedDependency[Caller]
Rows = list[Row]
RowNumber = Annotated[int, msgspec.Meta(description="1 is the first of the list")]


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of one row that was not taken, and why."""

    row: RowNumber
    column: str
    problem: str


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many rows are in the register now (new or known before), and every problem of the rest.

    ignored: columns that are not known and were left out.
    """

    accepted: int
    rejected: list[Rejected]
    ignored: list[str] = []


async def take_rows(parts: Parts, calling: Caller, kind: Kind, rows: Rows) -> Answer:
    """What became of the rows of a call; rows of another force refuse the call whole."""
    sender = Sender(role="console", actor=calling.actor, force=calling.force, waits=False)
    taken = await take(parts, kind, rows_as_sheet(rows, kind.required), sender)
    problems = taken.problems.iter_rows(named=True)
    return Answer(
        accepted=taken.accepted,
        rejected=msgspec.convert(list(problems), list[Rejected]),
        ignored=taken.ignored,
    )


@post("/contacts", status_code=200, summary="Send contacts")
async def send_contacts(parts: GivenParts, calling: GivenCaller, data: JSONBody[Rows]) -> Answer:
    """Rows as in a contacts file; good ones are taken, bad ones are named."""
    return await take_rows(parts, calling, CONTACTS, data)


@post("/interventions", status_code=200, summary="Send interventions")
async def send_interventions(
    parts: GivenParts, calling: GivenCaller, data: JSONBody[Rows]
) -> Answer:
    """Rows as in an interventions file; good ones are taken, bad ones are named."""
    return await take_rows(parts, calling, INTERVENTIONS, data)


@post("/events", status_code=200, summary="Send events")
async def send_events(parts: GivenParts, calling: GivenCaller, data: JSONBody[Rows]) -> Answer:
    """Rows as in an events file; good ones are taken, bad ones are named."""
    return await take_rows(parts, calling, EVENTS, data)


@post("/outcomes", status_code=200, summary="Send outcomes")
async def send_outcomes(parts: GivenParts, calling: GivenCaller, data: JSONBody[Rows]) -> Answer:
    """Rows as in an outcomes file; good ones are taken, bad ones are named."""
    return await take_rows(parts, calling, OUTCOMES, data)


RECORD_ROUTES = Router(
    path="/api/v1",
    opt={"access": "token"},
    route_handlers=[send_contacts, send_interventions, send_events, send_outcomes],
    dependencies={"calling": Provide(caller)},
    tags=["records"],
)
