"""Answers on paper: one a person, contact and wave, however they come."""

from __future__ import annotations

from typing import Any

import pytest

from service.asking import Ask, invite
from service.db import new_id
from service.parts import Parts
from tests.integration.intake.taking import counts, take_in
from tests.unit.intake.rows import row

ALREADY = "An answer of this person about this contact and wave is already there."


async def answers(parts: Parts) -> list[dict[str, Any]]:
    async with parts.database.transaction("worker", "kent") as connection:
        rows = await connection.fetch("SELECT * FROM feedback.response ORDER BY wave")
        return [dict(each) for each in rows]


@pytest.fixture(autouse=True)
async def contact(parts: Parts) -> None:
    """The contact everybody answers about, its gate open."""
    await take_in(parts, "contacts", row("contacts"))


async def test_an_answer_on_paper_is_kept_whole(parts: Parts) -> None:
    taken = await take_in(parts, "responses", row("responses"))
    assert (taken.new, taken.rejected) == (1, 0)
    kept = (await answers(parts))[0]
    assert (kept["entered"], kept["state"], kept["wave"]) == ("paper", "complete", "T1")
    assert (kept["instrument"], kept["version"], kept["language"]) == ("child-8-11", 1, "en")
    assert kept["answers"]["safe"] == "felt_safe"
    assert kept["answers"]["listened"] == "not_sure"
    assert kept["answers"]["helped"] == "skipped"
    assert f"{kept['completed_at']:%Y-%m-%d}" == "2026-03-20"


async def test_the_same_file_again_changes_nothing(parts: Parts) -> None:
    await take_in(parts, "responses", row("responses"))
    before = await answers(parts)
    again = await take_in(parts, "responses", row("responses"))
    assert (again.new, again.known, again.rejected) == (0, 1, 0)
    assert await answers(parts) == before


async def test_a_different_answer_of_the_same_person_is_a_bad_row(parts: Parts) -> None:
    await take_in(parts, "responses", row("responses"))
    again = await take_in(parts, "responses", row("responses", safe="did_not_feel_safe"))
    assert again.problems.rows() == [(1, "contact_ref", ALREADY)]
    assert (await answers(parts))[0]["answers"]["safe"] == "felt_safe"


async def test_two_answers_of_one_person_in_one_file_keep_the_first(parts: Parts) -> None:
    taken = await take_in(
        parts, "responses", row("responses"), row("responses", safe=None), row("responses")
    )
    assert (taken.new, taken.known) == (1, 1)
    assert taken.problems["row"].to_list() == [2]


async def test_other_waves_and_other_carers_are_other_answers(parts: Parts) -> None:
    carer = {"respondent": "carer", "instrument": "carer", "safe": None, "listened": None}
    taken = await take_in(
        parts,
        "responses",
        row("responses"),
        row("responses", wave="T2"),
        row("responses", **carer),
        row("responses", **carer, respondent_no=2),
    )
    assert taken.problems.rows() == []
    assert taken.new == 4


async def test_paper_after_online_is_a_bad_row(parts: Parts) -> None:
    invited = await invite(
        parts, "kent", Ask(contact_ref="C1", respondent="child", wave="T1", channel="card")
    )
    async with parts.database.transaction("worker", "kent") as connection:
        await connection.execute(
            "INSERT INTO feedback.response (force, id, invitation, contact, respondent,"
            " respondent_no, wave, entered, instrument, version, language, state, started_at,"
            " changed_at) SELECT force, $1, id, contact, respondent, respondent_no, wave, 'online',"
            " instrument, 1, 'en', 'partial', now(), now() FROM feedback.invitation WHERE id = $2",
            new_id(),
            invited.id,
        )
    taken = await take_in(parts, "responses", row("responses"))
    assert taken.problems.rows() == [(1, "contact_ref", ALREADY)]


async def test_an_answer_about_an_unknown_contact_is_a_bad_row(parts: Parts) -> None:
    taken = await take_in(parts, "responses", row("responses", contact_ref="C9"))
    assert taken.problems["column"].to_list() == ["contact_ref"]
    assert (await counts(parts))["register.pseudonym"] == 3


async def test_an_answer_before_its_contact_is_a_bad_row(parts: Parts) -> None:
    taken = await take_in(parts, "responses", row("responses", answered_on="2026-02-28"))
    assert taken.problems["column"].to_list() == ["answered_on"]


async def test_an_answer_taken_back_is_gone_and_stays_gone(parts: Parts) -> None:
    await take_in(parts, "responses", row("responses"))
    back = await take_in(parts, "responses", row("responses", withdrawn=True))
    assert back.new == 1
    again = await take_in(parts, "responses", row("responses"))
    assert (again.new, again.known) == (0, 1)
    kept = (await answers(parts))[0]
    assert (kept["state"], kept["answers"]) == ("withdrawn", {})


async def test_a_withdrawal_may_come_before_its_answer(parts: Parts) -> None:
    await take_in(parts, "responses", row("responses", withdrawn=True))
    await take_in(parts, "responses", row("responses"))
    kept = (await answers(parts))[0]
    assert (kept["state"], kept["answers"]) == ("withdrawn", {})
