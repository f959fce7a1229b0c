"""Migrating: from nothing, twice, at once, onto Supabase, and never back."""

import asyncio
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql
from tests.db.catalogue import faults
from tests.db.conftest import become
from tests.db.dump import dumped
from tests.db.people import TEMPLATE as KLEIN
from tests.db.people import user, value
from tests.support.databases import TEMPLATE, Cluster

from affiche import app, settings
from affiche.catalog.catalog import load_all
from affiche.db import migrate
from affiche.db.address import Address, parse
from affiche.db.database import Database
from affiche.errors import DatabaseUnavailable, SchemaOutdated

NUMBERS = [migration.number for migration in migrate.migrations()]


def test_the_schema_is_the_committed_one(cluster: Cluster) -> None:
    committed = files("affiche.db").joinpath("schema.sql").read_text("utf-8")
    assert dumped(cluster.address(TEMPLATE)) == committed, "`make schema` writes it anew"


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS


async def test_the_second_time_nothing_happens(empty_database: Address) -> None:
    assert [m.number for m in await migrate.migrate(empty_database)] == NUMBERS
    before = dumped(empty_database)
    assert await migrate.migrate(empty_database) == []
    assert dumped(empty_database) == before
    await migrate.check(empty_database)


async def test_two_at_once_are_as_one(empty_database: Address) -> None:
    applied = await asyncio.gather(*(migrate.migrate(empty_database) for _ in range(3)))
    assert [m.number for each in applied for m in each] == NUMBERS
    await migrate.check(empty_database)


async def test_one_that_breaks_off_is_taken_up_where_it_was(
    empty_database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = migrate.migrations()
    broken = migrate.Migration(3, "broken", "CREATE TABLE half (); SELECT 1 / 0")
    monkeypatch.setattr(migrate, "migrations", lambda: [*whole[:2], broken])
    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate.migrate(empty_database)
    monkeypatch.undo()
    with psycopg.connect(empty_database.url) as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)
    assert [m.number for m in await migrate.migrate(empty_database)] == NUMBERS[2:]


async def test_a_database_that_is_newer_is_left_alone(database_address: Address) -> None:
    with psycopg.connect(database_address.url) as connection:
        connection.execute("INSERT INTO affiche_migrations VALUES (9999, 'later', '')")
    before = dumped(database_address)
    for attempt in (migrate.migrate, migrate.check):
        with pytest.raises(SchemaOutdated) as caught:
            await attempt(database_address)
        assert caught.value.params == {"found": 9999, "expected": NUMBERS[-1]}
    assert dumped(database_address) == before


async def test_one_that_is_older_is_named(empty_database: Address) -> None:
    with pytest.raises(SchemaOutdated) as caught:
        await migrate.check(empty_database)
    assert caught.value.params["found"] == 0


async def test_one_that_is_not_there_is_unavailable(empty_database: Address) -> None:
    with pytest.raises(DatabaseUnavailable):
        await migrate.migrate(Address(empty_database.url.replace("/test_", "/nowhere_")))


# As Supabase sets a project up: somebody else owns `auth`, the service role passes row-level
# security, and whatever the project's owner makes in `public` is everybody's by default.
SUPABASE = """
CREATE SCHEMA auth AUTHORIZATION supabase_auth_admin;
SET ROLE supabase_auth_admin;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
CREATE TABLE auth.users (id uuid PRIMARY KEY);
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role, project;
RESET ROLE;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
"""
GENEROUS = """
ALTER DEFAULT PRIVILEGES FOR ROLE project IN SCHEMA public
  GRANT ALL ON {} TO anon, authenticated, service_role
"""


@pytest.fixture
def supabase(cluster: Cluster) -> Iterator[Address]:
    name = cluster.create()
    server = cluster.server
    with psycopg.connect(server.superuser_url(name), autocommit=True) as connection:
        connection.execute("CREATE ROLE supabase_auth_admin NOLOGIN")
        connection.execute(
            "CREATE ROLE project LOGIN CREATEROLE BYPASSRLS PASSWORD 'secret'"
            " IN ROLE anon, authenticated, service_role"
        )
        connection.execute("ALTER ROLE service_role BYPASSRLS")
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO project").format(sql.Identifier(name))
        )
        connection.execute(SUPABASE)
        for kind in ("TABLES", "FUNCTIONS", "SEQUENCES"):
            connection.execute(GENEROUS.format(kind))
    yield parse(server.address("project", "secret", name))
    cluster.drop(name)
    cluster.execute(sql.SQL("ALTER ROLE service_role NOBYPASSRLS"))
    cluster.execute(sql.SQL("DROP ROLE project, supabase_auth_admin"))


async def test_a_supabase_project_is_migrated_too(supabase: Address) -> None:
    assert [m.number for m in await migrate.migrate(supabase)] == NUMBERS
    assert await migrate.migrate(supabase) == []
    async with Database(supabase, size=3) as database:
        assert len(await app.furnish(settings.read({})[0], database)) == len(load_all())
    with psycopg.connect(supabase.url) as connection:
        assert "\n".join(faults(connection)) == ""
        assert owners(connection) == {"uid": "supabase_auth_admin", "jwt": "supabase_auth_admin"}


async def test_a_supabase_user_sees_their_own_and_their_projects(supabase: Address) -> None:
    """By the claims that PostgREST sets, `auth.uid()` being Supabase's own."""
    await migrate.migrate(supabase)
    async with Database(supabase, size=3) as database:
        await app.furnish(settings.read({})[0], database)
    with psycopg.connect(supabase.url, autocommit=True) as connection:
        connection.execute("SET ROLE service_role")
        a, b, c = (user(connection, name) for name in ("alice", "bob", "charlie"))
        connection.execute("RESET ROLE")
        connection.execute(
            "INSERT INTO projects (user_id, name) VALUES (%s, 'ours') RETURNING id", (a,)
        )
        project = value(connection, "SELECT id FROM projects")
        connection.execute("INSERT INTO project_members VALUES (%s, %s)", (project, b))
        become(connection, "authenticated", a)
        asked = value(
            connection,
            "SELECT id FROM ask_work(uuid_v7(), %s, '{}', 1, 1, %s)",
            *(KLEIN, project),
        )
        for who, seen in ((a, [asked]), (b, [asked]), (c, [])):
            become(connection, "authenticated", who)
            assert [row for (row,) in connection.execute("SELECT id FROM works")] == seen
        become(connection, "anon")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT id FROM works")


def owners(connection: Connection[Any]) -> dict[str, str]:
    """Of the functions in `auth`."""
    return dict(
        connection.execute(
            "SELECT proname, pg_get_userbyid(proowner) FROM pg_proc"
            " WHERE pronamespace = 'auth'::regnamespace"
        ).fetchall()
    )
