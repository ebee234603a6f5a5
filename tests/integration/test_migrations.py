"""Migrations: safe together, refused when edited, and true to the decisions taken."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from service.migrate import MigrationError, checksums, migrate, migrations_dir
from service.settings import Settings
from tests.conftest import with_database

# Tables that hold a row or two a release, not a row a child.
NOT_GROWING = {"migration_checksum", "_pogo_migration", "_pogo_version"}
# Found by a bare token, which names no force.
WITHOUT_FORCE_KEY = {"feedback.link"}


@pytest_asyncio.fixture
async def empty_url(server_url: str) -> AsyncIterator[str]:
    name = f"heard_empty_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(with_database(server_url, "postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield with_database(server_url, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_two_migrations_at_once_apply_each_file_once(
    empty_url: str, settings: Settings
) -> None:
    one, two = await asyncio.gather(migrate(empty_url, settings), migrate(empty_url, settings))
    assert sorted(one + two) == list(checksums(migrations_dir()))
    assert [] in (one, two)


async def test_an_edited_old_migration_is_refused(
    empty_url: str, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrations_dir(), folder)
    await migrate(empty_url, settings, folder)
    edited = folder / "0001_register.sql"
    edited.write_text(edited.read_text() + "\n-- a late thought\n")
    with pytest.raises(MigrationError, match="0001_register was edited"):
        await migrate(empty_url, settings, folder)


async def test_a_failing_migration_leaves_nothing_behind(
    empty_url: str, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrations_dir(), folder)
    last = (folder / "HEAD").read_text().strip()
    (folder / "9999_bad.sql").write_text(
        f"-- Fails half way.\n-- depends: {last}\n\n-- migrate: apply\n"
        "CREATE TABLE public.half (id int);\nSELECT 1/0;\n\n-- migrate: rollback\n"
    )
    with pytest.raises(Exception, match="9999_bad"):
        await migrate(empty_url, settings, folder)
    connection = await asyncpg.connect(empty_url)
    assert await connection.fetchval("SELECT to_regclass('register.pseudonym')") is None
    await connection.close()


def test_head_names_the_last_migration() -> None:
    assert (migrations_dir() / "HEAD").read_text().strip() == list(checksums(migrations_dir()))[-1]


async def test_every_growing_table_has_force_first_in_every_key(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        """
        SELECT c.oid::regclass::text AS table_name, k.conname, k.contype::text AS kind,
               (SELECT array_agg(a.attname ORDER BY n)
                FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
                JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.attnum) AS columns
        FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
        JOIN pg_namespace AS s ON s.oid = c.relnamespace
        WHERE k.contype IN ('p', 'u', 'f') AND s.nspname NOT IN ('pg_catalog', 'information_schema')
        """
    )
    unique_indexes = await connection.fetch(
        """
        SELECT i.indrelid::regclass::text AS table_name,
               (SELECT attname FROM pg_attribute
                WHERE attrelid = i.indrelid AND attnum = i.indkey[0]) AS first_column
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
        JOIN pg_namespace AS s ON s.oid = c.relnamespace
        WHERE i.indisunique AND s.nspname NOT LIKE 'pg\\_%' AND s.nspname <> 'information_schema'
        """
    )
    await connection.close()
    growing = [row for row in rows if row["table_name"] not in NOT_GROWING]
    assert len(growing) > 20
    for row in growing:
        if row["table_name"] in WITHOUT_FORCE_KEY and row["kind"] == "p":
            continue
        assert row["columns"][0] == "force", dict(row)
        if row["kind"] == "p":
            assert row["columns"] == ["force", "id"], dict(row)
    for row in unique_indexes:
        if row["table_name"] not in NOT_GROWING | WITHOUT_FORCE_KEY:
            assert row["first_column"] == "force", dict(row)


async def test_every_table_with_a_force_is_behind_forced_row_level_security(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        """
        SELECT c.oid::regclass::text AS table_name, c.relrowsecurity, c.relforcerowsecurity
        FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p')
          AND s.nspname IN ('register', 'feedback', 'vault', 'audit', 'access')
        """
    )
    await connection.close()
    assert len(rows) >= 14
    assert [r["table_name"] for r in rows if not (r[1] and r[2])] == []


async def test_every_view_runs_with_its_callers_rights(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        """
        SELECT c.oid::regclass::text AS view_name
        FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
        WHERE c.relkind = 'v' AND s.nspname IN ('register', 'feedback', 'vault', 'audit', 'access')
          AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), FALSE)
        """
    )
    await connection.close()
    assert [r["view_name"] for r in rows] == []


async def test_serving_roles_can_neither_bypass_security_nor_own_a_table(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
        " WHERE rolname IN ('heard_respondent', 'heard_console', 'heard_worker', 'heard_analyst')"
    )
    owned = await connection.fetchval(
        "SELECT count(*) FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner"
        " WHERE r.rolname IN ('heard_respondent', 'heard_console', 'heard_worker', 'heard_analyst')"
    )
    await connection.close()
    assert len(rows) == 4
    assert not any(r["rolsuper"] or r["rolbypassrls"] or r["rolcreaterole"] for r in rows)
    assert owned == 0
