"""Rows of a snapshot brought into an empty database, in one transaction with its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection, sql

from affiche.db import migrate, queue
from affiche.db.address import Address
from affiche.db.dump import PATIENT, Schema, Table, connected, read_tables
from affiche.errors import BackupBroken

KEYS: Final = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%s::regclass[]) ORDER BY conname
"""
TRIGGERS: Final = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid = ANY (%s::regclass[]) ORDER BY tgname
"""


class Loading:
    """The transaction that makes a database out of a backup: nothing of it is there before it
    is committed."""

    def __init__(self, connection: AsyncConnection[Any], schema: Schema) -> None:
        self.connection, self.schema = connection, schema
        self._names = [sql.Identifier(table.name).as_string() for table in schema.tables]
        self._keys: list[tuple[str, str, str]] = []
        self._triggers: list[tuple[str, str]] = []

    async def begin(self) -> None:
        """Make the tables as they were and clear the way: no trigger fires, no key is checked.

        Raises BackupBroken when the migrations give other tables than the snapshot had.
        """
        last = self.schema.migrations[-1][0]
        await self.connection.execute(migrate.LEDGER)
        for migration in migrate.migrations():
            if migration.number <= last:
                await migrate.apply(self.connection, migration)
        if await read_tables(self.connection) != self.schema.tables:
            raise BackupBroken(reason="schema")
        self._keys = await (await self.connection.execute(KEYS, (self._names,))).fetchall()
        found = await self.connection.execute(TRIGGERS, (self._names,))
        self._triggers = await found.fetchall()
        for table, name, _ in self._keys:
            await self._alter(table, f"DROP CONSTRAINT {name}")
        for table, name in self._triggers:
            await self._alter(table, f"DISABLE TRIGGER {name}")
        for table in self._names:
            # The owner is bound by row-level security as well, and COPY refuses under it.
            await self._alter(table, "NO FORCE ROW LEVEL SECURITY")
        await self._run(f"TRUNCATE {', '.join(self._names)}")

    async def fill(self, table: Table, pieces: AsyncIterator[bytes]) -> int:
        """Add rows to the table, in pieces of any size; how many PostgreSQL took."""
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        async with self.connection.cursor() as cursor:
            async with cursor.copy(command) as copy:
                async for piece in pieces:
                    await copy.write(piece)
            return cursor.rowcount

    async def end(self) -> None:
        """Check and guard everything again, and bring the schema to this version."""
        for counter in self.schema.counters:
            if counter.value:
                await self.connection.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    (sql.Identifier(counter.table).as_string(), counter.column, counter.value),
                )
        for table, name, definition in self._keys:
            await self._alter(table, f"ADD CONSTRAINT {name} {definition}")
        for table, name in self._triggers:
            await self._alter(table, f"ENABLE TRIGGER {name}")
        for table in self._names:
            await self._alter(table, "FORCE ROW LEVEL SECURITY")
            # A crew that starts now should not plan as if the tables were empty.
            await self._run(f"ANALYZE {table}")
        last = self.schema.migrations[-1][0]
        for migration in migrate.migrations():
            if migration.number > last:
                await migrate.apply(self.connection, migration)
        await queue.install(self.connection)

    async def _alter(self, table: str, change: str) -> None:
        await self._run(f"ALTER TABLE {table} {change}")

    async def _run(self, command: str) -> None:
        # Made of names and definitions that PostgreSQL itself has quoted.
        await self.connection.execute(command.encode())


@asynccontextmanager
async def loading(address: Address, schema: Schema) -> AsyncIterator[Loading]:
    """Commits when it is left in good order. Raises DatabaseUnavailable.

    Whether the database is empty is asked first, with `is_empty`.
    """
    async with connected(address) as connection, connection.transaction():
        await connection.execute(PATIENT)
        # Whoever migrates at the same time waits, and finds it done.
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (migrate.LOCK,))
        yield Loading(connection, schema)


async def is_empty(address: Address) -> bool:
    """Whether none of our migrations was ever run there."""
    async with connected(address) as connection:
        found = await connection.execute("SELECT to_regnamespace(%s)", (queue.SETTINGS.db_schema,))
        if await found.fetchone() != (None,):
            return False
        found = await connection.execute("SELECT to_regclass('affiche_migrations')")
        if await found.fetchone() == (None,):
            return True
        found = await connection.execute("SELECT NOT EXISTS (SELECT FROM affiche_migrations)")
        return await found.fetchone() == (True,)
