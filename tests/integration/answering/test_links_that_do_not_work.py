"""Used, expired, revoked, mistyped, invented, frozen: the same calm answer to the last byte."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx

from service.asking import LINK_LIFE, Invited, reissue, revoke
from service.parts import Parts
from service.privacy.tokens import new_code, new_token
from tests.integration.answering.visiting import (
    FIRST_ANSWERS,
    answer_all_but_the_last,
    invited_child,
    opened,
    press,
    responses,
    words_on,
)
from tests.people_to_ask import FORCE, add_contact, at, browser_of, token_of

TELLING_WORDS = {"police", "child", "expired", "revoked", "used", "wrong", "error", "invalid"}


async def links_that_do_not_work(parts: Parts) -> dict[str, Invited]:
    """One invitation for each way a link stops working; made long before `parts.now()`."""
    began = at(parts, parts.now() - timedelta(days=1))
    names = ("used", "revoked", "reissued", "frozen", "sent whole")
    made = {name: await invited_child(began, name) for name in names}
    old = at(parts, parts.now() - LINK_LIFE - timedelta(days=1))
    made["expired"] = await invited_child(old, "expired")
    async with browser_of(began) as client:
        await opened(client, made["used"])
        last = await answer_all_but_the_last(client)
        await press(client, "next", answer=FIRST_ANSWERS[last])
        whole = f"/api/v1/surveys/{token_of(made['sent whole'])}/response"
        assert (await client.put(whole, json={"answers": {}})).status_code == 201
    await revoke(began, FORCE, made["revoked"].id)
    await reissue(began, FORCE, made["reissued"].id)
    await add_contact(
        parts, "frozen", child="child of frozen", gate="closed", recorded_at=parts.now()
    )
    return made


def as_seen(answer: httpx.Response) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """All of an answer that reaches a browser."""
    return answer.status_code, tuple(answer.headers.multi_items()), answer.content


async def test_every_link_and_code_that_does_not_work_is_answered_with_the_same_bytes(
    parts: Parts,
) -> None:
    made = await links_that_do_not_work(parts)
    before = await responses(parts)
    token = token_of(made["used"])
    tokens = [token_of(each) for each in made.values()]
    tokens += [new_token(), token[:-1], token.swapcase(), "x", "~", "a" * 900, "%00", "%E2%82%AC"]
    codes = [each.code or "" for each in made.values()]
    codes += [new_code(), "", "OOOO IIII", "\u00e9", "x" * 5000, token]
    seen = set()
    for path, fields in [
        *((f"/i/{token}", {}) for token in tokens),
        *(("/", {"code": code}) for code in codes),
    ]:
        async with browser_of(parts) as client:
            posted = await client.post(path, data=fields)
            shown = await client.get("/f")
        assert (posted.status_code, posted.headers["location"]) == (303, "/f")
        seen.add((as_seen(posted), as_seen(shown)))
    assert len(seen) == 1
    _, (status, _, body) = seen.pop()
    assert status == 200
    visible = set(re.findall(r"\w+", words_on(body.decode()).lower()))
    assert "need" in visible
    assert not visible & TELLING_WORDS
    assert await responses(parts) == before


async def test_looking_at_a_link_is_the_same_for_every_token_and_spends_nothing(
    parts: Parts,
) -> None:
    made = await links_that_do_not_work(parts)
    good = await invited_child(parts, "good")
    tokens = [token_of(each) for each in (*made.values(), good)]
    tokens += [new_token(), "x", "a" * 900]
    async with browser_of(parts) as client:
        for _ in range(3):
            seen = {as_seen(await client.get(f"/i/{token}")) for token in tokens}
            assert len(seen) == 1
            heads = {as_seen(await client.head(f"/i/{token}")) for token in tokens}
            assert len(heads) == 1
        (status, headers, body) = seen.pop()
        assert (status, "set-cookie" in dict(headers)) == (200, False)
        assert b"Start" in body
        assert heads.pop()[2] == b""
        assert "Before you start" in await opened(client, good)


async def test_looking_at_a_link_asks_the_database_nothing(parts: Parts) -> None:
    async def refused(*_: object) -> None:
        raise AssertionError

    parts.database.pool = refused  # type: ignore[method-assign, assignment]
    async with browser_of(parts) as client:
        assert (await client.get(f"/i/{new_token()}")).status_code == 200
        assert (await client.get("/")).status_code == 200
        # Without a cookie of ours nothing is looked up either.
        assert (await client.get("/f")).status_code == 200


async def test_a_link_that_does_not_work_forgets_the_visit_before_it(parts: Parts) -> None:
    good = await invited_child(parts)
    async with browser_of(parts) as client:
        await opened(client, good)
        await client.post(f"/i/{new_token()}")
        assert "This page is not open" in (await client.get("/f")).text


async def test_a_forged_cookie_leads_to_the_calm_page(parts: Parts) -> None:
    for value in ("", "x", "A" * 64, "A" * 5000, "é".encode().decode("latin-1")):
        async with browser_of(parts) as client:
            header = {"Cookie": f"v={value}".encode("latin-1")}
            shown = await client.get("/f", headers=header)  # type: ignore[arg-type]
            assert (shown.status_code, "This page is not open" in shown.text) == (200, True)
            assert (await client.post("/f", headers=header)).status_code == 303  # type: ignore[arg-type]


async def test_a_failure_shows_calm_words_and_no_number(parts: Parts) -> None:
    async def broken(*_: object) -> None:
        raise OSError

    good = await invited_child(parts)
    async with browser_of(parts) as client:
        await opened(client, good)
        parts.database.pool = broken  # type: ignore[method-assign, assignment]
        shown = await client.get("/f")
        sent = [
            await client.post("/f", data={"go": "start"}),
            await client.post(f"/i/{token_of(good)}"),
        ]
        assert shown.status_code == 200
        assert "You have not done anything wrong" in shown.text
        assert "500" not in shown.text
        # A form is answered with a redirect even then: a page would be kept with what was sent.
        for answer in sent:
            assert (answer.status_code, answer.headers["location"]) == (303, "/f")
            assert answer.content == b""
        for answer in (shown, *sent):
            assert answer.headers["cache-control"] == "no-store, max-age=0"
            assert answer.headers["referrer-policy"] == "no-referrer"
