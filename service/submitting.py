"""A whole survey in one call: shown as JSON, and taken exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import asyncpg
import msgspec

from service.answering import RESPONDENT, find_open_invitation
from service.db import Connection, new_id
from service.errors import BadInputError, LinkNotUsableError, NotNowError
from service.parts import Parts
from service.privacy.tokens import answers_digest
from service.store import audit, invitation_states, invitations, responses, visits
from service.store.invitations import Invitation
from service.store.responses import NewResponse, Response
from surveys.answers import (
    UNNAMED_ITEM,
    TextAnswer,
    canonical,
    completion_mode_of,
    read_answers,
)
from surveys.instrument import CompletionMode, Instrument, as_shown
from surveys.journey import prune
from surveys.library import load_library

MOST_PROBLEMS_NAMED = 10
# In these states there is a response already.
BEGUN = frozenset({"opened", "part_answered", "answered"})


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by item, and who was with the respondent, where the sender knows."""

    answers: dict[str, object]
    completion_mode: CompletionMode | None = None


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """A submission understood: what it says, with what was there before, and its digest."""

    answers: dict[str, str]
    completion_mode: CompletionMode | None
    digest: bytes


async def show_survey(parts: Parts, token: str) -> dict[str, object]:
    """The survey behind a link, as the form shows it; nothing is begun by looking.

    Raises LinkNotUsableError, the same for every link that cannot be used.
    """
    async with parts.database.transaction("respondent", None) as connection:
        invitation = await find_open_invitation(connection, parts, token, "link")
        if invitation is None or invitation.state == "answered":
            raise LinkNotUsableError
        if await invitations.find_gate_refusal(connection, invitation) is not None:
            raise LinkNotUsableError
        response = await responses.find_response(connection, invitation)
    if response is not None and response.state != "partial":
        raise LinkNotUsableError
    return as_shown(_instrument(invitation, response), invitation.language)


async def submit(parts: Parts, token: str, sent: Submission) -> Literal["new", "same"]:
    """ "new" when this call completed the response, "same" when an equal one did before.

    Raises LinkNotUsableError, BadInputError naming items, or NotNowError (`different-answer`).
    """
    try:
        async with parts.database.transaction("respondent", None) as connection:
            invitation = await find_open_invitation(connection, parts, token, "link")
            if invitation is None:
                raise LinkNotUsableError
            try:
                return await _submit(connection, parts, invitation, sent)
            except BadInputError:
                # A frozen link says nothing of its survey, not even what would be wrong.
                if await invitations.find_gate_refusal(connection, invitation) is not None:
                    raise LinkNotUsableError from None
                raise
    except asyncpg.PostgresError as error:
        if invitations.find_refusal(error) is None:
            raise
        raise LinkNotUsableError from None


async def _submit(
    connection: Connection, parts: Parts, invitation: Invitation, sent: Submission
) -> Literal["new", "same"]:
    now = parts.now()
    if invitation.state not in BEGUN:
        instrument = _instrument(invitation, None)
        read = _read(parts, instrument, sent, {})
        new = NewResponse(
            id=new_id(),
            version=instrument.version,
            started_at=now,
            state="complete",
            completion_mode=read.completion_mode,
            answers=read.answers,
            digest=read.digest,
        )
        if await responses.add_response(connection, invitation, new):
            return await _answered(connection, invitation, now)
    # There is one already: begun on the form, sent before, or sent at this very moment.
    response = await responses.find_response(connection, invitation, lock=True)
    if response is None or response.state == "withdrawn":
        raise LinkNotUsableError
    read = _read(parts, _instrument(invitation, response), sent, response.answers)
    if response.state == "complete":
        if response.digest != read.digest:
            raise NotNowError(
                "A different answer was given before, and it stays.", type_="different-answer"
            )
        return "same"
    if response.invitation != invitation.id:
        await responses.rebind_response(connection, invitation.force, response.id, invitation.id)
    mode = read.completion_mode or response.completion_mode
    await responses.complete_response(
        connection, invitation.force, response.id, read.answers, mode, read.digest, now
    )
    await visits.end_visits_of(connection, invitation.force, response.id, now)
    return await _answered(connection, invitation, now)


async def _answered(
    connection: Connection, invitation: Invitation, now: datetime
) -> Literal["new"]:
    """Raises LinkNotUsableError, which undoes it all, where it was revoked meanwhile."""
    force = invitation.force
    if not await invitation_states.mark_answered(connection, force, invitation.id, now):
        raise LinkNotUsableError
    await audit.add_entry(connection, force, RESPONDENT, "survey sent whole", invitation.id)
    return "new"


def _instrument(invitation: Invitation, response: Response | None) -> Instrument:
    if response is None:
        return load_library().get(invitation.instrument)
    return load_library().get(response.instrument, response.version)


def _read(
    parts: Parts, instrument: Instrument, sent: Submission, before: Mapping[str, str]
) -> _Read:
    """What was sent, beside what the form was given before; the digest is of what was sent.

    Raises BadInputError that names the items, never what was sent for them.
    """
    everything, problems = read_answers(instrument, {**before, **sent.answers})
    wrong = [each for each in problems if each.item == UNNAMED_ITEM or each.item in sent.answers]
    if wrong:
        named = "; ".join(f"{each.item}: {each.sentence}" for each in wrong[:MOST_PROBLEMS_NAMED])
        raise BadInputError(f"Some answers cannot be taken. {named}")
    given = {key: value for key, value in everything.items() if key in sent.answers}
    kept = prune(instrument, {**before, **everything})
    mode = sent.completion_mode or completion_mode_of(instrument, given)
    return _Read(
        answers={key: _text(key, value) for key, value in kept.items()},
        completion_mode=mode,
        digest=answers_digest(parts.keys.master, canonical(given, mode)),
    )


def _text(key: str, value: str | TextAnswer) -> str:
    if isinstance(value, TextAnswer):
        raise BadInputError(f"Some answers cannot be taken. {key}: No words are read here yet.")
    return value
