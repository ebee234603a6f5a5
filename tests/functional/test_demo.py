"""The demonstration proves itself: an answer on a phone counts, and the report is made again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from service.embedded import EmbeddedServer
from tests.functional.browser import PHONE, chromium, free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "service.cli", "demo", "--json", "--contacts", "4000"]
    process = subprocess.Popen(
        [*command, "--port", str(free_port())],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HEARD_DATA_DIR": str(folder)},
    )
    assert process.stdout is not None
    opened = json.loads(process.stdout.readline())
    _wait_until_live(opened["base_url"])
    yield {**opened, "folder": folder}
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    process.stdout.close()
    assert not EmbeddedServer(Path(folder)).running()


def _wait_until_live(base_url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{base_url}/health/ready", timeout=5).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The demonstration printed its addresses but does not answer.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def answers_received(console: Page, demo: dict[str, Any]) -> int:
    console.goto(demo["console_url"])
    return int(console.locator("#answers-received").inner_text())


def answer_everything(phone: Page, url: str) -> None:
    """Opens a link and takes the first answer of every question, as a child in a hurry would."""
    phone.goto(url)
    phone.get_by_role("button", name="Start").click()
    phone.get_by_role("button", name="Start").click()
    for _ in range(20):
        if phone.get_by_role("radio").count() == 0:
            break
        phone.locator("label").first.click()
        phone.get_by_role("button", name="Next").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Thank you")


def test_the_demo_says_what_the_contract_promises(demo: dict[str, Any]) -> None:
    assert {"base_url", "console_url", "metrics_url", "api_token", "links", "accounts"} <= set(demo)
    assert {(link["respondent"], link["age_band"]) for link in demo["links"]} >= {
        ("child", "8-11"),
    }
    for link in demo["links"]:
        assert link["url"].startswith(demo["base_url"] + "/i/")
        assert set(link) == {"respondent", "age_band", "language", "url", "code"}
    with urllib.request.urlopen(demo["metrics_url"]) as answer:
        assert b"heard_requests_total" in answer.read()


def test_answering_on_a_phone_raises_answers_received_and_the_report_can_be_made_again(
    demo: dict[str, Any], browser: Browser
) -> None:
    console = browser.new_page()
    console.goto(demo["accounts"][0]["sign_in_url"])
    before = answers_received(console, demo)

    context = browser.new_context(**PHONE, java_script_enabled=False)
    answer_everything(context.new_page(), demo["links"][0]["url"])

    assert answers_received(console, demo) == before + 1
    made = console.locator("#report-made-at").inner_text()
    console.get_by_role("button", name="Make the report again").click()
    expect(console.locator("#report-made-at")).not_to_have_text(made, timeout=90_000)
    console.get_by_role("link", name="Read the report").click()
    expect(console.locator("body")).to_contain_text("SIMULATED")
    context.close()


def test_a_used_link_shows_the_same_page_as_an_invented_one(
    demo: dict[str, Any], browser: Browser
) -> None:
    shown = []
    for url in (demo["links"][0]["url"], f"{demo['base_url']}/i/{'A' * 22}"):
        context = browser.new_context(**PHONE, java_script_enabled=False)
        page = context.new_page()
        page.goto(url)
        page.get_by_role("button", name="Start").click()
        shown.append((page.title(), page.locator("main").inner_text()))
        context.close()
    assert shown[0] == shown[1]
