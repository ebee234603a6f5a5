"""Exactly once: many at the same moment, one row, and everybody told the same."""

from __future__ import annotations

import asyncio
from collections import Counter

from service.asking import revoke
from service.parts import Parts
from tests.integration.answering.visiting import (
    FIRST_ANSWERS,
    all_at_once,
    answer_all_but_the_last,
    invited_child,
    opened,
    page,
    press,
    responses,
    send,
)
from tests.people_to_ask import FORCE, browser_of, token_of

MANY = 50
# As many as the connections of the tests' settings.
POOL = 4


async def test_fifty_identical_puts_at_once_store_one_row_and_answer_alike(parts: Parts) -> None:
    invited = await invited_child(parts)
    address = f"/api/v1/surveys/{token_of(invited)}/response"
    async with browser_of(parts) as client:
        body = {"answers": FIRST_ANSWERS}
        answers = await asyncio.gather(*(client.put(address, json=body) for _ in range(MANY)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: MANY - 1}
    assert {answer.content for answer in answers} == {b'{"state":"complete"}'}
    (response,) = await responses(parts)
    assert response["answers"] == FIRST_ANSWERS


async def test_fifty_identical_puts_complete_a_begun_response_once(parts: Parts) -> None:
    invited = await invited_child(parts)
    address = f"/api/v1/surveys/{token_of(invited)}/response"
    async with browser_of(parts) as client:
        await opened(client, invited)
        await press(client, "start")
        await press(client, "next", answer="proxy")
        body = {"answers": {"safe": "felt_safe"}}
        async with all_at_once(parts, POOL):
            sent = asyncio.gather(*(client.put(address, json=body) for _ in range(MANY)))
            await asyncio.sleep(0)
        answers = await sent
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: MANY - 1}
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "proxy", "safe": "felt_safe"}


async def test_of_twenty_five_different_puts_at_once_one_wins_and_the_rest_are_told(
    parts: Parts,
) -> None:
    invited = await invited_child(parts)
    address = f"/api/v1/surveys/{token_of(invited)}/response"
    keys = list(FIRST_ANSWERS)
    bodies = [{key: FIRST_ANSWERS[key] for key in keys[: n % 10]} for n in range(10)]
    bodies += [dict.fromkeys(keys[: n + 1], "skipped") for n in range(10)]
    bodies += [dict.fromkeys(keys[: n + 1], "not_sure") for n in range(5)]
    assert len(bodies) == 25
    async with browser_of(parts) as client:
        sent = [client.put(address, json={"answers": body}) for body in bodies]
        answers = await asyncio.gather(*sent)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 24}
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 201)
    (response,) = await responses(parts)
    assert response["answers"] == bodies[winner]


async def test_fifty_last_pages_at_once_complete_one_row_and_are_answered_alike(
    parts: Parts,
) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        await opened(client, invited)
        last = await answer_all_but_the_last(client)
        once = {"item": last, "answer": FIRST_ANSWERS[last]}
        async with all_at_once(parts, POOL):
            sent = asyncio.gather(*(send(client, "next", **once) for _ in range(MANY)))
            await asyncio.sleep(0)
        answers = await sent
        assert len({str(answer.headers) for answer in answers}) == 1
        assert "Thank you" in await page(client)
    (response,) = await responses(parts)
    assert (response["state"], response["answers"]) == ("complete", FIRST_ANSWERS)


async def test_two_tabs_sent_at_the_same_moment_lose_neither_answer(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        await opened(client, invited)
        await press(client, "start")
        await press(client, "next", answer="alone")
        async with all_at_once(parts, 2):
            sent = asyncio.gather(
                send(client, "next", item="who_is_with_you", answer="interpreter"),
                send(client, "next", item="safe", answer="felt_safe"),
            )
            await asyncio.sleep(0)
        await sent
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "interpreter", "safe": "felt_safe"}
    assert response["completion_mode"] == "interpreter"


async def test_fifty_starts_of_one_link_at_once_begin_one_response(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        address = f"/i/{token_of(invited)}"
        answers = await asyncio.gather(*(client.post(address) for _ in range(MANY)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await responses(parts)) == 1


async def test_the_form_and_a_whole_survey_at_once_never_lose_what_was_acknowledged(
    parts: Parts,
) -> None:
    for number in range(8):
        invited = await invited_child(parts, f"C{number}")
        address = f"/api/v1/surveys/{token_of(invited)}/response"
        async with browser_of(parts) as form, browser_of(parts) as sender:
            await opened(form, invited)
            await press(form, "start")
            body = {"answers": {"safe": "felt_safe"}}
            _, put = await asyncio.gather(
                send(form, "next", item="who_is_with_you", answer="alone"),
                sender.put(address, json=body),
            )
            assert put.status_code == 201
    for response in await responses(parts):
        assert response["state"] == "complete"
        assert response["answers"]["safe"] == "felt_safe"


async def test_revoking_at_the_moment_of_answering_leaves_one_truth(parts: Parts) -> None:
    for number in range(8):
        invited = await invited_child(parts, f"C{number}")
        address = f"/api/v1/surveys/{token_of(invited)}/response"
        async with browser_of(parts) as client:
            put, ended = await asyncio.gather(
                client.put(address, json={"answers": {}}),
                revoke(parts, FORCE, invited.id),
                return_exceptions=True,
            )
        assert not isinstance(put, BaseException)
        was_answered = put.status_code == 201
        assert was_answered == isinstance(ended, BaseException)
        assert was_answered or put.status_code == 404
    complete = [each for each in await responses(parts) if each["state"] == "complete"]
    assert len(complete) == len(await responses(parts))
