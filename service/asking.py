"""The rules of asking: who may be asked, how, and the life of a link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import asyncpg
import msgspec

from service.db import Connection, new_id
from service.errors import BadInputError, NotFoundError, NotNowError
from service.parts import Parts
from service.privacy.pseudonyms import blind_index
from service.privacy.tokens import new_code, new_token, shown_code, token_hash
from service.safe_contact import SafeContact, find_danger, keep_plan
from service.store import audit, invitation_states, invitations, links
from service.store.invitations import Channel, Contact, NewInvitation, State
from surveys.instrument import Audience, Instrument, Text, WaveCode
from surveys.library import load_library
from surveys.vocabulary import NEEDS

LINK_LIFE = timedelta(days=14)

# Every 409 by its stable type.
REFUSALS = {
    "gate-closed": "Nobody may be asked about this contact while its evidence gate is closed.",
    "gate-review-due": "The day to review the gate has come; review it and send the contact again.",
    "suspect-before-disposal": "A child suspect is not asked before the final disposal.",
    "stopped": "Nobody is asked about this contact any more.",
    "asked-in-last-90-days": "This person was asked about this child in the last 90 days.",
    "already-invited": "This person is already invited for this contact and wave; reissue it.",
    "already-answered": "This person has already answered for this contact and wave.",
    "unknown-contact": "This contact was withdrawn, so nobody is asked about it.",
    "no-survey": "There is no survey for this age, respondent, wave and language yet.",
    "revoked": "This invitation was revoked; make a new one.",
    "held": "This invitation is held; release it first.",
}


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to be asked about which contact, and how she is reached."""

    contact_ref: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    respondent: Audience
    wave: WaveCode
    respondent_no: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    language: Annotated[str, msgspec.Meta(max_length=20)] = "en"
    needs: Annotated[tuple[str, ...], msgspec.Meta(max_length=20)] = ()
    channel: Channel = "none"
    safe_contact: SafeContact | None = None


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation and, where it is handed over in person, its link and its card code.

    They are shown this once: only their keyed hashes are kept.
    """

    id: UUID
    url: str | None
    code: str | None
    state: State


async def invite(parts: Parts, force: str, ask: Ask, *, actor: str = "api") -> Invited:
    """Asks one person about one contact, once.

    Raises NotFoundError (`unknown-contact`), BadInputError, or NotNowError with a type of
    REFUSALS or `plan-unsafe`.
    """
    if ask.respondent == "child" and ask.respondent_no != 1:
        raise BadInputError("`respondent_no` of a child is 1; only carers are numbered.")
    unknown = [need for need in ask.needs if need not in NEEDS]
    if unknown:
        raise BadInputError(f"`needs` holds an unknown code; use {', '.join(NEEDS)}.")
    try:
        async with parts.database.transaction("console", force) as connection:
            return await _invite(connection, parts, force, ask, actor)
    except asyncpg.PostgresError as error:
        raise _refused_by_database(error) from None


async def _invite(
    connection: Connection, parts: Parts, force: str, ask: Ask, actor: str
) -> Invited:
    now = parts.now()
    contact = await _contact(connection, parts, force, ask)
    await _check_may_be_asked(connection, force, contact, ask, now)
    instrument = find_survey(
        ask.respondent, contact.age_band, ask.wave, ask.language, parts.settings.production
    )
    if instrument is None:
        raise refused("no-survey")
    new = _new_invitation(force, contact, ask, instrument, actor, now)
    await invitations.add_invitation(connection, new)
    if ask.safe_contact is not None:
        await keep_plan(connection, parts.keys, force, new.id, ask.safe_contact)
    detail = {"wave": ask.wave, "respondent": ask.respondent, "channel": ask.channel}
    await audit.add_entry(connection, force, actor, "invitation made", new.id, detail)
    if new.state == "queued":
        return Invited(id=new.id, url=None, code=None, state="queued")
    return await _with_new_link(connection, parts, force, new.id, new.state, new.expires_at)


async def _contact(connection: Connection, parts: Parts, force: str, ask: Ask) -> Contact:
    ring = parts.keys.master
    versions = ring.versions()
    indexes = [blind_index(ring, force, "contact", ask.contact_ref, each) for each in versions]
    contact = await invitations.find_contact(connection, force, versions, indexes, ask.respondent)
    if contact is None:
        raise NotFoundError(
            "There is no such contact in this force; send it first with /api/v1/contacts.",
            type_="unknown-contact",
        )
    return contact


async def _check_may_be_asked(
    connection: Connection, force: str, contact: Contact, ask: Ask, now: datetime
) -> None:
    """The reasons in the order a worker can act on; the database checks gate and days again."""
    if contact.refusal is not None:
        raise refused(contact.refusal)
    danger = find_danger(ask.safe_contact, ask.channel, ask.respondent, contact.age_band, now)
    if danger is not None:
        raise NotNowError(danger, type_="plan-unsafe")
    earlier = await invitations.find_earlier_ask(
        connection, force, contact.contact, ask.respondent, ask.respondent_no, ask.wave
    )
    if earlier is not None:
        raise refused(earlier)


def find_survey(
    respondent: Audience, age_band: str, wave: str, language: str, production: bool
) -> Instrument | None:
    """The survey this person would be shown, or None.

    In production only wordings that were signed off are shown. A survey with a box for words is
    not offered: nobody is rostered to read them yet.
    """
    found = load_library().pick(respondent, age_band, wave, language)
    if found is None or any(isinstance(item, Text) for item in found.items):
        return None
    return None if production and found.languages[language] != "signed_off" else found


def _new_invitation(
    force: str, contact: Contact, ask: Ask, instrument: Instrument, actor: str, now: datetime
) -> NewInvitation:
    return NewInvitation(
        force=force,
        id=new_id(),
        contact=contact.contact,
        child=contact.child,
        respondent=ask.respondent,
        respondent_no=ask.respondent_no,
        wave=ask.wave,
        language=ask.language,
        needs=tuple(dict.fromkeys(ask.needs)),
        channel=ask.channel,
        instrument=instrument.id,
        # A message is minted when it is sent; what is handed over counts as sent at once.
        state="queued" if ask.channel in ("sms", "email") else "sent",
        created_at=now,
        created_by=actor,
        expires_at=now + LINK_LIFE,
    )


async def _with_new_link(
    connection: Connection,
    parts: Parts,
    force: str,
    invitation: UUID,
    state: State,
    expires_at: datetime,
) -> Invited:
    link = links.Link(force=force, invitation=invitation, expires_at=expires_at)
    token, code = new_token(), new_code()
    ring = parts.keys.master
    await links.add_link(connection, token_hash(ring, token), "link", link)
    await links.add_link(connection, token_hash(ring, code), "card", link)
    url = f"{parts.settings.public_url}/i/{token}"
    return Invited(id=invitation, url=url, code=shown_code(code), state=state)


async def revoke(parts: Parts, force: str, invitation: UUID, *, actor: str = "api") -> Invited:
    """Ends an invitation with all its links; pages already sent stay. Twice is the same as once.

    Raises NotFoundError, or NotNowError (`already-answered`).
    """
    async with parts.database.transaction("console", force) as connection:
        found = await invitations.find_invitation(connection, force, invitation, lock=True)
        if found is None:
            raise NotFoundError("There is no such invitation in this force.")
        if found.state == "answered":
            raise refused("already-answered")
        if found.state != "revoked":
            await links.delete_links(connection, force, invitation)
            await invitation_states.mark_revoked(connection, force, invitation, parts.now())
            await audit.add_entry(connection, force, actor, "invitation revoked", invitation)
    return Invited(id=invitation, url=None, code=None, state="revoked")


async def reissue(parts: Parts, force: str, invitation: UUID, *, actor: str = "api") -> Invited:
    """The same invitation with a fresh link and code; every old one, and every visit, is over.

    Raises NotFoundError, or NotNowError with a type of REFUSALS.
    """
    try:
        async with parts.database.transaction("console", force) as connection:
            return await _reissue(connection, parts, force, invitation, actor)
    except asyncpg.PostgresError as error:
        raise _refused_by_database(error) from None


async def _reissue(
    connection: Connection, parts: Parts, force: str, invitation: UUID, actor: str
) -> Invited:
    found = await invitations.find_invitation(connection, force, invitation, lock=True)
    if found is None:
        raise NotFoundError("There is no such invitation in this force.")
    if found.state in ("answered", "revoked", "held"):
        raise refused("already-answered" if found.state == "answered" else found.state)
    now = parts.now()
    expires_at = now + LINK_LIFE
    await links.delete_links(connection, force, invitation)
    state = await invitation_states.mark_reissued(connection, force, invitation, now, expires_at)
    await audit.add_entry(connection, force, actor, "invitation reissued", invitation)
    if state == "queued":
        return Invited(id=invitation, url=None, code=None, state="queued")
    fresh = msgspec.convert(state, State)
    return await _with_new_link(connection, parts, force, invitation, fresh, expires_at)


def refused(kind: str) -> NotNowError:
    """The 409 of a stable type."""
    return NotNowError(REFUSALS[kind], type_=kind)


def _refused_by_database(error: asyncpg.PostgresError) -> Exception:
    """The 409 the database meant, else the error as it was."""
    refusal = invitations.find_refusal(error)
    if refusal is not None:
        return refused(refusal)
    if isinstance(error, asyncpg.UniqueViolationError):
        return refused("already-invited")
    return error
