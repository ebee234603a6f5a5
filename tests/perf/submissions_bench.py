"""Acknowledged, durable submissions a second, beside pgbench running the same statements.

    python -m tests.perf.submissions_bench [--quick]

Both run in one go on one database of their own: the real service in a process of its own, answered
over keep-alive connections, then pgbench with the statements of one submission as they are.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvloop

from service.db import Database, role_url
from service.embedded import binaries, embedded_postgres
from service.migrate import migrate
from service.parts import Parts
from service.privacy.keys import open_keys
from service.settings import Settings, read_settings
from tests.functional.browser import free_port
from tests.perf.http_load import Load, send_all, wait_until_listening
from tests.perf.people_asked import FORCE, ask_many, ask_many_numbered
from tests.perf.row import Row, table

# The service's own default; as many for pgbench.
DATABASE_CONNECTIONS = 8
HTTP_CONNECTIONS = 16
WARM_UP = 200
SCRIPT = Path(__file__).with_name("submission.pgbench")
ANSWERS = {
    "who_is_with_you": "alone",
    "safe": "felt_safe",
    "listened": "listened",
    "fair": "kind",
    "informed": "told_me",
    "next": "know",
    "trust": "not_sure",
    "choice": "skipped",
    "helped": "better",
    "again": "maybe",
}


def measure(*, quick: bool = False) -> Row:
    """The row of the table; under a minute, some seconds where quick."""
    count = 400 if quick else 4_000
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as folder:
        settings = read_settings({"HEARD_DATA_DIR": folder})
        with embedded_postgres(settings.data_dir) as url:
            tokens = asyncio.run(_prepare(settings, url, count))
            client = asyncio.Runner(loop_factory=uvloop.new_event_loop)
            with _serving(settings, url) as port, client as runner:
                runner.run(_send(port, tokens[:WARM_UP]))
                load = runner.run(_send(port, tokens[WARM_UP:]))
            if load.statuses != {201: count}:
                raise RuntimeError(f"Not every submission was taken: {dict(load.statuses)}.")
            beside = _pgbench(settings, url, count)
            _check_all_stored(settings, url, 2 * count + WARM_UP)
    ours = count / load.seconds
    return Row(
        what="durable submissions",
        ours=f"{ours:,.0f}/s",
        beside=f"pgbench, the same statements: {beside:,.0f}/s",
        ratio=f"ours is {ours / beside:.2f} of pgbench",
        notes=(
            f"p50 {load.percentile_ms(0.5):.1f} ms, p95 {load.percentile_ms(0.95):.1f} ms, "
            f"p99 {load.percentile_ms(0.99):.1f} ms; one process, {HTTP_CONNECTIONS} connections"
        ),
    )


async def _prepare(settings: Settings, url: str, count: int) -> list[str]:
    await migrate(url, settings)
    parts = Parts(settings=settings, database=Database(settings, url), keys=open_keys(settings))
    tokens = await ask_many(parts, url, count + WARM_UP)
    await ask_many_numbered(parts, url, count)
    await parts.database.close()
    return tokens


@contextmanager
def _serving(settings: Settings, url: str) -> Iterator[int]:
    """The port of the real service, one process, until the block ends."""
    port = free_port()
    environment = {
        **os.environ,
        "HEARD_DATABASE_URL": url,
        "HEARD_DATA_DIR": str(settings.data_dir),
        "HEARD_POOL_SIZE": str(DATABASE_CONNECTIONS),
    }
    call = f"from service.commands.serve import serve; serve('127.0.0.1', {port})"
    process = subprocess.Popen([sys.executable, "-c", call], env=environment)
    try:
        asyncio.run(wait_until_listening(port))
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


async def _send(port: int, tokens: list[str]) -> Load:
    body = msgspec.json.encode({"answers": ANSWERS})
    requests = [
        b"PUT /api/v1/surveys/%b/response HTTP/1.1\r\nHost: bench\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (token.encode(), len(body), body)
        for token in tokens
    ]
    return await send_all(port, requests, HTTP_CONNECTIONS)


def _pgbench(settings: Settings, url: str, count: int) -> float:
    """Transactions a second of pgbench with the same rights, statements and connections."""
    share = count // DATABASE_CONNECTIONS
    variables = {"i": "0", "share": str(share), "answers": msgspec.json.encode(ANSWERS).decode()}
    command = [
        *(str(binaries() / "pgbench"), "-n", "-M", "prepared", "-f", str(SCRIPT)),
        *("-c", str(DATABASE_CONNECTIONS), "-j", "2", "-t", str(share)),
        *(part for name, value in variables.items() for part in ("-D", f"{name}={value}")),
        role_url(settings, url, "respondent"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.M)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-500:]}")
    return float(found[1])


def _check_all_stored(settings: Settings, url: str, wanted: int) -> None:
    async def count() -> int:
        database = Database(settings, url)
        async with database.transaction("worker", FORCE) as connection:
            found: int = await connection.fetchval(
                "SELECT count(*) FROM feedback.response WHERE state = 'complete'"
            )
        await database.close()
        return found

    stored = asyncio.run(count())
    if stored != wanted:
        raise RuntimeError(f"{wanted} submissions were acknowledged, {stored} are stored.")


def main() -> int:
    """0 once the row is printed."""
    parser = argparse.ArgumentParser(prog="submissions_bench")
    parser.add_argument("--quick", action="store_true", help="smaller, to see that it runs")
    sys.stdout.write(table([measure(quick=parser.parse_args().quick)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
