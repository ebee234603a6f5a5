"""A survey as JSON: shown, and sent whole."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.asking import Invited
from service.parts import Parts
from service.privacy.tokens import new_token
from tests.integration.answering.visiting import (
    FIRST_ANSWERS,
    answer_all_but_the_last,
    invitation_state,
    invited_child,
    opened,
    page,
    press,
    responses,
)
from tests.people_to_ask import add_contact, browser_of, token_of

PROBLEM = "application/problem+json"


async def put(client: httpx.AsyncClient, invited: Invited, **body: Any) -> httpx.Response:
    return await client.put(f"/api/v1/surveys/{token_of(invited)}/response", json=body)


async def test_the_survey_is_shown_as_the_form_shows_it_and_nothing_begins(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        answer = await client.get(f"/api/v1/surveys/{token_of(invited)}")
    body = answer.json()
    assert (body["id"], body["version"], body["language"]) == ("child-8-11", 1, "en")
    assert [item["key"] for item in body["items"]] == list(FIRST_ANSWERS)
    assert set(body["items"][1]) == {"key", "kind", "text", "options"}
    assert body["items"][1]["options"][0] == {"value": "felt_safe", "text": "I felt safe"}
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    assert await responses(parts) == []
    assert await invitation_state(parts) == "sent"


async def test_sent_once_it_is_new_and_sent_again_it_is_the_same(parts: Parts) -> None:
    invited = await invited_child(parts)
    backwards = dict(reversed(FIRST_ANSWERS.items()))
    async with browser_of(parts) as client:
        first = await put(client, invited, answers=FIRST_ANSWERS)
        again = await put(client, invited, answers=backwards, completion_mode="alone")
        other = await put(client, invited, answers={**FIRST_ANSWERS, "safe": "did_not_feel_safe"})
        fewer = await put(client, invited, answers={"safe": "felt_safe"})
        mode = await put(client, invited, answers=FIRST_ANSWERS, completion_mode="proxy")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content == b'{"state":"complete"}'
    for different in (other, fewer, mode):
        assert different.status_code == 409
        assert different.headers["content-type"] == PROBLEM
        assert different.json()["type"] == "/problems/different-answer"
    (response,) = await responses(parts)
    assert (response["answers"], response["completion_mode"]) == (FIRST_ANSWERS, "alone")
    assert await invitation_state(parts) == "answered"


async def test_the_mode_in_the_body_wins_over_the_answer(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        await put(client, invited, answers=FIRST_ANSWERS, completion_mode="interpreter")
    (response,) = await responses(parts)
    assert response["completion_mode"] == "interpreter"
    assert response["answers"]["who_is_with_you"] == "alone"


async def test_what_the_form_was_given_stays_when_the_rest_is_sent_whole(parts: Parts) -> None:
    invited = await invited_child(parts)
    rest = {"safe": "skipped", "listened": "not_sure"}
    async with browser_of(parts) as client:
        await opened(client, invited)
        await press(client, "start")
        await press(client, "next", answer="helped_by_carer")
        await press(client, "next", answer="felt_safe")
        first = await put(client, invited, answers=rest)
        again = await put(client, invited, answers=rest)
        other = await put(client, invited, answers={**rest, "fair": "kind"})
        assert "This page is not open" in await page(client)
    assert [each.status_code for each in (first, again, other)] == [201, 200, 409]
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "helped_by_carer", **rest}
    assert (response["state"], response["completion_mode"]) == ("complete", "helped_by_carer")


async def test_a_form_answered_whole_equals_the_same_answers_sent_whole(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        await opened(client, invited)
        last = await answer_all_but_the_last(client)
        await press(client, "next", answer=FIRST_ANSWERS[last])
        assert (await put(client, invited, answers=FIRST_ANSWERS)).status_code == 200
        assert (await put(client, invited, answers={})).status_code == 409


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"safe": "zebra"}, "safe:"),
        ({"safe": 7}, "safe:"),
        ({"safe": {"text": "zebra"}}, "safe:"),
        ({"safe": None}, "safe:"),
        ({"zebra": "felt_safe"}, "zebra:"),
        ({"My Zebra!": "felt_safe"}, "?:"),
    ],
)
async def test_a_wrong_answer_names_its_item_and_never_its_value(
    parts: Parts, answers: dict[str, Any], named: str
) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        answer = await put(client, invited, answers=answers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    assert named in answer.json()["title"]
    assert "My Zebra" not in answer.text
    if "zebra" not in answers:
        assert "zebra" not in answer.text
    assert await responses(parts) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answers": []},
        {"answers": {}, "name": "zebra"},
        {"answers": {}, "completion_mode": "zebra"},
    ],
)
async def test_a_body_out_of_form_is_refused_without_repeating_it(
    parts: Parts, body: dict[str, Any]
) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        answer = await put(client, invited, **body)
    assert answer.status_code == 422
    assert "zebra" not in answer.text
    assert await responses(parts) == []


async def test_an_answer_of_ten_megabytes_is_refused(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        answer = await put(client, invited, answers={"safe": "x" * 10_000_000})
    assert answer.status_code == 413
    assert await responses(parts) == []


async def test_every_token_that_cannot_be_used_is_answered_alike(parts: Parts) -> None:
    invited = await invited_child(parts)
    await add_contact(parts, child="child of C1", gate="closed", recorded_at=parts.now())
    tokens = [token_of(invited), new_token(), "x", invited.code or ""]
    seen = set()
    async with browser_of(parts) as client:
        for token in tokens:
            for answer in (
                await client.get(f"/api/v1/surveys/{token}"),
                await client.put(f"/api/v1/surveys/{token}/response", json={"answers": {}}),
                await client.put(
                    f"/api/v1/surveys/{token}/response", json={"answers": {"zzz": "no such item"}}
                ),
            ):
                body = answer.json()
                body.pop("instance")
                seen.add((answer.status_code, str(body), str(sorted(answer.headers))))
    assert len(seen) == 1
    assert seen.pop()[0] == 404
    assert await responses(parts) == []
