"""Bringing a database to this version: plain SQL files, forward only, each in a transaction."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import AsyncConnection

from affiche.db import queue
from affiche.db.address import Address
from affiche.db.database import CONNECT_SECONDS
from affiche.errors import DatabaseUnavailable, SchemaOutdated

LOCK = 4207849
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

    Raises SchemaOutdated when the database is newer than this program, DatabaseUnavailable when
    it cannot be reached.
    """
    applied = []
    async with _connected(address) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        await connection.execute(LEDGER)
        done = await _done(connection)
        known = migrations()
        if done and max(done) > known[-1].number:
            raise SchemaOutdated(found=max(done), expected=known[-1].number)
        for migration in known:
            if migration.number in done:
                continue
            async with connection.transaction():
                await connection.execute(migration.text)
                await connection.execute(
                    "INSERT INTO affiche_migrations (number, name, digest) VALUES (%s, %s, %s)",
                    (migration.number, migration.name, migration.digest),
                )
            applied.append(migration)
        await queue.install(connection)
    return applied


async def check(address: Address) -> None:
    """Raises SchemaOutdated unless the database is at this version."""
    async with _connected(address) as connection:
        found = await connection.execute("SELECT to_regclass('affiche_migrations') IS NOT NULL")
        row = await found.fetchone()
        done = await _done(connection) if row and row[0] else {}
    expected = migrations()[-1].number
    if max(done, default=0) != expected:
        raise SchemaOutdated(found=max(done, default=0), expected=expected)


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
