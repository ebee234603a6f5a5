"""PostgreSQL by role: pools, codecs, and one transaction a request with the force set first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat

from service.privacy.keys import KeyRing
from service.settings import Settings, SettingsError

Role = Literal["respondent", "console", "worker", "analyst"]
ROLES: tuple[Role, ...] = ("respondent", "console", "worker", "analyst")

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


def new_id() -> UUID:
    """A UUIDv7: sorts by the time it was made."""
    return uuid_utils.compat.uuid7()


def role_name(role: Role) -> str:
    """The PostgreSQL role whose rights a part of Heard has."""
    return f"heard_{role}"


def role_url(settings: Settings, owner_url: str | None, role: Role) -> str:
    """The address a part of Heard logs in with: the one given, else the owner's with its role.

    Raises SettingsError in production, where a part holds its own address and no other.
    """
    given: str | None = getattr(settings, f"database_url_{role}")
    if given:
        return given
    if settings.production or owner_url is None:
        raise SettingsError(
            f"HEARD_DATABASE_URL_{role.upper()} must be given here; docs/settings.md says how."
        )
    return with_user(owner_url, role_name(role), role_password(owner_url, role))


def role_password(owner_url: str, role: Role) -> str | None:
    """The password `heard migrate` gives a role: derived from the owner's.

    None where the owner has none (trust through a socket), so that a role never has a password
    that can be guessed.
    """
    owner = urlsplit(owner_url).password
    if not owner:
        return None
    ring = KeyRing(current=1, keys={1: owner.encode()})
    return ring.derived(1, f"heard role {role}").hex()


def with_user(url: str, user: str, password: str | None) -> str:
    """The same address for another login."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    login = user if password is None else f"{user}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


async def prepare(connection: Connection) -> None:
    """Gives a connection its codecs: jsonb as Python values, through msgspec."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


class Database:
    """The pools of one process, one a role, opened when first used."""

    def __init__(self, settings: Settings, owner_url: str | None) -> None:
        self._settings = settings
        self._owner_url = owner_url
        self._pools: dict[Role, Pool] = {}

    async def pool(self, role: Role) -> Pool:
        """The open pool of a role."""
        if role not in self._pools:
            opened = await asyncpg.create_pool(
                role_url(self._settings, self._owner_url, role),
                min_size=1,
                max_size=self._settings.pool_size,
                init=prepare,
                command_timeout=60,
            )
            await _check_login(opened, role)
            if role in self._pools:  # opened by another task meanwhile
                await opened.close()
            else:
                self._pools[role] = opened
        return self._pools[role]

    @asynccontextmanager
    async def transaction(
        self, role: Role, force: str | None, *, snapshot: bool = False
    ) -> AsyncIterator[Connection]:
        """One transaction that sees the rows of one force (of none, where force is None).

        It commits durably whatever the server's default: what is acknowledged is on disk.
        snapshot: read only, everything as it was at one moment.
        """
        pool = await self.pool(role)
        async with pool.acquire() as connection:
            isolation: Literal["repeatable_read", "read_committed"]
            isolation = "repeatable_read" if snapshot else "read_committed"
            async with connection.transaction(isolation=isolation, readonly=snapshot):
                await set_force(connection, force)  # type: ignore[arg-type]
                yield connection  # type: ignore[misc]

    async def close(self) -> None:
        """Closes every pool."""
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()


TOO_POWERFUL = """
SELECT rolsuper OR rolbypassrls OR EXISTS (
    SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relowner = r.oid
      AND n.nspname IN ('register', 'feedback', 'vault', 'audit', 'access')
)
FROM pg_roles AS r WHERE rolname = current_user
"""


async def _check_login(pool: Pool, role: Role) -> None:
    """Nothing, where row-level security binds this login. Raises SettingsError."""
    if await pool.fetchval(TOO_POWERFUL):
        await pool.close()
        raise SettingsError(
            f"The login for {role} can bypass row-level security or owns the tables; give "
            f"HEARD_DATABASE_URL_{role.upper()} a login that does neither."
        )


async def set_force(connection: Connection, force: str | None) -> None:
    """Sets whose rows this transaction sees, and that its commit is durable."""
    await connection.execute(
        "SELECT set_config('heard.force', $1, true), set_config('synchronous_commit', 'on', true)",
        force or "",
    )
