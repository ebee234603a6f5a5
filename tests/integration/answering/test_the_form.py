"""The form, page by page: every step, and every step out of turn."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from service.answering import IDLE
from service.asking import Ask, invite, reissue, revoke
from service.parts import Parts
from tests.integration.answering.visiting import (
    FIRST_ANSWERS,
    answer_all_but_the_last,
    checked_on,
    invitation_state,
    invited_child,
    item_on,
    opened,
    page,
    press,
    responses,
    send,
    title_of,
    words_on,
)
from tests.people_to_ask import FORCE, add_contact, at, browser_of, token_of

CALM = "This page is not open"


async def test_a_child_answers_every_question_and_is_thanked(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        assert "Before you start" in await opened(child, invited)
        assert await invitation_state(parts) == "opened"
        last = await answer_all_but_the_last(child)
        assert await invitation_state(parts) == "part_answered"
        assert "Thank you" in await press(child, "next", answer=FIRST_ANSWERS[last])
    (response,) = await responses(parts)
    assert response["answers"] == FIRST_ANSWERS
    assert (response["state"], response["completion_mode"]) == ("complete", "alone")
    assert (response["instrument"], response["version"]) == ("child-8-11", 1)
    assert response["digest"] is not None
    assert await invitation_state(parts) == "answered"


async def test_the_first_page_makes_the_promises(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        first = await opened(child, invited)
    assert "You choose. Skip or stop any time." in first
    assert "If someone may get hurt, we find out who you are and tell people who help." in first
    assert "pages you sent stay with us" in first
    assert "have not been tested yet" in first
    assert "{total}" not in first


async def test_not_sure_and_skipped_are_kept_apart_from_answers(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "not_sure")
        await press(child, "skip")
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "not_sure", "safe": "skipped"}
    assert (response["state"], response["completion_mode"]) == ("partial", None)


async def test_titles_say_the_number_and_nothing_more(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        assert title_of(await opened(child, invited)) == "Feedback"
        assert title_of(await press(child, "start")) == "Question 1 – Feedback"
        assert title_of(await press(child, "next")) == "Error: Feedback"
        assert title_of(await press(child, "skip")) == "Question 2 – Feedback"


async def test_next_without_an_answer_says_what_to_do_and_where(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        wrong = await press(child, "next")
        assert "There is a problem" in wrong
        assert 'href="#answer"' in wrong
        assert 'id="answer"' in wrong
        made_up = await press(child, "next", answer="made_up")
        assert "There is a problem" in made_up
        assert "made_up" not in made_up
        assert "There is a problem" not in await press(child, "next", answer="alone")


async def test_back_shows_what_was_given_in_this_visit(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "next", answer="alone")
        await press(child, "next", answer="felt_safe")
        back = await press(child, "back")
        assert (item_on(back), checked_on(back)) == ("safe", ["felt_safe"])
        # Changing the answer goes on to the next page.
        assert item_on(await press(child, "next", answer="did_not_feel_safe")) == "listened"
        await press(child, "back")
        assert item_on(await press(child, "back")) == "who_is_with_you"
        assert "Before you start" in await press(child, "back")
        assert item_on(await press(child, "start")) == "listened"
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "alone", "safe": "did_not_feel_safe"}


async def test_going_back_discards_what_is_only_on_the_screen(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "next", answer="alone")
        await press(child, "back", answer="felt_safe")
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "alone"}


async def test_the_same_page_sent_twice_changes_nothing_more(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        sent = [send(child, "next", item="who_is_with_you", answer="alone") for _ in range(10)]
        await asyncio.gather(*sent)
        assert item_on(await page(child)) == "safe"
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "alone"}


async def test_a_page_out_of_turn_or_made_up_changes_nothing(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await send(child, "next", item="who_is_with_you", answer="alone")  # before Start
        await press(child, "start")
        await send(child, "next", item="again", answer="yes")  # far ahead
        await send(child, "next", item="surname", answer="x")
        await send(child, "next")
        await send(child, "back", item="safe")
        await send(child, "shout", item="who_is_with_you", answer="x" * 10_000)
        assert item_on(await page(child)) == "who_is_with_you"
    (response,) = await responses(parts)
    assert response["answers"] == {}


async def test_two_tabs_of_one_visit_lose_nothing(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "next", answer="alone")
        await press(child, "next", answer="felt_safe")
        # The other tab still shows the first question, and is sent now.
        await send(child, "next", item="who_is_with_you", answer="interpreter")
        await send(child, "next", item="listened", answer="listened")
    (response,) = await responses(parts)
    assert response["answers"] == {
        "who_is_with_you": "interpreter",
        "safe": "felt_safe",
        "listened": "listened",
    }
    assert response["completion_mode"] == "interpreter"


async def test_a_new_visit_goes_on_and_shows_nothing_given_before(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "next", answer="alone")
        await press(child, "next", answer="felt_safe")
    async with browser_of(parts) as somebody:
        await opened(somebody, invited)
        assert item_on(await press(somebody, "start")) == "listened"
        back = await press(somebody, "back")
        assert "Before you start" in back
        # Nor can the address of an earlier page be forged.
        await send(somebody, "next", item="safe", answer="did_not_feel_safe")
        assert checked_on(await page(somebody)) == []
    (response,) = await responses(parts)
    assert response["answers"]["safe"] == "felt_safe"


async def test_what_one_device_gives_is_not_shown_on_another(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as first, browser_of(parts) as second:
        for each in (first, second):
            await opened(each, invited)
            await press(each, "start")
        await press(first, "next", answer="alone")
        shown = await page(second)
        assert (item_on(shown), checked_on(shown)) == ("who_is_with_you", [])


async def test_after_twenty_idle_minutes_the_calm_page_shows_and_the_link_goes_on(
    parts: Parts,
) -> None:
    invited = await invited_child(parts)
    began = parts.now()
    async with browser_of(at(parts, began)) as child:
        await opened(child, invited)
        await press(child, "start")
        cookies = child.cookies
    nearly = began + IDLE - timedelta(seconds=1)
    async with browser_of(at(parts, nearly)) as child:
        child.cookies = cookies
        assert item_on(await press(child, "next", answer="alone")) == "safe"
    async with browser_of(at(parts, nearly + IDLE)) as child:
        child.cookies = cookies
        assert CALM in await page(child)
        await send(child, "next", item="safe", answer="felt_safe")
        await opened(child, invited)
        assert item_on(await press(child, "start")) == "safe"
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "alone"}


async def test_not_now_ends_the_visit_and_the_link_still_works(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        assert "That is fine" in await press(child, "not_now")
        await send(child, "start")
        assert "That is fine" in await page(child)
        assert "Before you start" in await opened(child, invited)


async def test_leaving_ends_the_visit_on_the_server_and_clears_the_device(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        left = await child.post("/x")
        assert left.status_code == 303
        assert left.headers["location"] == parts.settings.exit_url
        assert left.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        assert "set-cookie" not in left.headers
        # Even a browser that keeps the cookie finds nothing.
        assert CALM in await page(child)
        await send(child, "next", item="who_is_with_you", answer="alone")
    (response,) = await responses(parts)
    assert response["answers"] == {}


async def test_leaving_works_when_the_database_does_not(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)

        async def broken(*_: object) -> None:
            raise OSError

        parts.database.pool = broken  # type: ignore[method-assign, assignment]
        left = await child.post("/x")
        assert (left.status_code, left.headers["location"]) == (303, parts.settings.exit_url)


async def test_the_gate_closing_in_mid_visit_freezes_it_and_opening_frees_it(parts: Parts) -> None:
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "next", answer="alone")
        await add_contact(parts, child="child of C1", gate="closed", recorded_at=parts.now())
        assert CALM in await page(child)
        await send(child, "next", item="safe", answer="felt_safe")
        assert CALM in await page(child)
        await add_contact(parts, child="child of C1", gate="open", recorded_at=parts.now())
        assert item_on(await page(child)) == "safe"
    (response,) = await responses(parts)
    assert response["answers"] == {"who_is_with_you": "alone"}


async def test_revoking_or_reissuing_ends_visits_already_begun(parts: Parts) -> None:
    for number, end in enumerate((revoke, reissue)):
        invited = await invited_child(parts, f"C{number}")
        async with browser_of(parts) as child:
            await opened(child, invited)
            await press(child, "start")
            await end(parts, FORCE, invited.id)
            assert CALM in await page(child)
            await send(child, "next", item="who_is_with_you", answer="alone")
    assert [response["answers"] for response in await responses(parts)] == [{}, {}]


async def test_an_ask_made_anew_goes_on_where_the_revoked_one_stopped(parts: Parts) -> None:
    began = parts.now()
    invited = await invited_child(parts)
    async with browser_of(parts) as child:
        await opened(child, invited)
        await press(child, "start")
        await press(child, "next", answer="alone")
    await revoke(parts, FORCE, invited.id)
    later = at(parts, began + timedelta(days=91))
    anew = await invite(later, FORCE, Ask(contact_ref="C1", respondent="child", wave="T1"))
    async with browser_of(later) as child:
        await opened(child, anew)
        assert item_on(await press(child, "start")) == "safe"
        address = f"/api/v1/surveys/{token_of(anew)}/response"
        assert (await child.put(address, json={"answers": {}})).status_code == 201
    (response,) = await responses(parts)
    assert response["invitation"] == anew.id
    assert response["answers"] == {"who_is_with_you": "alone"}


async def test_a_code_is_forgiven_its_case_and_spaces(parts: Parts) -> None:
    invited = await invited_child(parts)
    code = (invited.code or "").lower().replace(" ", " - ")
    async with browser_of(parts) as child:
        await child.post("/", data={"code": f"  {code} "})
        assert "Before you start" in await page(child)


async def test_a_carer_and_a_child_never_hear_of_each_others_form(parts: Parts) -> None:
    invited = await invited_child(parts)
    ask = Ask(contact_ref="C1", respondent="carer", wave="T1", language="en")
    carers = await invite(parts, FORCE, ask)
    for link, foreign in ((invited, ("carer", "parent")), (carers, ("child form", "your child's"))):
        async with browser_of(parts) as client:
            texts = [await opened(client, link), await press(client, "start")]
            while item_on(texts[-1]):
                texts.append(await press(client, "skip"))
        visible = " ".join(words_on(text) for text in texts).lower()
        assert "how fairly" in visible or "were the police kind" in visible
        assert not [word for word in foreign if word in visible]
    assert len(await responses(parts)) == 2
    assert token_of(invited) != token_of(carers)


async def test_a_page_sent_from_another_site_is_not_taken(parts: Parts) -> None:
    invited = await invited_child(parts)
    for origin in ("cross-site", "same-site"):
        header = {"Sec-Fetch-Site": origin}
        async with browser_of(parts) as child:
            await child.post(f"/i/{token_of(invited)}", headers=header)
            assert CALM in await page(child)
            await child.post("/", data={"code": invited.code or ""}, headers=header)
            assert CALM in await page(child)
            await opened(child, invited)
            await child.post("/f", data={"go": "start"}, headers=header)
            assert "Before you start" in await page(child)
            await child.post("/x", headers=header)
            assert "Before you start" in await page(child)


async def test_the_pages_come_in_welsh(parts: Parts) -> None:
    await add_contact(parts)
    ask = Ask(contact_ref="C1", respondent="child", wave="T1", language="cy")
    invited = await invite(parts, FORCE, ask)
    async with browser_of(parts) as child:
        first = await opened(child, invited)
        assert '<html lang="cy" dir="ltr">' in first
        assert "Dechrau" in first
        assert title_of(await press(child, "start")) == "Cwestiwn 1 – Adborth"
