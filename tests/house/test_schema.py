"""docs/schema.sql says what the migrations make."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from tests.house.schema import dump

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.sql"


async def test_schema_file_equals_the_migrated_schema(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    major = connection.get_server_version().major
    await connection.close()
    # Other versions write the same schema in other words; the file is made on 18.
    assert major == 18
    assert SCHEMA.read_text() == dump(database_url) + "\n"
