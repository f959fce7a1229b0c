"""Bringing a database to this version: plain SQL files, forward only, each in a transaction."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import AsyncConnection

from affiche.db import queue
from affiche.db.address import Address
from affiche.db.database import CONNECT_SECONDS
from affiche.errors import (
    DatabaseInUse,
    DatabaseUnavailable,
    MigrationChanged,
    SchemaNewer,
    SchemaOutdated,
)

LOCK = 4207849
LEAVE_SECONDS = 10.0
"""How long processes that are just being stopped are waited for."""
LOCK_SECONDS = 60.0
"""How long a migration waits for a table that somebody else holds."""
TURN_SECONDS = 600.0
"""How long it waits for another process that migrates."""
# A migrating process that was killed should not hold its locks for as long as its statement runs;
# not every system's PostgreSQL can notice.
CAREFUL = """
DO $$ BEGIN
  PERFORM set_config('client_connection_check_interval', '2s', false);
EXCEPTION WHEN invalid_parameter_value THEN NULL;
END $$
"""
# Every process listens on one connection, whatever else it does, and its last statement said so.
LISTENING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN %'
"""
LEDGER = """
CREATE TABLE IF NOT EXISTS affiche_migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  digest text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE affiche_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE affiche_migrations FORCE ROW LEVEL SECURITY;
REVOKE ALL ON affiche_migrations FROM PUBLIC;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_policies WHERE tablename = 'affiche_migrations') THEN
    EXECUTE format('CREATE POLICY owner ON affiche_migrations TO %I USING (true)', current_user);
  END IF;
END $$;
"""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    folder = files("affiche.db").joinpath("migrations")
    found = [
        Migration(int(p.name[:4]), p.name[5:-4], p.read_text(encoding="utf-8"))
        for p in folder.iterdir()
        if p.name.endswith(".sql")
    ]
    return sorted(found, key=lambda migration: migration.number)


async def migrate(address: Address) -> list[Migration]:
    """Apply what is missing and return it; safe to run from several processes at once.

    Raises SchemaNewer or MigrationChanged when this program did not make the database what it is,
    DatabaseInUse when other processes still work on what would change under them,
    DatabaseUnavailable when it cannot be reached.
    """
    async with _connected(address) as connection:
        await connection.execute(CAREFUL)
        try:
            await _wait_at_most(connection, TURN_SECONDS)
            await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            await _wait_at_most(connection, LOCK_SECONDS)
            return await _migrate(connection)
        except psycopg.errors.LockNotAvailable as error:
            raise DatabaseInUse(sessions=1, detail=str(error)) from error


async def _wait_at_most(connection: AsyncConnection[Any], seconds: float) -> None:
    """For any lock, from now on."""
    await connection.execute(
        "SELECT set_config('lock_timeout', %s, false)", (f"{seconds * 1000:.0f}ms",)
    )


async def _migrate(connection: AsyncConnection[Any]) -> list[Migration]:
    await connection.execute(LEDGER)
    done = await _done(connection)
    missing = compare(migrations(), done)
    if done and missing:
        await _wait_until_unused(connection)
    for migration in missing:
        async with connection.transaction():
            await apply(connection, migration)
    await queue.install(connection)
    # By itself, so that the first to write an event here does not hold up others who write.
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE service_role")
        await connection.execute("SELECT event_era()")
    return missing


async def apply(connection: AsyncConnection[Any], migration: Migration) -> None:
    """Run one and write it down, within the caller's transaction."""
    await connection.execute(migration.text)
    await connection.execute(
        "INSERT INTO affiche_migrations (number, name, digest) VALUES (%s, %s, %s)",
        (migration.number, migration.name, migration.digest),
    )


def compare(known: Sequence[Migration], done: Mapping[int, str]) -> list[Migration]:
    """Which of the `known` are missing; `done`: digests of those applied, by number. Pure.

    Raises SchemaNewer, MigrationChanged.
    """
    strange = done.keys() - {migration.number for migration in known}
    if strange:
        raise SchemaNewer(found=max(strange), expected=known[-1].number)
    for migration in known:
        if done.get(migration.number, migration.digest) != migration.digest:
            raise MigrationChanged(number=f"{migration.number:04}", name=migration.name)
    return [migration for migration in known if migration.number not in done]


async def check(address: Address) -> None:
    """Raises SchemaOutdated, SchemaNewer or MigrationChanged unless the database is at this
    version."""
    async with _connected(address) as connection:
        found = await connection.execute("SELECT to_regclass('affiche_migrations') IS NOT NULL")
        row = await found.fetchone()
        done = await _done(connection) if row and row[0] else {}
    known = migrations()
    missing = compare(known, done)
    if missing:
        raise SchemaOutdated(found=missing[0].number - 1, expected=known[-1].number)


async def _wait_until_unused(connection: AsyncConnection[Any]) -> None:
    """Raises DatabaseInUse: a process of another version would meet a schema it does not know."""
    until = asyncio.get_running_loop().time() + LEAVE_SECONDS
    while True:
        row = await (await connection.execute(LISTENING)).fetchone()
        if not row or not row[0]:
            return
        if asyncio.get_running_loop().time() > until:
            raise DatabaseInUse(sessions=row[0])
        await asyncio.sleep(0.2)


async def _done(connection: AsyncConnection[Any]) -> dict[int, str]:
    cursor = await connection.execute("SELECT number, digest FROM affiche_migrations")
    return dict(await cursor.fetchall())


@asynccontextmanager
async def _connected(address: Address) -> AsyncIterator[AsyncConnection[Any]]:
    try:
        connection = await AsyncConnection.connect(
            address.url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            prepare_threshold=None,
        )
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(detail=str(error)) from error
    async with connection:
        yield connection
