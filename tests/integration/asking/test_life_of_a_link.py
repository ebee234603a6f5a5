"""The life of a link over the API: made, listed, ended, made again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.asking import LINK_LIFE, Ask, invite, reissue
from service.parts import Parts
from service.routes import invitations as routes
from tests.people_to_ask import FORCE, add_contact, at, bearer, browser_of, token_of

BODY = {"force": FORCE, "contact_ref": "C1", "respondent": "child", "wave": "T1"}
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def api(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(parts) as client:
        client.headers.update(await bearer(parts))
        yield client


async def made(api: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await api.post("/api/v1/invitations", json={**BODY, **changes})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def works(api: httpx.AsyncClient, invited: dict[str, Any]) -> bool:
    token = invited["url"].rsplit("/", 1)[1]
    return (await api.get(f"/api/v1/surveys/{token}")).status_code == 200


async def test_an_invitation_is_made_with_the_keys_of_the_contract(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    await add_contact(parts)
    body = await made(api, channel="card", needs=["easy_read"], language="cy", respondent_no=1)
    assert set(body) == {"id", "url", "code", "state"}
    assert body["state"] == "sent"
    assert await works(api, body)


async def test_a_refusal_is_a_problem_with_a_stable_type(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    await add_contact(parts, gate="closed")
    answer = await api.post("/api/v1/invitations", json=BODY)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/gate-closed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"surname": "x"},
        {"respondent": "police"},
        {"respondent_no": 0},
        {"wave": "T4"},
        {"channel": "post"},
        {"needs": ["jetpack"]},
        {"safe_contact": {"nickname": "x"}},
        {"contact_ref": ""},
    ],
)
async def test_a_body_out_of_form_is_refused_whole(
    parts: Parts, api: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    await add_contact(parts)
    answer = await api.post("/api/v1/invitations", json={**BODY, **wrong})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await api.get("/api/v1/invitations")).json()["items"] == []


async def test_a_token_of_another_force_can_neither_ask_nor_see_nor_end(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    await add_contact(parts)
    body = await made(api)
    essex = await bearer(parts, "essex")
    assert (await api.post("/api/v1/invitations", json=BODY, headers=essex)).status_code == 403
    assert (await api.get("/api/v1/invitations", headers=essex)).json()["items"] == []
    address = f"/api/v1/invitations/{body['id']}"
    assert (await api.post(f"{address}/revoke", headers=essex)).status_code == 404
    assert (await api.post(f"{address}/reissue", headers=essex)).status_code == 404
    named = await api.post(f"{address}/revoke?force={FORCE}", headers=essex)
    assert named.status_code == 403
    without = {"Authorization": "Bearer nothing"}
    assert (await api.get("/api/v1/invitations", headers=without)).status_code == 401
    assert await works(api, body)


async def test_the_list_pages_by_id_and_says_nothing_of_anybody(
    parts: Parts, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "PAGE_SIZE", 2)
    wanted = []
    for number in range(5):
        await add_contact(parts, f"C{number}", child=f"K{number}")
        wanted.append((await made(api, contact_ref=f"C{number}"))["id"])
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await api.get(f"/api/v1/invitations?{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = f"cursor={page['next']}"
    assert page["next"] is None
    assert seen == wanted
    assert not {"contact", "child", "contact_ref", "answers"} & set(page["items"][0])


async def test_the_list_can_be_asked_for_one_state(parts: Parts, api: httpx.AsyncClient) -> None:
    for number in range(2):
        await add_contact(parts, f"C{number}", child=f"K{number}")
    kept, ended = [await made(api, contact_ref=f"C{number}") for number in range(2)]
    await api.post(f"/api/v1/invitations/{ended['id']}/revoke")
    listed = (await api.get("/api/v1/invitations?state=sent")).json()["items"]
    assert [item["id"] for item in listed] == [kept["id"]]
    assert (await api.get("/api/v1/invitations?state=lost")).status_code in (400, 422)


async def test_an_expiry_is_seen_when_it_is_read_and_ends_the_link(parts: Parts) -> None:
    await add_contact(parts)
    made_at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    ask = Ask(contact_ref="C1", respondent="child", wave="T1")
    invited = await invite(at(parts, made_at), FORCE, ask)
    header = await bearer(at(parts, made_at))
    address = f"/api/v1/surveys/{token_of(invited)}"
    for moment, status, state in (
        (made_at + LINK_LIFE - HOUR, 200, "sent"),
        (made_at + LINK_LIFE, 404, "expired"),
    ):
        async with browser_of(at(parts, moment)) as client:
            assert (await client.get(address)).status_code == status
            listed = await client.get(f"/api/v1/invitations?state={state}", headers=header)
            assert [item["state"] for item in listed.json()["items"]] == [state]
    fresh = await reissue(at(parts, made_at + LINK_LIFE), FORCE, invited.id)
    async with browser_of(at(parts, made_at + LINK_LIFE)) as client:
        assert (await client.get(f"/api/v1/surveys/{token_of(fresh)}")).status_code == 200


async def test_revoking_ends_every_link_and_twice_is_once(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    await add_contact(parts)
    body = await made(api)
    for _ in range(2):
        answer = await api.post(f"/api/v1/invitations/{body['id']}/revoke")
        assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    assert not await works(api, body)
    again = await api.post(f"/api/v1/invitations/{body['id']}/reissue")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/revoked")
    # It was never opened, so she may be asked anew.
    assert await works(api, await made(api))


async def test_a_reissue_mints_a_new_link_and_code_and_every_old_one_dies(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    await add_contact(parts)
    old = await made(api)
    fresh = (await api.post(f"/api/v1/invitations/{old['id']}/reissue")).json()
    assert fresh["id"] == old["id"]
    assert fresh["url"] != old["url"]
    assert fresh["code"] != old["code"]
    assert not await works(api, old)
    assert await works(api, fresh)
    typed = await api.post("/", data={"code": old["code"]})
    assert 'v=""' in typed.headers["set-cookie"] or "v=;" in typed.headers["set-cookie"]


async def test_a_reissue_obeys_the_gate(parts: Parts, api: httpx.AsyncClient) -> None:
    await add_contact(parts)
    body = await made(api)
    await add_contact(parts, gate="closed", recorded_at=parts.now())
    answer = await api.post(f"/api/v1/invitations/{body['id']}/reissue")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/gate-closed")


async def test_what_was_answered_can_neither_be_ended_nor_made_again(
    parts: Parts, api: httpx.AsyncClient
) -> None:
    await add_contact(parts)
    body = await made(api)
    token = body["url"].rsplit("/", 1)[1]
    sent = await api.put(f"/api/v1/surveys/{token}/response", json={"answers": {}})
    assert sent.status_code == 201
    for step in ("revoke", "reissue"):
        answer = await api.post(f"/api/v1/invitations/{body['id']}/{step}")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-answered")
