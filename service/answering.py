"""Answering on the form: a visit starts, moves page by page, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from service.db import Connection, new_id, set_force
from service.parts import Parts
from service.privacy.tokens import (
    Place,
    answers_digest,
    read_visit_cookie,
    token_hashes,
    visit_cookie,
)
from service.store import audit, invitation_states, invitations, links, responses, visits
from service.store.invitations import Invitation
from service.store.links import LinkKind
from service.store.responses import NewResponse
from service.store.visits import Visit
from surveys.answers import Problem, TextAnswer, canonical, completion_mode_of, read_form
from surveys.instrument import Instrument
from surveys.journey import prune, walk
from surveys.library import load_library

IDLE = timedelta(minutes=20)
RESPONDENT = "respondent"
# Where a link that does not exist leads: the same statements run, and find nothing.
NOWHERE = UUID(int=0)


class _NotUsableError(Exception):
    """The link or visit cannot be used; the transaction is undone and the calm page shown."""


async def find_open_invitation(
    connection: Connection, parts: Parts, secret: str, kind: LinkKind
) -> Invitation | None:
    """The invitation a token or code opens now, or None; the transaction is set to its force.

    The gate is not asked here. An answered invitation is found too: a resend must be known.
    """
    hashes = token_hashes(parts.keys.master, secret)
    link = await links.find_link(connection, hashes, kind)
    force, invitation = (link.force, link.invitation) if link else ("", NOWHERE)
    await set_force(connection, force)
    found = await invitations.find_invitation(connection, force, invitation)
    if found is None or link is None or min(link.expires_at, found.expires_at) <= parts.now():
        return None
    return None if found.state in ("held", "revoked") else found


async def start(parts: Parts, secret: str, kind: LinkKind) -> str | None:
    """The cookie of a new visit, at the first page; None where the link or code is not usable."""
    try:
        async with parts.database.transaction("respondent", None) as connection:
            return await _start(connection, parts, secret, kind)
    except _NotUsableError:
        return None
    except asyncpg.PostgresError as error:
        if invitations.find_refusal(error) is None:
            raise
        return None


async def _start(connection: Connection, parts: Parts, secret: str, kind: LinkKind) -> str:
    invitation = await find_open_invitation(connection, parts, secret, kind)
    if invitation is None:
        raise _NotUsableError
    force, now = invitation.force, parts.now()
    version = load_library().get(invitation.instrument).version
    fresh = NewResponse(id=new_id(), version=version, started_at=now)
    began = await responses.add_response(connection, invitation, fresh)
    response = await responses.find_response(connection, invitation, lock=True)
    if response is None or response.state != "partial":
        raise _NotUsableError
    if response.invitation != invitation.id:
        await responses.rebind_response(connection, force, response.id, invitation.id)
    if not await invitation_states.mark_opened(connection, force, invitation.id, now):
        raise _NotUsableError
    visit = new_id()
    await visits.add_visit(connection, force, visit, response.id, now, now + IDLE)
    action = "survey begun" if began else "survey taken up again"
    await audit.add_entry(connection, force, RESPONDENT, action, invitation.id, {"by": kind})
    return visit_cookie(parts.keys.master, Place(force=force, visit=visit))


async def see(parts: Parts, cookie: str | None) -> Visit | None:
    """The visit to show a page of: open, or just closed; None means the calm page."""
    place = read_visit_cookie(parts.keys.master, cookie) if cookie else None
    if place is None:
        return None
    async with parts.database.transaction("respondent", place.force) as connection:
        visit = await visits.find_visit(connection, place.force, place.visit)
    now = parts.now()
    if visit is None or not (visit.is_open(now) or visit.shown_closing(now)):
        return None
    return visit


def survey_of(visit: Visit) -> Instrument:
    """The survey of a visit, in the version it began with."""
    return load_library().get(visit.instrument, visit.version)


async def step(parts: Parts, cookie: str | None, fields: Mapping[str, str]) -> None:
    """Takes one sent page. What cannot be taken (stale, twice, too late) changes nothing.

    Fields: `go` is the button, `item` the question that was on the screen, `answer` its answer.
    """
    place = read_visit_cookie(parts.keys.master, cookie) if cookie else None
    if place is None:
        return
    try:
        async with parts.database.transaction("respondent", place.force) as connection:
            visit = await visits.lock_visit(connection, place.force, place.visit)
            if visit is not None and visit.is_open(parts.now()):
                await _step(connection, parts, place.force, visit, fields)
    except _NotUsableError:
        return
    except asyncpg.PostgresError as error:
        if invitations.find_refusal(error) is None:
            raise


async def _step(
    connection: Connection, parts: Parts, force: str, visit: Visit, fields: Mapping[str, str]
) -> None:
    match fields.get("go"):
        case "not_now":
            await visits.end_visit(connection, force, visit.id, parts.now(), "not_now")
        case "start":
            if visit.item is None:
                await _go_on(connection, parts, force, visit)
        case "back":
            if fields.get("item") == visit.item:
                item = page_before(survey_of(visit), visit)
                await _show(connection, force, visit, item, None, parts.now())
        case _:
            await _take_answer(connection, parts, force, visit, fields)


def page_before(instrument: Instrument, visit: Visit) -> str | None:
    """The question before the one on the screen among those of this visit; None: the first page."""
    asked = walk(instrument, dict(visit.answers)).asked
    if visit.item not in asked:
        return None
    earlier = asked[: asked.index(visit.item)]
    return next((key for key in reversed(earlier) if key in visit.answered), None)


async def _go_on(connection: Connection, parts: Parts, force: str, visit: Visit) -> None:
    """From the first page to the next question without an answer."""
    journey = walk(survey_of(visit), dict(visit.answers))
    if journey.next is None:
        await _complete(connection, parts, force, visit, visit.answers)
        return
    await _show(connection, force, visit, journey.next.key, None, parts.now())


async def _show(
    connection: Connection,
    force: str,
    visit: Visit,
    item: str | None,
    problem: str | None,
    now: datetime,
    answered: tuple[str, ...] | None = None,
) -> None:
    given = visit.answered if answered is None else answered
    await visits.move_visit(connection, force, visit.id, item, given, problem, now + IDLE)


async def _take_answer(
    connection: Connection, parts: Parts, force: str, visit: Visit, fields: Mapping[str, str]
) -> None:
    instrument, now = survey_of(visit), parts.now()
    item = instrument.find_item(fields.get("item", ""))
    if item is None or not _may_answer(instrument, visit, item.key):
        return
    value = read_form(item, fields)
    if isinstance(value, TextAnswer):
        return  # no survey with a box for words is ever offered (asking.find_survey)
    if isinstance(value, Problem):
        if item.key == visit.item:
            await _show(connection, force, visit, item.key, value.message_key, now)
        return
    answers = {**visit.answers, item.key: value}
    answered = (*(key for key in visit.answered if key != item.key), item.key)
    journey = walk(instrument, dict(answers))
    if journey.done:
        await _complete(connection, parts, force, visit, answers)
        return
    mode = completion_mode_of(instrument, dict(answers))
    await responses.save_answers(connection, force, visit.response, answers, mode, now)
    if visit.invitation_state == "opened":
        await invitation_states.mark_part_answered(connection, force, visit.invitation, now)
    after = _page_after(journey.may_visit, item.key, answered, answers)
    await _show(connection, force, visit, after, None, now, answered)


def _may_answer(instrument: Instrument, visit: Visit, key: str) -> bool:
    """The question on the screen, one of this visit (sent again), or the next without an answer."""
    journey = walk(instrument, dict(visit.answers))
    on_the_way = visit.item is not None and key in journey.may_visit
    return on_the_way and (
        key in (visit.item, *visit.answered)
        or (journey.next is not None and journey.next.key == key)
    )


def _page_after(
    may_visit: tuple[str, ...], key: str, answered: tuple[str, ...], answers: Mapping[str, str]
) -> str:
    """The page after this one that may be shown: given in this visit, or not given at all."""
    later = may_visit[may_visit.index(key) + 1 :]
    return next(each for each in later if each in answered or each not in answers)


async def _complete(
    connection: Connection, parts: Parts, force: str, visit: Visit, answers: Mapping[str, str]
) -> None:
    instrument, now = survey_of(visit), parts.now()
    kept = prune(instrument, dict(answers))
    mode = completion_mode_of(instrument, kept)
    digest = answers_digest(parts.keys.master, canonical(kept, mode))
    texts = {key: value for key, value in kept.items() if isinstance(value, str)}
    await responses.complete_response(connection, force, visit.response, texts, mode, digest, now)
    if not await invitation_states.mark_answered(connection, force, visit.invitation, now):
        raise _NotUsableError
    await visits.end_visit(connection, force, visit.id, now, "done")
    await visits.end_visits_of(connection, force, visit.response, now)
    await audit.add_entry(connection, force, RESPONDENT, "survey answered", visit.invitation)


async def leave(parts: Parts, cookie: str | None) -> None:
    """Ends the visit on the server; pages already sent stay."""
    place = read_visit_cookie(parts.keys.master, cookie) if cookie else None
    if place is None:
        return
    async with parts.database.transaction("respondent", place.force) as connection:
        response = await visits.end_visit(connection, place.force, place.visit, parts.now())
        if response is not None:
            await audit.add_entry(connection, place.force, RESPONDENT, "visit left", response)
