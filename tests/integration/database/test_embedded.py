"""The embedded PostgreSQL is shared, survives a kill and stops with its last user."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import asyncpg

from service.embedded import EmbeddedServer, embedded_postgres


async def test_the_last_to_leave_stops_the_server(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    with embedded_postgres(tmp_path) as first:
        with embedded_postgres(tmp_path) as second:
            assert first == second
        assert server.running()
    assert not server.running()


async def test_a_server_that_was_killed_comes_back_with_what_was_committed(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path) as url:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        await connection.close()
        pid = int((tmp_path / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
    with embedded_postgres(tmp_path) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT n FROM kept") == 1
        await connection.close()


async def test_the_owner_is_no_superuser(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path) as url:
        connection = await asyncpg.connect(url)
        row = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert row is not None
        await connection.close()
    assert (row["rolsuper"], row["rolbypassrls"]) == (False, False)


async def test_a_folder_with_a_very_long_name_still_works(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path / ("long" * 30)) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
