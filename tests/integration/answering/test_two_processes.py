"""Exactly once across real server processes, over real connections."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from service.parts import Parts
from service.privacy.keys import write_ring
from tests.functional.browser import free_port
from tests.integration.answering.visiting import FIRST_ANSWERS, invited_child, responses
from tests.people_to_ask import token_of
from tests.perf.http_load import send_all, wait_until_listening

MANY = 50


@pytest_asyncio.fixture
async def port(parts: Parts, database_url: str, tmp_path: Path) -> AsyncIterator[int]:
    """The port of a service of two processes on this test's database and keys."""
    assert parts.keys.vault is not None
    write_ring(tmp_path / "keys", "master", parts.keys.master)
    write_ring(tmp_path / "keys", "vault", parts.keys.vault)
    port = free_port()
    call = f"from service.commands.serve import serve; serve('127.0.0.1', {port}, workers=2)"
    environment = {
        **os.environ,
        "HEARD_DATABASE_URL": database_url,
        "HEARD_DATA_DIR": str(tmp_path),
        "HEARD_POOL_SIZE": "8",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", call, env=environment)
    try:
        await wait_until_listening(port)
        yield port
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)


async def test_fifty_connections_sending_the_same_store_one_row(parts: Parts, port: int) -> None:
    invited = await invited_child(parts)
    body = msgspec.json.encode({"answers": FIRST_ANSWERS})
    request = (
        b"PUT /api/v1/surveys/%b/response HTTP/1.1\r\nHost: test\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (token_of(invited).encode(), len(body), body)
    )
    load = await send_all(port, [request] * MANY, connections=MANY)
    assert load.statuses == {201: 1, 200: MANY - 1}
    (response,) = await responses(parts)
    assert response["answers"] == FIRST_ANSWERS
