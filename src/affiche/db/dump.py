"""What a database of ours holds, read out of one snapshot: rows alone, as COPY writes them.

The schema is left out, since the migrations make it anew. So no superuser is needed, nor a
pg_dump that knows the server, and a database in which others have tables of their own is copied
without them (docs/decisions/0013-backups.md).
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, IsolationLevel, sql
from psycopg.rows import dict_row

from affiche.db.address import Address
from affiche.db.database import CONNECT_SECONDS, SERVICE
from affiche.db.statements import statement
from affiche.errors import DatabaseUnavailable

LOCK: Final = 4207851
"""Advisory lock `backup`: shared by every backup from before its snapshot until its last object is
read. Whoever deletes objects that no row names any more takes it exclusively, or waits."""
# Within the transaction alone, since a pooler hands the connection on.
PATIENT: Final = """
SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0
"""
# The tables that `protect` guards, and nobody else's.
TABLES: Final = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c
JOIN pg_class ours ON ours.oid = to_regclass('affiche_migrations')
  AND ours.relnamespace = c.relnamespace AND ours.relowner = c.relowner
JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'service'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = ''
WHERE c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""
COUNTERS: Final = """
SELECT a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
WHERE c.oid = to_regclass(quote_ident(%s)) ORDER BY a.attnum
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the columns that are copied: all but those that PostgreSQL computes."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counter:
    """An identity column and the last number that it gave."""

    table: str
    column: str
    value: int


@dataclass(frozen=True, slots=True)
class Schema:
    """What has to be known to read the rows again. `migrations`: number and digest of each."""

    migrations: tuple[tuple[int, str], ...]
    tables: tuple[Table, ...]
    counters: tuple[Counter, ...]


class Snapshot:
    """One moment of the database; everything read from it fits together."""

    def __init__(self, connection: AsyncConnection[Any], schema: Schema) -> None:
        self.connection, self.schema = connection, schema

    async def copy(self, table: Table) -> AsyncIterator[bytes]:
        """The table's rows in COPY's text format, each with its line end."""
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        command = sql.SQL("COPY (SELECT {} FROM ONLY {}) TO STDOUT").format(
            columns, sql.Identifier(table.name)
        )
        async with self.connection.cursor() as cursor, cursor.copy(command) as copy:
            async for row in copy:
                yield bytes(row)

    async def rows(self, name: str, /) -> AsyncIterator[Mapping[str, Any]]:
        """What a named statement gives, a thousand rows at a time."""
        async with self.connection.cursor(name="rows", row_factory=dict_row) as cursor:
            cursor.itersize = 1000
            await cursor.execute(statement(name))
            async for row in cursor:
                yield row


@asynccontextmanager
async def snapshot(address: Address) -> AsyncIterator[Snapshot]:
    """Raises DatabaseUnavailable. What is written meanwhile is not seen; nobody waits for it."""
    async with connected(address) as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        await connection.execute(PATIENT)
        schema = await read_schema(connection)
        await connection.execute("SET LOCAL ROLE service_role")
        await connection.execute(
            "SELECT set_config('request.jwt.claims', %s, true),"
            " set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true),"
            " set_config('bytea_output', 'hex', true), set_config('TimeZone', 'UTC', true)",
            (json.dumps(SERVICE),),
        )
        yield Snapshot(connection, schema)


@asynccontextmanager
async def held(address: Address, *, alone: bool = False) -> AsyncIterator[None]:
    """Hold the lock `backup`, in a transaction of its own that sees and keeps nothing; `alone`,
    as a restore does, so that nobody else restores, backs up or sweeps there."""
    take = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    async with connected(address) as connection:
        await connection.execute(PATIENT)
        await connection.execute(f"SELECT {take}({LOCK})".encode())
        try:
            yield
        finally:
            # Without a word: what was done under the lock stands, even if the lock was lost.
            await connection.close()


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection of our own, with transactions; raises DatabaseUnavailable when it is lost."""
    try:
        connection = await AsyncConnection.connect(
            address.url,
            connect_timeout=CONNECT_SECONDS,
            prepare_threshold=None,
            client_encoding="utf8",
        )
        async with connection:
            yield connection
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(detail=str(error)) from error


async def read_schema(connection: AsyncConnection[Any]) -> Schema:
    """As the database stands, asked by the owner; without migrations there is nothing of ours."""
    found = await connection.execute("SELECT to_regclass('affiche_migrations') IS NOT NULL")
    if (await found.fetchone()) != (True,):
        return Schema((), (), ())
    done = await connection.execute("SELECT number, digest FROM affiche_migrations ORDER BY 1")
    migrations = tuple(await done.fetchall())
    tables = await read_tables(connection)
    counters = [counter for t in tables for counter in await _counters(connection, t)]
    return Schema(migrations, tables, tuple(counters))


async def read_tables(connection: AsyncConnection[Any]) -> tuple[Table, ...]:
    """Ours, by name."""
    found = await connection.execute(TABLES)
    return tuple(Table(name, tuple(columns)) for name, columns in await found.fetchall())


async def _counters(connection: AsyncConnection[Any], table: Table) -> list[Counter]:
    found = await connection.execute(COUNTERS, (table.name,))
    counters = []
    for column, sequence in await found.fetchall():
        # Sequences stand outside of transactions: this is the snapshot's number or a later one.
        row = await connection.execute(
            sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(
                sql.SQL(sequence)
            )
        )
        (value,) = await row.fetchone() or (0,)
        counters.append(Counter(table.name, column, value))
    return counters
