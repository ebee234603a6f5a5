"""Answers on paper: one a person, contact and wave, however they come."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from service.asking import Ask, invite
from service.db import new_id
from service.errors import NotNowError
from service.intake.references import find
from service.parts import Parts
from service.store import paper_responses
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


FIRST = {"recorded_at": "2026-03-21T09:00:00Z", "source_event_id": "a"}
SECOND = {"recorded_at": "2026-03-22T09:00:00Z", "source_event_id": "a"}
THIRD = {"recorded_at": "2026-03-22T09:00:00Z", "source_event_id": "b"}
TIMES = (FIRST, SECOND, THIRD)


async def test_the_newest_record_stands_in_every_order(parts: Parts) -> None:
    """Answer, withdrawal and correction; answer, correction and withdrawal; alone and together."""
    histories: list[list[dict[str, Any]]] = [
        [{"safe": "felt_safe"}, {"withdrawn": True}, {"safe": "did_not_feel_safe"}],
        [{"safe": "felt_safe"}, {"safe": "did_not_feel_safe"}, {"withdrawn": True}],
    ]
    ends: list[list[Any]] = [["complete", "did_not_feel_safe"], ["withdrawn", None]]
    wave = itertools.count()
    for history, end in zip(histories, ends, strict=True):
        dated = [said | time for said, time in zip(history, TIMES, strict=True)]
        for order in itertools.permutations(dated):
            for size in (1, 3):
                name = f"W{next(wave)}"
                await take_in(parts, "contacts", row("contacts", contact_ref=name))
                sent = [row("responses", contact_ref=name, **each) for each in order]
                for start in range(0, 3, size):
                    taken = await take_in(parts, "responses", *sent[start : start + size])
                    assert taken.rejected == 0
                again = await take_in(parts, "responses", *sent)
                assert (again.new, again.known, again.rejected) == (0, 3, 0)
                kept = (await answers_about(parts, name))[0]
                assert [kept["state"], kept["answers"].get("safe")] == end


async def answers_about(parts: Parts, contact_ref: str) -> list[dict[str, Any]]:
    async with parts.database.transaction("worker", "kent") as connection:
        ids = await find(connection, parts.keys, "kent", "contact", [contact_ref])
    return [each for each in await answers(parts) if each["contact"] == ids[contact_ref]]


async def test_an_older_withdrawal_does_not_take_back_a_newer_answer(parts: Parts) -> None:
    await take_in(parts, "responses", row("responses", **SECOND))
    old = await take_in(parts, "responses", row("responses", withdrawn=True, **FIRST))
    assert (old.new, old.known, old.rejected) == (0, 1, 0)
    assert (await answers(parts))[0]["answers"]["safe"] == "felt_safe"


async def test_an_answer_without_a_time_yields_to_every_row_with_one(parts: Parts) -> None:
    timeless = row("responses", safe="did_not_feel_safe")
    await take_in(parts, "responses", timeless)
    await take_in(parts, "responses", row("responses", **FIRST))
    assert (await answers(parts))[0]["answers"]["safe"] == "felt_safe"
    assert (await take_in(parts, "responses", timeless)).problems.rows() == [
        (1, "contact_ref", ALREADY)
    ]
    await take_in(parts, "responses", row("responses", withdrawn=True, **SECOND))
    assert (await take_in(parts, "responses", timeless)).known == 1
    assert [each["answers"] for each in await answers(parts)] == [{}]


async def test_a_withdrawal_without_a_time_takes_back_whatever_is_there(parts: Parts) -> None:
    still = msgspec.structs.replace(parts, now=lambda: datetime(2026, 4, 1, tzinfo=UTC))
    ahead = row("responses", recorded_at="2026-04-01T20:00:00Z")
    for wave, before in (("T1", [ahead]), ("T2", [])):
        await take_in(still, "responses", *before)
        for new in (1, 0):
            sent = [ahead, row("responses", withdrawn=True)]
            back = await take_in(still, "responses", *(each | {"wave": wave} for each in sent))
            assert (back.new, back.known) == (new, 2 - new)
    assert [each["state"] for each in await answers(parts)] == ["withdrawn"] * 2


async def test_a_second_child_of_one_contact_is_a_bad_row(parts: Parts) -> None:
    taken = await take_in(parts, "responses", row("responses", respondent_no=2))
    assert taken.problems["column"].to_list() == ["respondent_no"]


async def test_an_answer_that_comes_online_meanwhile_stops_the_file(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_there(*_: object) -> list[object]:
        return []

    await take_in(parts, "responses", row("responses"))
    monkeypatch.setattr(paper_responses, "find_earlier", none_there)
    for withdrawn in (False, True):
        with pytest.raises(NotNowError, match="send the file again"):
            await take_in(parts, "responses", row("responses", withdrawn=withdrawn))
    assert [each["state"] for each in await answers(parts)] == ["complete"]
