"""Asking, as JSON: make an invitation, follow it, end it, make its link again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from service import asking
from service.access import Caller, caller
from service.asking import Ask, Invited
from service.db import Connection, set_force
from service.errors import BadInputError, NotFoundError
from service.parts import Parts
from service.store.invitations import (
    PAGE_SIZE,
    Listed,
    State,
    find_invitation,
    list_invitations,
)
from surveys.vocabulary import FORCES

GivenParts = NamedDependency[Parts]
GivenCaller = NamedDependency[Caller]
ForceParameter = Annotated[
    str | None, QueryParameter(description="Only for a token of several forces.")
]
StateParameter = Annotated[State | None, QueryParameter(name="state")]


class AskOfForce(Ask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ask, and the force whose contact it is about."""

    force: str


class InvitationList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of invitations, oldest first; `next` is the cursor of the next, null at the end."""

    items: list[Listed]
    next: str | None


@post("/", summary="Ask one person about one contact")
async def make_invitation(
    parts: GivenParts, calling: GivenCaller, data: JSONBody[AskOfForce]
) -> Invited:
    """201 with the link and the card code, where they are handed over in person.

    409 with a stable type while the gate is closed, the plan unsafe, or the person was asked in
    the last 90 days; 404 `unknown-contact`.
    """
    calling.check_force(data.force)
    return await asking.invite(parts, data.force, data, actor=calling.actor)


@get("/", summary="Invitations and how far they went")
async def show_invitations(
    parts: GivenParts,
    calling: GivenCaller,
    in_state: StateParameter = None,
    cursor: FromQuery[UUID | None] = None,
    force: ForceParameter = None,
) -> InvitationList:
    """100 a page, in the order they were made; no reference and no answer is in them."""
    items: list[Listed] = []
    async with parts.database.transaction("console", None) as connection:
        for each in _forces(calling, force):
            await set_force(connection, each)
            items += await list_invitations(
                connection, each, parts.now(), after=cursor, state=in_state, limit=PAGE_SIZE + 1
            )
    items.sort(key=lambda item: item.id)
    more = len(items) > PAGE_SIZE
    page = items[:PAGE_SIZE]
    return InvitationList(items=page, next=str(page[-1].id) if more else None)


@post("/{invitation:uuid}/revoke", status_code=200, summary="End an invitation and its links")
async def revoke_invitation(
    parts: GivenParts,
    calling: GivenCaller,
    invitation: FromPath[UUID],
    force: ForceParameter = None,
) -> Invited:
    """200, also when it was revoked before; 409 `already-answered`; 404."""
    owner = await _force_of(parts, calling, invitation, force)
    return await asking.revoke(parts, owner, invitation, actor=calling.actor)


@post("/{invitation:uuid}/reissue", status_code=200, summary="Make its link and code again")
async def reissue_invitation(
    parts: GivenParts,
    calling: GivenCaller,
    invitation: FromPath[UUID],
    force: ForceParameter = None,
) -> Invited:
    """200 with the fresh link and code; every old one is over. 409 once it was answered; 404."""
    owner = await _force_of(parts, calling, invitation, force)
    return await asking.reissue(parts, owner, invitation, actor=calling.actor)


def _forces(calling: Caller, wanted: str | None) -> list[str]:
    """The forces a call is about: the one named, else each the caller may touch."""
    if wanted is not None:
        if wanted not in FORCES:
            raise BadInputError("`force` is not a force; use a slug such as kent.")
        calling.check_force(wanted)
        return [wanted]
    return [calling.force] if calling.force is not None else list(FORCES)


async def _force_of(parts: Parts, calling: Caller, invitation: UUID, wanted: str | None) -> str:
    """The force of an invitation among those the caller may touch. Raises NotFoundError."""
    forces = _forces(calling, wanted)
    if len(forces) == 1:
        return forces[0]
    async with parts.database.transaction("console", None) as connection:
        for each in forces:
            if await _holds(connection, each, invitation):
                return each
    raise NotFoundError("There is no such invitation.")


async def _holds(connection: Connection, force: str, invitation: UUID) -> bool:
    await set_force(connection, force)
    return await find_invitation(connection, force, invitation) is not None


INVITATION_ROUTES = Router(
    path="/api/v1/invitations",
    route_handlers=[make_invitation, show_invitations, revoke_invitation, reissue_invitation],
    dependencies={"calling": Provide(caller)},
    opt={"access": "token"},
    tags=["invitations"],
)
