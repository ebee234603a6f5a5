"""An answer that was acknowledged is on disk: it survives the kill of PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.db import Database
from service.embedded import EmbeddedServer
from service.migrate import migrate
from service.parts import Parts
from service.privacy.keys import Keys
from service.settings import read_settings
from tests.integration.answering.visiting import (
    FIRST_ANSWERS,
    invited_child,
    opened,
    page,
    press,
    responses,
)
from tests.people_to_ask import browser_of, token_of


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of this test's own, whose default is to lose the last moments."""
    server = EmbeddedServer(tmp_path)
    server.start()
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("\nsynchronous_commit = off\nwal_writer_delay = 10s\n")
    server.stop()
    server.start()
    yield server
    server.stop("immediate")


def kill_at_once(server: EmbeddedServer) -> None:
    """As if the power went: no process of the server gets to write anything more."""
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for process in (postmaster, *map(int, children)):
        os.kill(process, signal.SIGKILL)
    for _ in range(100):
        if not server.running():
            return
        time.sleep(0.05)
    raise RuntimeError("The killed server still runs.")


async def test_what_was_answered_2xx_or_303_survives_a_kill_of_postgresql(
    own_server: EmbeddedServer, keys: Keys
) -> None:
    settings = read_settings({"HEARD_DATA_DIR": str(own_server.folder.parent)})
    await migrate(own_server.url, settings)
    parts = Parts(settings=settings, database=Database(settings, own_server.url), keys=keys)
    whole = await invited_child(parts, "C1")
    paged = await invited_child(parts, "C2")
    async with browser_of(parts) as client:
        await opened(client, paged)
        await press(client, "start")
        address = f"/api/v1/surveys/{token_of(whole)}/response"
        put, _ = await asyncio.gather(
            client.put(address, json={"answers": FIRST_ANSWERS}),
            client.post("/f", data={"go": "skip", "item": "who_is_with_you"}),
        )
        kill_at_once(own_server)
        assert put.status_code == 201
    await parts.database.close()
    own_server.start()
    after = Parts(settings=settings, database=Database(settings, own_server.url), keys=keys)
    stored = {row["state"]: row["answers"] for row in await responses(after)}
    assert stored == {"complete": FIRST_ANSWERS, "partial": {"who_is_with_you": "skipped"}}
    async with browser_of(after) as client:
        again = await client.put(address, json={"answers": FIRST_ANSWERS})
        assert again.status_code == 200
        assert "Before you start" in await opened(client, paged)
        assert "This page is not open" not in await page(client)
    await after.database.close()
