"""Reached only by a way she said is safe; the plan itself is never in clear."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from service.asking import Ask, invite
from service.errors import BadInputError, HeardError, NotNowError
from service.parts import Parts
from service.safe_contact import SafeContact, find_danger, find_plan
from tests.factories import owner
from tests.people_to_ask import FORCE, add_contact

NOW = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # 2 July, half past midnight, in London
GOOD: dict[str, Any] = {
    "number": "07700 900000",
    "whose": "own",
    "may_text": True,
    "until": "2026-07-02",
    "carer_check": "clear",
}


def is_safe(
    channel: str, respondent: str = "child", age_band: str = "8-11", **changes: object
) -> bool:
    plan = msgspec.convert({**GOOD, **changes}, SafeContact)
    return find_danger(plan, channel, respondent, age_band, NOW) is None  # type: ignore[arg-type]


def test_a_child_with_her_own_phone_and_a_fresh_plan_may_be_texted() -> None:
    assert is_safe("sms")
    assert is_safe("sms", whose="child")
    assert is_safe("sms", carer_check=None)
    assert is_safe("sms", carer_check="suspect", carer_knows=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": None},
        {"number": "  "},
        {"whose": None},
        {"whose": " "},
        {"may_text": False},
        {"may_text": None},
        {"until": None},
        {"until": "2026-07-01"},
        {"until": "2026-07-01T23:29:59Z"},
        {"until": "2026-07-02T00:29:59"},
        {"whose": "mother", "carer_check": "clear"},
        {"whose": "carer", "carer_check": None},
    ],
)
def test_a_plan_with_a_hole_in_it_sends_nothing(changes: dict[str, Any]) -> None:
    assert not is_safe("sms", **changes)


def test_the_last_day_of_a_plan_belongs_to_it() -> None:
    assert is_safe("sms", until="2026-07-02")
    assert is_safe("sms", until="2026-07-02T00:31:00")


@pytest.mark.parametrize("age_band", ["0-5", "6-7"])
def test_the_youngest_are_never_asked_by_a_message(age_band: str) -> None:
    assert not is_safe("sms", age_band=age_band)
    assert is_safe("card", age_band=age_band)


def test_a_child_is_never_asked_by_email() -> None:
    assert not is_safe("email", address="a@example.org")
    assert is_safe("email", "carer", address="a@example.org")
    assert not is_safe("email", "carer")


@pytest.mark.parametrize("channel", ["sms", "card", "none"])
@pytest.mark.parametrize(
    "changes", [{"carer_check": "suspect"}, {"carer_check": "unknown"}, {"carer_knows": False}]
)
def test_a_carer_who_may_be_the_danger_is_asked_in_no_way(
    channel: str, changes: dict[str, Any]
) -> None:
    assert is_safe(channel, "carer")
    assert not is_safe(channel, "carer", **changes)


def test_a_card_handed_over_in_person_needs_no_plan() -> None:
    assert find_danger(None, "card", "carer", "8-11", NOW) is None
    assert find_danger(None, "none", "child", "6-7", NOW) is None
    assert find_danger(None, "sms", "child", "8-11", NOW) is not None


@pytest.mark.parametrize(
    "changes", [{"number": "call my mum"}, {"until": "next week"}, {"until": "soon"}]
)
def test_what_cannot_be_read_is_named_and_not_repeated(changes: dict[str, str]) -> None:
    with pytest.raises(BadInputError) as refused:
        is_safe("sms", **changes)
    assert not any(value in refused.value.sentence for value in changes.values())


async def test_an_unsafe_plan_is_refused_with_its_type(parts: Parts) -> None:
    await add_contact(parts)
    ask = Ask(contact_ref="C1", respondent="child", wave="T1", channel="sms")
    with pytest.raises(NotNowError) as refused:
        await invite(parts, FORCE, ask)
    assert refused.value.problem_type == "plan-unsafe"


async def test_the_plan_is_sealed_and_nowhere_else(parts: Parts, database_url: str) -> None:
    await add_contact(parts)
    plan = msgspec.convert(
        {**GOOD, "until": "2999-01-01", "how_not_to": "never on Sundays"}, SafeContact
    )
    ask = Ask(contact_ref="C1", respondent="child", wave="T1", channel="sms", safe_contact=plan)
    invited = await invite(parts, FORCE, ask)
    assert (invited.state, invited.url, invited.code) == ("queued", None, None)
    async with parts.database.transaction("worker", FORCE) as connection:
        assert await find_plan(connection, parts.keys, FORCE, invited.id) == plan
    everything = await all_text(database_url)
    assert "vault.safe_contact" in everything
    for secret in ("900000", "Sundays", "C1"):
        assert secret not in everything


async def all_text(database_url: str) -> str:
    """Every row of every table of ours, as PostgreSQL writes it."""
    connection = await owner(database_url, FORCE)
    tables = await connection.fetch(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname IN ('register', 'feedback', 'vault', 'audit')"
    )
    found = []
    for table in tables:
        rows = await connection.fetch(f"SELECT t::text FROM {table['name']} AS t")
        found += [f"{table['name']} {row['t']}" for row in rows]
    await connection.close()
    return "\n".join(found)


async def test_without_the_vault_key_no_plan_is_taken(parts: Parts) -> None:
    await add_contact(parts)
    blind = msgspec.structs.replace(parts, keys=msgspec.structs.replace(parts.keys, vault=None))
    plan = SafeContact(carer_check="clear")
    ask = Ask(contact_ref="C1", respondent="child", wave="T1", safe_contact=plan)
    with pytest.raises(HeardError, match="vault key"):
        await invite(blind, FORCE, ask)
    async with parts.database.transaction("worker", FORCE) as connection:
        assert await connection.fetchval("SELECT count(*) FROM feedback.invitation") == 0
