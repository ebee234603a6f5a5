"""What commands share: the database started and migrated, and one sentence for a failure."""

from __future__ import annotations

import argparse
import asyncio
import socket
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import asyncpg
from tqdm import tqdm

from service.db import Database
from service.embedded import embedded_postgres
from service.migrate import migrate
from service.parts import Parts
from service.privacy.keys import open_keys
from service.settings import Settings, SettingsError

LAST_PORT = 65_535
Result = TypeVar("Result")
NOT_ANSWERING = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.exceptions.ClientConfigurationError,
)


class CommandError(Exception):
    """A command could not be done."""


@contextmanager
def owner_address(settings: Settings) -> Iterator[str]:
    """The database owner's address: the one given, else the embedded server's, started."""
    if settings.database_url:
        yield settings.database_url
        return
    if settings.production:
        raise SettingsError("HEARD_DATABASE_URL must be given here; docs/settings.md says how.")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with embedded_postgres(settings.data_dir) as url:
        yield url


@asynccontextmanager
async def opened_parts(settings: Settings, owner_url: str | None) -> AsyncIterator[Parts]:
    """The parts of a process on a migrated database; its pools are closed after."""
    database = Database(settings, owner_url)
    try:
        yield Parts(settings=settings, database=database, keys=open_keys(settings))
    finally:
        await database.close()


def with_parts(
    settings: Settings, work: Callable[[Parts], Coroutine[object, object, Result]]
) -> Result:
    """The result of some work on the database, which is started and migrated first if need be.

    Raises CommandError where the database does not answer.
    """

    async def go(url: str | None) -> Result:
        if url is not None:
            await migrate(url, settings)
        async with opened_parts(settings, url) as parts:
            return await work(parts)

    if settings.production:  # migrated by hand, and reached by this part's own login
        return run_on_database(go(None))
    with owner_address(settings) as url:
        return run_on_database(go(url))


def run_on_database(work: Coroutine[object, object, Result]) -> Result:
    """The result of some work. Raises CommandError where the database does not answer."""
    try:
        return asyncio.run(work)
    except NOT_ANSWERING:
        raise CommandError(
            "The database does not answer; check HEARD_DATABASE_URL (host, name, login, password) "
            "and that PostgreSQL runs."
        ) from None


def unexpected(error: Exception) -> str:
    """One sentence for a failure nobody foresaw: its kind and place, never the data in it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    place = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "an unknown place"
    kind = type(error).__name__
    return f"Something went wrong on our side ({kind} at {place}); please report it."


def port_number(text: str) -> int:
    """A port as typed, 1 to 65535; for argparse."""
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {LAST_PORT}")
    return int(text)


def check_can_listen(host: str, port: int) -> None:
    """Nothing, where this host and port can be listened on. Raises CommandError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise CommandError(
                f"Nothing can listen on {host} port {port}; choose another with --port or --host."
            ) from None


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Says on a terminal what is being done, and for how long, once it takes over two seconds.

    Gives a function that names the next step.
    """
    done = threading.Event()
    bar = tqdm(desc=what, bar_format="{desc} … {elapsed}", delay=2, disable=None, leave=False)

    def tick() -> None:
        while not done.wait(0.5):
            bar.update()

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield lambda step: bar.set_description(step, refresh=False)
    finally:
        done.set()
        ticker.join()
        bar.close()
