"""The safe-contact plan: by which way, if any, a person said that she may be reached."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from service.db import Connection
from service.errors import BadInputError, HeardError
from service.privacy.keys import Keys
from service.privacy.vault import seal, unseal
from service.store import safe_contacts
from service.store.invitations import Channel
from surveys.instrument import Audience

LONDON = ZoneInfo("Europe/London")
# Children so young are asked with a trusted grown-up beside them, never by a message.
TOO_YOUNG_FOR_MESSAGES = frozenset({"0-5", "6-7"})
# Ways of writing that it is the respondent's own; so is the respondent's own name for it.
OWN = ("own", "self")

Short = Annotated[str, msgspec.Meta(max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=2000)]
_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{6,24}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


class SafeContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan as the worker wrote it down.

    - `whose`: whose phone or address it is; `own`, `self`, or `child` and `carer` of themselves.
    - `until`: an ISO date or time; after it the plan is stale.
    - `carer_check`: whether the carer was checked against those suspected.
    """

    number: Short | None = None
    address: Short | None = None
    whose: Short | None = None
    hours: Short | tuple[Short, ...] | None = None
    may_text: bool | None = None
    until: Short | None = None
    relationship: Short | None = None
    carer_knows: bool | None = None
    carer_check: Literal["clear", "suspect", "unknown"] | None = None
    how_not_to: Long | None = None


def find_danger(
    plan: SafeContact | None,
    channel: Channel,
    respondent: Audience,
    age_band: str,
    now: datetime,
) -> str | None:
    """What makes asking this way unsafe, as a sentence for the worker; None where nothing does.

    Raises BadInputError where number, address or date cannot be read.
    """
    if plan is not None and respondent == "carer" and _carer_is_unsafe(plan):
        return "This carer may not be asked: the check is not clear, or the carer does not know."
    if channel in ("card", "none"):
        return None
    if plan is None:
        return "A message needs a safe-contact plan; without one, hand over a card."
    return _message_danger(plan, channel, respondent, age_band, now)


def _carer_is_unsafe(plan: SafeContact) -> bool:
    return plan.carer_check in ("suspect", "unknown") or plan.carer_knows is False


def _message_danger(
    plan: SafeContact, channel: Channel, respondent: Audience, age_band: str, now: datetime
) -> str | None:
    if respondent == "child" and (age_band in TOO_YOUNG_FOR_MESSAGES or channel == "email"):
        return "This child is not asked by this kind of message; hand over a card."
    if not _is_reachable(plan, channel):
        return "The plan does not say where to send it; add it, or hand over a card."
    if plan.whose is None or not plan.whose.strip():
        return "The plan does not say whose phone or address it is; add it, or hand over a card."
    if plan.may_text is not True:
        return "The plan does not allow a message; hand over a card."
    if not _is_fresh(plan, now):
        return "The plan has run out or has no last day; agree it again, or hand over a card."
    is_own = plan.whose.strip().lower() in (*OWN, respondent)
    if respondent == "child" and not is_own:
        return "A child is asked on her own phone alone; hand over a card."
    if respondent == "carer" and plan.carer_check != "clear":
        return "The check of this carer is not clear; hand over a card."
    return None


def _is_reachable(plan: SafeContact, channel: Channel) -> bool:
    given, shape, name = (
        (plan.number, _NUMBER, "number")
        if channel == "sms"
        else (plan.address, _ADDRESS, "address")
    )
    if not (given or "").strip():
        return False
    if not shape.fullmatch((given or "").strip()):
        raise BadInputError(f"`safe_contact.{name}` cannot be read; write it in full.")
    return True


def _is_fresh(plan: SafeContact, now: datetime) -> bool:
    """Its last day belongs to it; a time without an offset is London's."""
    if not plan.until:
        return False
    try:
        if len(plan.until) <= len("2026-01-31"):
            return date.fromisoformat(plan.until) >= now.astimezone(LONDON).date()
        until = datetime.fromisoformat(plan.until)
    except ValueError:
        raise BadInputError("`safe_contact.until` is not a date such as 2026-01-31.") from None
    return (until if until.tzinfo else until.replace(tzinfo=LONDON)) > now


async def keep_plan(
    connection: Connection, keys: Keys, force: str, invitation: UUID, plan: SafeContact
) -> None:
    """Seals a plan into the vault; it is nowhere in clear."""
    if keys.vault is None:
        raise HeardError("This process has no vault key, so it cannot keep a safe-contact plan.")
    plain = msgspec.json.encode(plan)
    key_id, sealed = seal(keys.vault, force, safe_contacts.TABLE, invitation, plain)
    await safe_contacts.add_safe_contact(connection, force, invitation, key_id, sealed)


async def find_plan(
    connection: Connection, keys: Keys, force: str, invitation: UUID
) -> SafeContact | None:
    """The plan of an invitation, opened with the vault key; None where none was given."""
    found = await safe_contacts.find_safe_contact(connection, force, invitation)
    if found is None or keys.vault is None:
        return None
    key_id, sealed = found
    plain = unseal(keys.vault, force, safe_contacts.TABLE, invitation, key_id, sealed)
    return msgspec.json.decode(plain, type=SafeContact)
