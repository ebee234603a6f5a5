"""The demonstration's token opens every force of the demonstration."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from service.parts import DemoParts, Parts
from service.report_shelf import ReportShelf
from service.staff import DemoSignIn
from tests.people_to_ask import add_contact, browser_of

TOKEN = {"Authorization": "Bearer demo_token"}


@pytest.fixture
def demo_parts(parts: Parts, tmp_path: Path) -> Parts:
    demo = DemoParts(
        api_token="demo_token",
        sign_in=DemoSignIn("kent"),
        reports=ReportShelf(tmp_path, tmp_path / "spec.toml", {}),
    )
    return msgspec.structs.replace(parts, demo=demo)


async def test_one_token_asks_lists_and_ends_in_two_forces(demo_parts: Parts) -> None:
    made = []
    async with browser_of(demo_parts) as client:
        for force in ("kent", "essex"):
            await add_contact(demo_parts, force=force)
            body = {"force": force, "contact_ref": "C1", "respondent": "child", "wave": "T1"}
            answer = await client.post("/api/v1/invitations", json=body, headers=TOKEN)
            assert answer.status_code == 201
            made.append(answer.json()["id"])
        listed = (await client.get("/api/v1/invitations", headers=TOKEN)).json()["items"]
        assert [(item["id"], item["force"]) for item in listed] == [
            (made[0], "kent"),
            (made[1], "essex"),
        ]
        one = (await client.get("/api/v1/invitations?force=essex", headers=TOKEN)).json()["items"]
        assert [item["id"] for item in one] == [made[1]]
        ended = await client.post(f"/api/v1/invitations/{made[1]}/revoke", headers=TOKEN)
        assert ended.json()["state"] == "revoked"
        wrong = await client.get("/api/v1/invitations?force=atlantis", headers=TOKEN)
        assert wrong.status_code == 422


async def test_every_page_of_the_demonstration_says_simulated(demo_parts: Parts) -> None:
    async with browser_of(demo_parts) as client:
        for address in ("/", "/i/anything", "/f"):
            assert "SIMULATED" in (await client.get(address)).text
