"""What a respondent does on the form, as a browser without JavaScript would send it."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from service.asking import Ask, Invited, invite
from service.parts import Parts
from tests.people_to_ask import FORCE, add_contact, token_of

ITEM = re.compile(r'name="item" value="([a-z_]+)"')
CHECKED = re.compile(r'value="([a-z_]+)"[^>]* checked')
TITLE = re.compile(r"<title>(.*?)</title>")
FIRST_ANSWERS = {
    "who_is_with_you": "alone",
    "safe": "felt_safe",
    "listened": "listened",
    "fair": "kind",
    "informed": "told_me",
    "next": "know",
    "trust": "did_what_they_said",
    "choice": "could_choose",
    "helped": "better",
    "again": "maybe",
}


async def invited_child(parts: Parts, ref: str = "C1", **columns: Any) -> Invited:
    """A child of nine, invited by card."""
    await add_contact(parts, ref, child=f"child of {ref}", **columns)
    return await invite(parts, FORCE, Ask(contact_ref=ref, respondent="child", wave="T1"))


async def opened(client: httpx.AsyncClient, invited: Invited) -> str:
    """The page after opening the link: the first one."""
    answer = await client.post(f"/i/{token_of(invited)}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/f")
    return await page(client)


async def page(client: httpx.AsyncClient) -> str:
    """The page now on the screen."""
    answer = await client.get("/f")
    assert answer.status_code == 200
    return answer.text


async def press(client: httpx.AsyncClient, button: str, **fields: str) -> str:
    """The page after pressing a button of the page on the screen."""
    await send(client, button, item=item_on(await page(client)) or "", **fields)
    return await page(client)


async def send(client: httpx.AsyncClient, button: str, **fields: str) -> httpx.Response:
    """The answer to one post of the form: always the same 303."""
    answer = await client.post("/f", data={"go": button, **fields})
    assert (answer.status_code, answer.headers["location"]) == (303, "/f")
    assert answer.content == b""
    return answer


async def answer_all_but_the_last(client: httpx.AsyncClient) -> str:
    """The key of the last question, which is on the screen."""
    await press(client, "start")
    for key, value in list(FIRST_ANSWERS.items())[:-1]:
        assert item_on(await page(client)) == key
        await press(client, "next", answer=value)
    return list(FIRST_ANSWERS)[-1]


def item_on(text: str) -> str | None:
    """The key of the question on a page."""
    found = ITEM.search(text)
    return found[1] if found else None


def words_on(text: str) -> str:
    """The words somebody reads on a page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text.split("</style>")[1]))


def checked_on(text: str) -> list[str]:
    """The answers shown as chosen."""
    return CHECKED.findall(text)


def title_of(text: str) -> str:
    """The title of a page."""
    found = TITLE.search(text)
    assert found
    return html.unescape(found[1])


async def responses(parts: Parts) -> list[dict[str, Any]]:
    """Every response of the force."""
    async with parts.database.transaction("worker", FORCE) as connection:
        rows = await connection.fetch("SELECT * FROM feedback.response ORDER BY id")
    return [dict(row) for row in rows]


async def invitation_state(parts: Parts) -> str:
    """The state of the one invitation."""
    async with parts.database.transaction("worker", FORCE) as connection:
        state: str = await connection.fetchval("SELECT state FROM feedback.invitation")
    return state


@asynccontextmanager
async def all_at_once(parts: Parts, waiting: int) -> AsyncIterator[None]:
    """Holds every response, so that what is begun inside arrives at the same moment.

    On leaving, waits until that many statements wait, and lets go.
    """
    async with parts.database.transaction("worker", FORCE) as connection:
        await connection.execute("SELECT id FROM feedback.response FOR UPDATE")
        yield
        for _ in range(400):
            if await connection.fetchval(WAITING) >= waiting:
                return
            await asyncio.sleep(0.01)
        raise RuntimeError("Fewer statements than expected came to wait for a response.")


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
