"""A child answers on a small phone without JavaScript; every kind of page is accessible."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec
import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.app import create_app
from service.asking import Ask, Invited, invite
from service.db import Database
from service.parts import Parts
from tests.functional.browser import PHONE, chromium, free_port
from tests.people_to_ask import FORCE, add_contact, token_of

pytestmark = pytest.mark.browser
WITHOUT_JAVASCRIPT: dict[str, Any] = {**PHONE, "java_script_enabled": False, "has_touch": True}
SMALLEST_TARGET = 44


class Somewhere(BaseHTTPRequestHandler):
    """The neutral site one is sent to."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Weather</title><h1>Sunny</h1>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def exit_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Somewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Another site than ours, as in life: localhost, not 127.0.0.1.
    yield f"http://localhost:{server.server_port}/weather"
    server.shutdown()
    server.server_close()


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """The running service and people to answer for."""

    base_url: str
    parts: Parts
    database_url: str
    children: list[Invited]
    carer: Invited


@pytest_asyncio.fixture
async def served(parts: Parts, database_url: str, exit_url: str) -> AsyncIterator[Served]:
    base_url = f"http://127.0.0.1:{(port := free_port())}"
    settings = msgspec.structs.replace(parts.settings, public_url=base_url, exit_url=exit_url)
    asking = msgspec.structs.replace(parts, settings=settings)
    children = []
    for number in range(3):
        await add_contact(asking, f"C{number}", child=f"K{number}")
        ask = Ask(contact_ref=f"C{number}", respondent="child", wave="T1", channel="card")
        children.append(await invite(asking, FORCE, ask))
    carer = await invite(asking, FORCE, Ask(contact_ref="C0", respondent="carer", wave="T1"))
    # The server's own pools, for its own event loop.
    served_parts = msgspec.structs.replace(asking, database=Database(settings, database_url))
    server = uvicorn.Server(
        uvicorn.Config(create_app(served_parts), port=port, log_level="warning", lifespan="on")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.02)
    yield Served(
        base_url=base_url,
        parts=asking,
        database_url=database_url,
        children=children,
        carer=carer,
    )
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def browser(served: Served) -> Iterator[Browser]:
    # After everything that needs an event loop: Playwright keeps one running while it is open.
    assert served.base_url
    with chromium() as running:
        yield running


def a_page(browser: Browser, **settings: Any) -> Page:
    context: BrowserContext = browser.new_context(**settings)
    context.set_default_timeout(15_000)
    return context.new_page()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def stored(served: Served) -> list[tuple[str, dict[str, str]]]:
    """State and answers of every response, read in a thread of its own (see `browser`)."""

    async def read() -> list[tuple[str, dict[str, str]]]:
        database = Database(served.parts.settings, served.database_url)
        async with database.transaction("worker", FORCE) as connection:
            rows = await connection.fetch("SELECT state, answers FROM feedback.response")
        await database.close()
        return [(row["state"], row["answers"]) for row in rows]

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, read()).result()


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and everything pressed is big enough for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        """least => [...document.querySelectorAll('button, summary, a.button, .option, .wrong a')]
        .filter(e => e.getBoundingClientRect().height < least || e.clientWidth < least)
        .map(e => e.innerText)""",
        SMALLEST_TARGET,
    )
    assert small == []


def a_child_answers(page: Page, link: str) -> None:
    page.goto(link)
    assert page.title() == "Feedback"
    press(page, "Start / Dechrau")
    assert page.url.endswith("/f")
    expect(page.get_by_text("You choose. Skip or stop any time.")).to_be_visible()
    press(page, "Start")
    assert page.title() == "Question 1 – Feedback"
    press(page, "Next")
    assert page.title() == "Error: Feedback"
    page.get_by_role("link", name="Choose an answer, or skip this question").click()
    expect(page.locator("#answer")).to_be_focused()
    page.get_by_label("No, it is just me").check()
    press(page, "Next")
    assert page.title() == "Question 2 – Feedback"
    page.get_by_label("I felt safe").check()
    press(page, "Next")
    press(page, "Back")
    expect(page.get_by_label("I felt safe")).to_be_checked()
    page.get_by_text("I did not feel safe").click()
    press(page, "Next")
    press(page, "I am not sure")
    press(page, "Skip this question")
    for answer in ("They told me what was going on", "I do not know", "They did what they said"):
        page.get_by_text(answer, exact=True).click()
        press(page, "Next")
    page.get_by_text("I could choose some things").click()
    press(page, "Next")
    page.get_by_text("The same", exact=True).click()
    press(page, "Next")
    assert page.title() == "Question 10 – Feedback"
    page.get_by_text("Maybe").click()
    press(page, "Next")
    assert heading(page) == "Thank you"
    assert page.url.endswith("/f")


