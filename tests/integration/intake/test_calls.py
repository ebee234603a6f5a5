"""Record systems send rows as JSON: the same checks, every problem named, one force a token."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from service.parts import Parts
from service.store import register
from tests.integration.intake.taking import counts
from tests.people_to_ask import bearer, browser_of
from tests.unit.intake.rows import row


async def send(parts: Parts, kind: str, body: Any, **given: Any) -> httpx.Response:
    headers = given.pop("headers", None)
    if headers is None:
        headers = await bearer(parts)
    async with browser_of(parts) as client:
        return await client.post(f"/api/v1/{kind}", json=body, headers=headers, **given)


async def test_rows_are_taken_and_problems_named(parts: Parts) -> None:
    rows = [row("contacts"), row("contacts", contact_ref="C2", age_years=30, gender="f")]
    answer = await send(parts, "contacts", rows)
    assert answer.status_code == 200
    body = answer.json()
    assert body["accepted"] == 1
    assert [(each["row"], each["column"]) for each in body["rejected"]] == [
        (2, "age_years"),
        (2, "gender"),
    ]
    assert (await counts(parts))["register.contact_version"] == 1


async def test_every_kind_is_taken_and_the_same_again_is_accepted_again(parts: Parts) -> None:
    for kind in ("contacts", "interventions", "events", "outcomes"):
        for _ in range(2):
            answer = await send(parts, kind, [row(kind)])
            assert answer.json() == {"accepted": 1, "rejected": []}
    held = await counts(parts)
    assert [held[f"register.{each}_version"] for each in ("contact", "event", "outcome")] == [1] * 3


async def test_numbers_lists_and_truths_may_be_sent_as_they_are(parts: Parts) -> None:
    rows = [row("contacts", flags=["CSE", "DA"], age_years=9.0, withdrawn=True)]
    answer = await send(parts, "contacts", rows)
    assert answer.json() == {"accepted": 1, "rejected": []}


async def test_no_rows_are_no_rows(parts: Parts) -> None:
    assert (await send(parts, "events", [])).json() == {"accepted": 0, "rejected": []}


async def test_a_row_that_lacks_a_column_is_one_bad_row(parts: Parts) -> None:
    lacking = {name: cell for name, cell in row("events").items() if name != "event"}
    answer = await send(parts, "events", [lacking, row("events"), {}])
    problems = answer.json()["rejected"]
    assert answer.json()["accepted"] == 1
    assert {(each["row"], each["column"]) for each in problems} >= {(1, "event"), (3, "force")}


async def test_an_unknown_column_is_named_and_left_out(parts: Parts) -> None:
    answer = await send(parts, "events", [row("events", shoe_size=4)])
    assert answer.json() == {"accepted": 1, "rejected": [], "ignored": ["shoe_size"]}


async def test_rows_of_another_force_refuse_the_call_whole(parts: Parts) -> None:
    answer = await send(parts, "contacts", [row("contacts"), row("contacts", force="surrey")])
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/other-force"
    assert (await counts(parts))["register.contact_version"] == 0


async def test_without_a_valid_token_nothing_is_taken(parts: Parts) -> None:
    for headers in ({}, {"Authorization": "Bearer heard_kent_0"}):
        answer = await send(parts, "contacts", [row("contacts")], headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await counts(parts))["register.contact_version"] == 0


async def test_what_is_no_list_of_rows_is_refused_in_a_sentence(parts: Parts) -> None:
    bodies: list[Any] = [{"force": "kent"}, [1], [{"force": {"a": 1}}], [[]], "rows", None]
    for body in bodies:
        answer = await send(parts, "contacts", body)
        assert answer.status_code == 422
        assert answer.json()["title"].endswith(".")


async def test_a_slip_in_a_name_is_refused_in_a_sentence(parts: Parts) -> None:
    rows = [row("contacts", severty=3)]
    rows[0].pop("severity")
    answer = await send(parts, "contacts", rows)
    assert answer.status_code == 422
    assert "looks like severity" in answer.json()["title"]


async def test_ten_megabytes_in_one_field_are_refused(parts: Parts) -> None:
    answer = await send(parts, "contacts", [row("contacts", team="x" * 10_000_000)])
    assert answer.status_code == 422
    assert (await counts(parts))["register.contact_version"] == 0


async def test_more_rows_than_a_call_takes_are_refused(parts: Parts) -> None:
    answer = await send(parts, "events", [row("events")] * 10_001)
    assert answer.status_code == 413
    assert "10,000" in answer.json()["title"]


async def test_calls_give_way_to_a_long_import_and_the_console_goes_on(parts: Parts) -> None:
    token = await bearer(parts)
    async with parts.database.transaction("worker", "kent") as connection:
        await register.lock(connection, ["kent"])
        # As many as the pool has connections; each is let go again.
        refused = await asyncio.wait_for(
            asyncio.gather(
                *(
                    send(parts, "contacts", [row("contacts")], headers=token)
                    for _ in range(parts.settings.pool_size)
                )
            ),
            timeout=20,
        )
        again = await send(parts, "contacts", [], headers=token)
    assert {each.status_code for each in refused} == {409}
    assert refused[0].json()["type"] == "/problems/import-running"
    assert refused[0].json()["title"].endswith("send this again in a minute.")
    assert again.status_code == 200
    later = await send(parts, "contacts", [row("contacts")], headers=token)
    assert later.json()["accepted"] == 1


async def test_short_calls_at_once_wait_for_each_other(parts: Parts) -> None:
    token = await bearer(parts)
    sent = [[row("contacts", contact_ref=f"C{n}")] for n in range(4)]
    answers = await asyncio.gather(*(send(parts, "contacts", each, headers=token) for each in sent))
    assert [each.json()["accepted"] for each in answers] == [1] * 4
