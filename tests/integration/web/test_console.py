"""The console: counts without answers, nothing for those who are not signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from service.app import create_app
from service.parts import DemoParts, Parts
from service.report_shelf import ReportShelf
from service.staff import DemoSignIn
from tests.factories import add_contact, add_invitation, owner


@pytest.fixture
def demo_parts(parts: Parts, tmp_path: Path) -> Parts:
    demo = DemoParts(
        api_token="demo_token",
        sign_in=DemoSignIn("durham"),
        reports=ReportShelf(tmp_path, tmp_path / "spec.toml", {}),
    )
    return msgspec.structs.replace(parts, demo=demo)


def client(parts: Parts) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(parts))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://heard.test")


async def signed_in(parts: Parts, http: httpx.AsyncClient, role: int = 0) -> None:
    assert parts.demo is not None
    address = parts.demo.sign_in.addresses("http://heard.test")[role]["sign_in_url"]
    assert (await http.get(address)).status_code == 303


async def test_nobody_signed_in_sees_only_the_sign_in_page(demo_parts: Parts) -> None:
    async with client(demo_parts) as http:
        assert "Sign in as caseworker" in (await http.get("/console/")).text
        assert (await http.get("/console/report")).status_code == 401
        assert (await http.post("/console/report")).status_code == 401


async def test_outside_a_demonstration_there_is_no_sign_in(parts: Parts) -> None:
    async with client(parts) as http:
        assert "not set up" in (await http.get("/console/")).text
        assert (await http.get("/console/sign-in/analyst?key=")).status_code == 404
        assert (await http.post("/console/sign-in", data={"role": "analyst"})).status_code == 404


async def test_a_wrong_key_does_not_sign_in(demo_parts: Parts) -> None:
    async with client(demo_parts) as http:
        answer = await http.get("/console/sign-in/analyst?key=guess")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_the_first_page_counts_links_and_answers_of_ones_own_force(
    demo_parts: Parts, database_url: str
) -> None:
    for force in ("durham", "kent"):
        connection = await owner(database_url, force)
        contact = await add_contact(connection, force=force)
        await add_invitation(connection, contact, force=force)
        await connection.execute(
            "INSERT INTO feedback.response (force, id, contact, respondent, respondent_no, wave,"
            " entered, instrument, version, language, state, started_at, changed_at, completed_at,"
            " digest) VALUES ($1, $2, $2, 'child', 1, 'T1', 'paper', 'child-8-11', 1, 'en',"
            " 'complete', $3, $3, $3, 'x')",
            force,
            contact,
            datetime(2026, 6, 2, tzinfo=UTC),
        )
        await connection.close()
    async with client(demo_parts) as http:
        await signed_in(demo_parts, http)
        page = (await http.get("/console/")).text
    assert '<dd id="answers-received">1</dd>' in page
    assert "Sent or handed over" in page
    assert "Durham" in page
    assert "Kent" not in page


async def test_signing_out_ends_the_session_on_the_server(demo_parts: Parts) -> None:
    async with client(demo_parts) as http:
        await signed_in(demo_parts, http)
        cookie = http.cookies["staff"]
        await http.post("/console/sign-out")
        again = await http.get("/console/report", headers={"Cookie": f"staff={cookie}"})
    assert again.status_code == 401


async def test_a_form_sent_from_another_site_is_refused(demo_parts: Parts) -> None:
    async with client(demo_parts) as http:
        await signed_in(demo_parts, http)
        answer = await http.post("/console/report", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
