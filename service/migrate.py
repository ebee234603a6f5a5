"""Brings the database to the newest migration: one at a time, and never with an edited old file."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
from pogo_core.util import migrate as pogo

from service.db import ROLES, Connection, Role, role_name, role_password
from service.settings import Settings

# Any number, as long as it is always the same: two migrations of one database wait for each other.
MIGRATION_LOCK = 4_837_205_119
quiet = logging.getLogger("heard.migrate")
quiet.setLevel(logging.ERROR)


class MigrationError(Exception):
    """The database cannot be brought to the newest migration."""


def migrations_dir() -> Path:
    """Where the migrations lie: in the wheel, or at the top of a checkout."""
    packed = Path(__file__).parent / "_migrations"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "migrations"


def checksums(folder: Path) -> Mapping[str, str]:
    """SHA-256 of each migration's bytes by name, in order."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("[0-9]*.sql"))
    }


async def migrate(owner_url: str, settings: Settings, folder: Path | None = None) -> list[str]:
    """The names of the migrations applied now, in order; none when all were.

    Two at once are safe. Raises MigrationError where a migration already applied was edited, or
    where the owner may not do what is needed. Either all of them are applied or none.
    """
    folder = folder or migrations_dir()
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await ensure_roles(connection, settings, owner_url)
        # A migration that cannot have its lock soon gives up: waiting, it would stop everybody.
        await connection.execute("SET lock_timeout = '10s'; SET statement_timeout = '15min'")
        async with connection.transaction():
            applied = await _apply(connection, folder)
            await _close_temporary_schemas(connection)
            return applied
    finally:
        await connection.close()


async def _apply(connection: Connection, folder: Path) -> list[str]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS public.migration_checksum ("
        " name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL"
        " DEFAULT now())"
    )
    rows = await connection.fetch("SELECT name, sha256 FROM public.migration_checksum")
    applied = {row["name"]: row["sha256"] for row in rows}
    wanted = checksums(folder)
    for name, sha256 in applied.items():
        if name not in wanted:
            raise MigrationError(
                f"The database knows migration {name}, which this version does not have; "
                "run the newer version of Heard."
            )
        if wanted[name] != sha256:
            raise MigrationError(
                f"Migration {name} was edited after it was applied; put the old file back and "
                "write a new migration."
            )
    await pogo.apply(connection, folder, schema_name="public", logger=quiet)
    fresh = [name for name in wanted if name not in applied]
    await connection.executemany(
        "INSERT INTO public.migration_checksum (name, sha256) VALUES ($1, $2)",
        [(name, wanted[name]) for name in fresh],
    )
    return fresh


async def _close_temporary_schemas(connection: Connection) -> None:
    """Lets only imports, which stage their rows, make temporary tables in this database."""
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    roles = f"{role_name('console')}, {role_name('worker')}"
    await connection.execute(
        f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC;"
        f"GRANT TEMPORARY ON DATABASE {name} TO {roles}"
    )


async def ensure_roles(connection: Connection, settings: Settings, owner_url: str) -> None:
    """Makes the four roles where they are missing, and gives their rights to the logins named."""
    for role in ROLES:
        await _ensure_role(connection, role, role_password(owner_url, role))
        given: str | None = getattr(settings, f"database_url_{role}")
        if given:
            await _grant_to_login(connection, role, given)


async def _ensure_role(connection: Connection, role: Role, password: str | None) -> None:
    name = role_name(role)
    try:
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
        if not known:
            await connection.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS")
        if password is not None:
            await connection.execute(f"ALTER ROLE {name} LOGIN PASSWORD '{password}'")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        return  # another migration, of another database in this cluster, made it meanwhile
    except asyncpg.InternalServerError:
        return  # "tuple concurrently updated": the same password was set at the same moment
    except asyncpg.InsufficientPrivilegeError:
        raise MigrationError(
            f"The database owner may not make the role {name}; let an administrator make it, or "
            f"give the owner CREATEROLE."
        ) from None


async def _grant_to_login(connection: Connection, role: Role, url: str) -> None:
    login = unquote(urlsplit(url).username or "")
    if login and login != role_name(role):
        quoted = '"' + login.replace('"', '""') + '"'
        await connection.execute(f"GRANT {role_name(role)} TO {quoted}")