ANSWERED = {
    "who_is_with_you": "alone",
    "safe": "did_not_feel_safe",
    "listened": "not_sure",
    "fair": "skipped",
    "informed": "told_me",
    "next": "do_not_know",
    "trust": "did_what_they_said",
    "choice": "could_choose",
    "helped": "same",
    "again": "maybe",
}


def test_a_child_answers_everything_on_a_small_phone_without_javascript(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser, **WITHOUT_JAVASCRIPT)
    a_child_answers(page, str(served.children[0].url))
    assert stored(served) == [("complete", ANSWERED)]
    # The same link once more is calm, and so is everything else it might lead to.
    page.goto(str(served.children[0].url))
    press(page, "Start / Dechrau")
    assert heading(page) == "This page is not open"
    page.context.close()


def test_leaving_lands_elsewhere_and_back_shows_nothing(
    browser: Browser, served: Served, exit_url: str
) -> None:
    page = a_page(browser, **WITHOUT_JAVASCRIPT)
    page.goto(served.base_url)
    page.get_by_role("textbox").fill((served.children[1].code or "").lower())
    press(page, "Next / Nesaf")
    press(page, "Start")
    page.get_by_text("No, it is just me").click()
    press(page, "Next")
    assert page.title() == "Question 2 – Feedback"
    press(page, "Leave this page")
    assert (page.url, page.title()) == (exit_url, "Weather")
    assert page.context.cookies() == []
    page.go_back()
    assert "police" not in page.inner_text("main")
    assert heading(page) != "Did you feel safe with the police, or not safe?"
    page.goto(f"{served.base_url}/f")
    assert heading(page) == "This page is not open"
    assert stored(served) == [("partial", {"who_is_with_you": "alone"})]
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_is_accessible_and_fits_a_small_phone(
    browser: Browser, served: Served, scheme: str
) -> None:
    page = a_page(browser, **PHONE, color_scheme=scheme)
    problems: list[tuple[str, str]] = []

    def look(kind: str) -> None:
        fits(page)
        found = Axe().run(page).response["violations"]
        problems.extend((kind, each["id"]) for each in found)

    page.goto(served.base_url)
    look("code")
    page.goto(str(served.children[2].url))
    look("landing")
    press(page, "Start / Dechrau")
    look("first page")
    page.get_by_text("Get help").click()
    look("help opened")
    press(page, "Start")
    look("question")
    press(page, "Next")
    look("error")
    press(page, "Skip this question")
    page.get_by_text("I felt safe").click()
    look("chosen")
    for _ in range(9):
        press(page, "Skip this question")
    look("thanks")
    page.goto(f"{served.base_url}/i/{token_of(served.children[2])[::-1]}")
    press(page, "Start / Dechrau")
    look("calm")
    page.goto(str(served.carer.url))
    press(page, "Start / Dechrau")
    press(page, "Start")
    press(page, "Skip this question")
    look("a carer's question")
    press(page, "Back")
    press(page, "Back")
    press(page, "Not now")
    look("not now")
    assert problems == []
    page.context.close()


def test_at_four_times_the_size_nothing_is_lost(browser: Browser, served: Served) -> None:
    # 1280 by 1024 at 400% is 320 by 256 (WCAG 2.2, 1.4.10); the way out stays reachable.
    page = a_page(browser, viewport={"width": 320, "height": 256})
    page.goto(str(served.children[2].url))
    press(page, "Start / Dechrau")
    press(page, "Start")
    fits(page)
    page.get_by_role("button", name="Leave this page").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Leave this page")).to_be_in_viewport()
    page.context.close()


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser, **PHONE)
    page.goto(str(served.children[2].url))
    press(page, "Start / Dechrau")
    press(page, "Start")
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText.trim()"))
        outline = page.evaluate(
            """() => { const e = document.activeElement;
            const shown = e.type === 'radio' ? e.closest('.option') : e;
            return getComputedStyle(shown).outlineStyle }"""
        )
        assert outline == "solid", reached[-1]
    assert reached == [
        "Skip to the main part of the page",
        "",
        "Next",
        "I am not sure",
        "Skip this question",
        "Back",
        "Get help",
        "Leave this page",
    ]
    # The return key means Next.
    page.goto(f"{served.base_url}/f")
    page.locator("#answer").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Question 2 – Feedback")
    page.context.close()
