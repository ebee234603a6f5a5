"""A token opens its own force until it is revoked or expires; every refusal sounds the same."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from service.access import Caller, check_can_call
from service.commands.tokens import new_token, revoke_token
from service.errors import NotAllowedError, NotSignedInError
from service.parts import DemoParts, Parts
from service.report_shelf import ReportShelf
from service.staff import DemoSignIn


async def token_of(parts: Parts, force: str, days: int = 90) -> str:
    options = argparse.Namespace(force=force, name="Niche", days=days)
    return (await new_token(parts, options))[0]


async def test_a_token_opens_its_own_force_and_no_other(parts: Parts) -> None:
    text = await token_of(parts, "durham")
    caller = await check_can_call(parts, f"Bearer {text}")
    assert (caller.force, caller.name) == ("durham", "Niche")
    caller.check_force("durham")
    with pytest.raises(NotAllowedError):
        caller.check_force("kent")


async def test_the_text_of_a_token_is_not_in_the_database(parts: Parts) -> None:
    text = await token_of(parts, "durham")
    async with parts.database.transaction("worker", "durham") as connection:
        rows = await connection.fetch("SELECT * FROM access.api_token")
    assert text.rpartition("_")[2] not in str([tuple(row) for row in rows])


async def test_every_token_that_may_not_be_used_is_refused_alike(parts: Parts) -> None:
    revoked, spoilt = await token_of(parts, "durham"), await token_of(parts, "durham")
    await revoke_token(parts, argparse.Namespace(force="durham", id=UUID(revoked.split("_")[2])))
    other_force = spoilt.replace("_durham_", "_kent_")
    mistyped = spoilt[:-1] + ("A" if spoilt[-1] != "A" else "B")
    sentences = set()
    for header in (
        None,
        "",
        "Bearer ",
        "Basic x",
        "Bearer heard_x",
        *map(
            bearer,
            (
                revoked,
                other_force,
                mistyped,
                "\x00",
                "é" * 90,
            ),
        ),
    ):
        with pytest.raises(NotSignedInError) as refusal:
            await check_can_call(parts, header)
        sentences.add(refusal.value.sentence)
    assert len(sentences) == 1


def bearer(text: str) -> str:
    return f"Bearer {text}"


async def test_a_token_ends_after_its_days(parts: Parts) -> None:
    text = await token_of(parts, "durham", days=1)
    later = msgspec.structs.replace(parts, now=lambda: parts.now() + timedelta(days=1, seconds=5))
    with pytest.raises(NotSignedInError):
        await check_can_call(later, bearer(text))


async def test_only_the_demonstration_has_a_token_for_every_force(
    parts: Parts, tmp_path: Path
) -> None:
    demo = DemoParts(
        api_token="heard_demo",
        sign_in=DemoSignIn("durham"),
        reports=ReportShelf(tmp_path, tmp_path / "spec.toml", {}),
    )
    demonstration = msgspec.structs.replace(parts, demo=demo)
    assert await check_can_call(demonstration, "bearer heard_demo") == Caller(
        force=None, token=None, name="demonstration"
    )
    with pytest.raises(NotSignedInError):
        await check_can_call(parts, "Bearer heard_demo")
