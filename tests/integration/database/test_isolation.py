"""Forces are apart because PostgreSQL keeps them apart: raw SQL as each serving role."""

from __future__ import annotations

import asyncpg
import msgspec
import pytest

from service.db import ROLES, Database, Role, new_id
from service.parts import Parts
from service.settings import Settings, SettingsError
from tests.factories import add_contact, add_invitation, owner


@pytest.mark.parametrize("role", ["console", "worker", "analyst"])
async def test_a_role_sees_the_rows_of_the_force_that_is_set_and_no_other(
    parts: Parts, database_url: str, role: Role
) -> None:
    for force in ("durham", "kent"):
        connection = await owner(database_url, force)
        await add_contact(connection, force=force)
        await connection.close()
    count = "SELECT count(*) FROM register.intervention_version"
    seen = "SELECT DISTINCT force FROM register.pseudonym"
    async with parts.database.transaction(role, "durham") as connection:
        assert [row["force"] for row in await connection.fetch(seen)] == ["durham"]
    async with parts.database.transaction(role, None) as connection:
        assert await connection.fetch(seen) == []
        assert await connection.fetchval(count) == 0


async def test_a_row_of_another_force_cannot_be_written(parts: Parts) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with parts.database.transaction("worker", "durham") as connection:
            await connection.execute(
                "INSERT INTO register.pseudonym"
                " (force, id, kind, key_version, blind_index, subject)"
                " VALUES ('kent', $1, 'child', 1, $2, $1)",
                new_id(),
                bytes(32),
            )


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("respondent", "SELECT 1 FROM register.contact_version"),
        ("respondent", "SELECT 1 FROM register.contact_now"),
        ("respondent", "SELECT 1 FROM vault.original"),
        ("respondent", "SELECT 1 FROM vault.safe_contact"),
        ("respondent", "INSERT INTO feedback.invitation DEFAULT VALUES"),
        ("respondent", "DELETE FROM feedback.response"),
        ("console", "SELECT answers FROM feedback.response"),
        ("console", "SELECT digest FROM feedback.response"),
        ("console", "SELECT 1 FROM audit.entry"),
        ("console", "UPDATE register.contact_version SET severity = 1"),
        ("console", "DELETE FROM register.outcome_version"),
        ("worker", "DELETE FROM audit.entry"),
        ("worker", "UPDATE register.outcome_version SET outcome = '2'"),
        ("analyst", "SELECT 1 FROM vault.original"),
        ("analyst", "SELECT 1 FROM vault.safe_contact"),
        ("analyst", "SELECT 1 FROM feedback.link"),
        ("analyst", "SELECT age_years FROM register.contact_version"),
        ("analyst", "SELECT blind_index FROM register.pseudonym"),
        ("analyst", "INSERT INTO register.batch DEFAULT VALUES"),
    ],
)
async def test_what_a_role_may_not_do_the_database_refuses(
    parts: Parts, role: Role, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with parts.database.transaction(role, "durham") as connection:
            await connection.execute(statement)


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_can_become_another_or_turn_security_off(parts: Parts, role: Role) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with parts.database.transaction(role, "durham") as connection:
            await connection.execute("ALTER TABLE feedback.response DISABLE ROW LEVEL SECURITY")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with parts.database.transaction(role, "durham") as connection:
            await connection.execute("SET ROLE heard_owner")


async def test_a_link_is_found_by_its_hash_alone_but_made_only_for_ones_own_force(
    parts: Parts, database_url: str
) -> None:
    connection = await owner(database_url, "durham")
    invitation = await add_invitation(connection, await add_contact(connection))
    await connection.close()
    add = "INSERT INTO feedback.link VALUES ($1, $2, $3, 'link', now())"
    async with parts.database.transaction("console", "durham") as connection:
        await connection.execute(add, bytes(32), "durham", invitation)
    async with parts.database.transaction("respondent", None) as connection:
        found = await connection.fetchval(
            "SELECT force FROM feedback.link WHERE token_hash = $1", bytes(32)
        )
    assert found == "durham"
    with pytest.raises(asyncpg.PostgresError, match="unknown-contact"):
        async with parts.database.transaction("console", "kent") as connection:
            await connection.execute(add, b"1" * 32, "durham", invitation)


async def test_every_transaction_commits_durably_whatever_the_server_says(
    parts: Parts, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    await connection.close()
    async with parts.database.transaction("respondent", "durham") as inside:
        assert await inside.fetchval("SHOW synchronous_commit") == "on"


async def test_no_temporary_name_of_a_caller_runs_with_the_owners_rights(
    parts: Parts, database_url: str
) -> None:
    connection = await owner(database_url, "durham")
    invitation = await add_invitation(connection, await add_contact(connection))
    await connection.close()
    async with parts.database.transaction("worker", "durham") as connection:
        await connection.execute(
            "CREATE TEMPORARY TABLE caught (who text);"
            "CREATE FUNCTION pg_temp.evil(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO pg_temp.caught VALUES (current_user); RETURN true; END $$;"
            "CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.evil(VALUE));"
            "CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid;"
            "GRANT ALL ON pg_temp.caught TO PUBLIC"
        )
        await connection.execute(
            "INSERT INTO feedback.link VALUES ($1, 'durham', $2, 'link', now())",
            bytes(32),
            invitation,
        )
        assert await connection.fetch("SELECT who FROM pg_temp.caught") == []


async def test_every_function_that_runs_as_the_owner_searches_temporary_names_last(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "SELECT p.oid::regprocedure::text AS name, p.proconfig FROM pg_proc AS p"
        " JOIN pg_namespace AS n ON n.oid = p.pronamespace"
        " WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    )
    await connection.close()
    assert len(rows) >= 3
    for row in rows:
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"], row["name"]


async def test_a_login_that_could_bypass_security_is_refused(
    database_url: str, settings: Settings
) -> None:
    careless = msgspec.structs.replace(settings, database_url_analyst=database_url)
    database = Database(careless, database_url)
    with pytest.raises(SettingsError, match="owns the tables"):
        await database.pool("analyst")
