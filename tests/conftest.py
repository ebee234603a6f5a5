"""Real PostgreSQL for every test that needs one: a migrated template, copied for each test.

The embedded 18 by default; with HEARD_TEST_POSTGRES_BIN, the programs in that folder (Debian's 15);
with HEARD_TEST_DATABASE_URL, any other server (its owner's address).
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from service.db import Database
from service.embedded import embedded_postgres
from service.migrate import migrate
from service.parts import Parts
from service.privacy.keys import Keys, new_ring
from service.settings import Settings, read_settings


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory for this run."""
    return tmp_path_factory.mktemp("heard")


@pytest.fixture(scope="session")
def settings(data_dir: Path) -> Settings:
    """Settings as an empty environment gives them, but for the data directory."""
    return read_settings({"HEARD_DATA_DIR": str(data_dir), "HEARD_POOL_SIZE": "4"})


@pytest.fixture(scope="session")
def server_url(data_dir: Path) -> Iterator[str]:
    """The owner's address on a running PostgreSQL."""
    given = os.environ.get("HEARD_TEST_DATABASE_URL")
    if given:
        yield given
        return
    programs = os.environ.get("HEARD_TEST_POSTGRES_BIN")
    with embedded_postgres(data_dir, Path(programs) if programs else None) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def template(server_url: str, settings: Settings) -> AsyncIterator[str]:
    """The name of a migrated database that tests copy."""
    name = f"heard_template_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(with_database(server_url, "postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await migrate(with_database(server_url, name), settings)
    yield name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest_asyncio.fixture
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """The owner's address of a fresh, migrated database of this test's own."""
    name = f"heard_test_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(with_database(server_url, "postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield with_database(server_url, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
def keys() -> Keys:
    """Fresh keys."""
    return Keys(master=new_ring(), vault=new_ring())


@pytest_asyncio.fixture
async def parts(database_url: str, settings: Settings, keys: Keys) -> AsyncIterator[Parts]:
    """The parts of a process on this test's database."""
    database = Database(settings, database_url)
    yield Parts(settings=settings, database=database, keys=keys)
    await database.close()
