"""Who may be asked: the gate, the ninety days, one ask a wave, a survey that fits."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from service.asking import Ask, Invited, invite
from service.errors import HeardError, NotFoundError, NotNowError
from service.parts import Parts
from tests.factories import owner
from tests.people_to_ask import FORCE, START, add_contact, add_event, at


def ask(ref: str = "C1", **columns: object) -> Ask:
    return Ask(**{"contact_ref": ref, "respondent": "child", "wave": "T1", **columns})  # type: ignore[arg-type]


async def refusal(parts: Parts, wanted: Ask) -> str:
    with pytest.raises(HeardError) as refused:
        await invite(parts, FORCE, wanted)
    return refused.value.problem_type


async def rows(parts: Parts, table: str) -> int:
    async with parts.database.transaction("worker", FORCE) as connection:
        count: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
        return count


async def test_an_open_gate_gives_a_link_and_a_card_code(parts: Parts) -> None:
    await add_contact(parts)
    invited = await invite(parts, FORCE, ask())
    assert invited.state == "sent"
    assert (invited.url or "").startswith(f"{parts.settings.public_url}/i/")
    assert len((invited.code or "").replace(" ", "")) == 8
    assert await rows(parts, "feedback.link") == 2


async def test_the_reference_is_found_however_it_was_typed(parts: Parts) -> None:
    await add_contact(parts, "Zoë-1")
    assert (await invite(parts, FORCE, ask("  Zoe\u0308-1 "))).state == "sent"


@pytest.mark.parametrize("gate", ["", "closed"])
async def test_a_gate_not_open_refuses_and_leaves_nothing_behind(parts: Parts, gate: str) -> None:
    await add_contact(parts, gate=gate)
    assert await refusal(parts, ask()) == "gate-closed"
    assert await rows(parts, "feedback.invitation") == 0
    assert await rows(parts, "feedback.link") == 0


async def test_a_gate_closed_by_an_event_refuses(parts: Parts) -> None:
    contact = await add_contact(parts)
    await add_event(parts, contact, "gate_closed", START)
    assert await refusal(parts, ask()) == "gate-closed"


async def test_a_gate_past_its_review_refuses(parts: Parts) -> None:
    await add_contact(parts, gate_review_on=date(2020, 1, 1))
    assert await refusal(parts, ask()) == "gate-review-due"


async def test_nobody_is_asked_after_a_death(parts: Parts) -> None:
    contact = await add_contact(parts)
    await add_event(parts, contact, "death", START)
    assert await refusal(parts, ask()) == "stopped"


async def test_a_child_suspect_is_not_asked_but_her_carer_is(parts: Parts) -> None:
    await add_contact(parts, child_role="suspect")
    assert await refusal(parts, ask()) == "suspect-before-disposal"
    assert (await invite(parts, FORCE, ask(respondent="carer"))).state == "sent"


async def test_an_unknown_reference_and_another_forces_are_the_same(parts: Parts) -> None:
    await add_contact(parts, "C1", force="essex")
    with pytest.raises(NotFoundError) as refused:
        await invite(parts, FORCE, ask("C1"))
    assert refused.value.problem_type == "unknown-contact"


@pytest.mark.parametrize(
    "columns", [{"age_years": 13, "age_band": "12-15"}, {"age_years": 3, "age_band": "0-5"}]
)
async def test_without_a_survey_for_that_age_nobody_is_asked(
    parts: Parts, columns: dict[str, object]
) -> None:
    await add_contact(parts, **columns)  # type: ignore[arg-type]
    assert await refusal(parts, ask()) == "no-survey"


async def test_without_a_survey_in_that_language_nobody_is_asked(parts: Parts) -> None:
    await add_contact(parts)
    assert await refusal(parts, ask(language="pl")) == "no-survey"
    assert (await invite(parts, FORCE, ask(language="cy"))).state == "sent"


async def test_the_same_ask_again_is_already_invited(parts: Parts) -> None:
    await add_contact(parts)
    await invite(parts, FORCE, ask())
    assert await refusal(parts, ask()) == "already-invited"


async def test_one_child_is_asked_once_in_ninety_days_across_contacts_and_waves(
    parts: Parts,
) -> None:
    await add_contact(parts, "C1", child="K1")
    await add_contact(parts, "C2", child="K1")
    first = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    await invite(at(parts, first), FORCE, ask("C1"))
    late = at(parts, first + timedelta(days=89, hours=23))
    assert await refusal(late, ask("C2")) == "asked-in-last-90-days"
    assert await refusal(late, ask("C1", wave="T2")) == "asked-in-last-90-days"
    # A carer is another person, and so is a second one.
    assert (await invite(late, FORCE, ask("C1", respondent="carer"))).state == "sent"
    second_carer = ask("C1", respondent="carer", respondent_no=2)
    assert (await invite(late, FORCE, second_carer)).state == "sent"
    later = at(parts, first + timedelta(days=90, seconds=1))
    assert (await invite(later, FORCE, ask("C2"))).state == "sent"


async def test_twenty_asks_of_one_child_at_once_leave_one(parts: Parts) -> None:
    for number in range(20):
        await add_contact(parts, f"C{number}", child="K1")
    outcomes = await asyncio.gather(
        *(invite(parts, FORCE, ask(f"C{number}")) for number in range(20)), return_exceptions=True
    )
    assert sum(isinstance(each, Invited) for each in outcomes) == 1
    refused = [each for each in outcomes if isinstance(each, NotNowError)]
    assert {each.problem_type for each in refused} == {"asked-in-last-90-days"}
    assert len(refused) == 19


async def test_every_invitation_is_in_the_trail_and_no_refusal_is(
    parts: Parts, database_url: str
) -> None:
    await add_contact(parts)
    invited = await invite(parts, FORCE, ask(), actor="token 1")
    await refusal(parts, ask())
    connection = await owner(database_url, FORCE)
    entries = await connection.fetch("SELECT actor, action, subject, detail FROM audit.entry")
    await connection.close()
    assert [(e["actor"], e["action"], e["subject"]) for e in entries] == [
        ("token 1", "invitation made", invited.id)
    ]
    assert "C1" not in str(entries)
