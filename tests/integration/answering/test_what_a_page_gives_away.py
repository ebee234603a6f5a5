"""Headers and pages give nothing away: nothing kept, nothing loaded, nothing told."""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec
import pytest

from service.parts import Parts
from tests.integration.answering.visiting import invited_child, opened, page, press
from tests.people_to_ask import browser_of, token_of

# What fits into the first flight of a connection.
FIRST_FLIGHT_BYTES = 14_000
ADDRESSES = re.compile(r"""(?:href|src|action)="([^"]*)\"""")


async def pages(parts: Parts) -> list[tuple[str, str]]:
    """(policy, page) of every kind of page."""
    invited = await invited_child(parts)
    async with browser_of(parts) as client:
        found = [await client.get("/"), await client.get(f"/i/{token_of(invited)}")]
        found.append(await client.get("/f"))
        await opened(client, invited)
        found.append(await client.get("/f"))
        await press(client, "start")
        found.append(await client.get("/f"))
        await press(client, "next")
        found.append(await client.get("/f"))
    for answer in found:
        assert answer.status_code == 200
        assert {
            "cache-control": "no-store, max-age=0",
            "referrer-policy": "no-referrer",
            "x-robots-tag": "noindex, nofollow, noarchive",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }.items() <= answer.headers.items()
    return [(answer.headers["content-security-policy"], answer.text) for answer in found]


async def test_the_policy_allows_our_one_style_and_the_way_out_and_nothing_else(
    parts: Parts,
) -> None:
    for policy, text in await pages(parts):
        style = text.split("<style>")[1].split("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
            "form-action 'self' https://www.bbc.co.uk; frame-ancestors 'none'; base-uri 'none'"
        )
        assert text.count("<style>") == 1
        assert not re.search(r"<script|<img|<iframe|<link(?! rel=\"icon\")| style=| on\w+=", text)


async def test_every_page_is_one_small_request_and_names_no_other_site(parts: Parts) -> None:
    for _, text in await pages(parts):
        assert len(text.encode()) < FIRST_FLIGHT_BYTES
        assert set(ADDRESSES.findall(text)) <= {"data:,", "#main", "#answer", "/", "/f", "/x"}
        assert "http" not in text.split("</style>")[1]


async def test_every_page_has_help_a_way_out_and_no_memory(parts: Parts) -> None:
    for _, text in await pages(parts):
        for words in ("999", "0800 1111", "85258", "Leave this page"):
            assert words in text
        forms = re.findall(r"<form[^>]*>", text)
        assert forms
        assert all('autocomplete="off"' in form for form in forms)
        assert re.search(r"<title>(Feedback|Question \d+ – Feedback|Error: Feedback)</title>", text)


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [("http://127.0.0.1:8000", "v", False), ("https://feedback.example", "__Host-v", True)],
)
async def test_the_cookie_says_nothing_and_goes_nowhere_else(
    parts: Parts, public_url: str, name: str, secure: bool
) -> None:
    settings = msgspec.structs.replace(parts.settings, public_url=public_url)
    served = msgspec.structs.replace(parts, settings=settings)
    invited = await invited_child(served)
    async with browser_of(served, base_url=public_url) as client:
        answer = await client.post(f"/i/{token_of(invited)}")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{name}=")
        rest = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert rest == {"httponly", "path=/", "samesite=strict", *(["secure"] if secure else [])}
        assert "kent" not in cookie
        assert "Before you start" in await page(client)
