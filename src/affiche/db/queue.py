"""pgqueuer on our database: its schema, and a driver that does not wait on its own LISTEN.

pgqueuer's own psycopg driver listens and queries on one connection; a chain of five steps took
2,024 ms that way and 26 ms with this one (docs/decisions/0007).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel, QueueEntrypoint
from pgqueuer.ports.driver import Driver, NotifyCallback
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import dict_row

from affiche.db.database import Database, Transaction
from affiche.db.listener import Listener

# Every name is given, so that no PGQUEUER_… variable of the environment can move the tables.
SETTINGS = DBSettings(
    prefix="",
    db_schema="pgqueuer",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
)
CHANNEL = SETTINGS.channel


def queries(driver: Driver) -> Queries:
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


class OneConnection(Driver):
    """Runs pgqueuer's statements on one connection, inside whatever transaction it is in."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection
        self._shutdown, self._tm = asyncio.Event(), TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return await _fetch(self.connection, query, args)

    async def execute(self, query: str, *args: object) -> str:
        return await _execute(self.connection, query, args)

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        raise NotImplementedError("this connection does not listen")

    @property
    def shutdown(self) -> asyncio.Event:
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        return self._tm

    async def __aenter__(self) -> "OneConnection":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._shutdown.set()


class PoolDriver(OneConnection):
    """Queries through the pool; notifications come from the process's one listener."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self.database, self._callbacks = database, list[NotifyCallback]()
        self._shutdown, self._tm = asyncio.Event(), TaskManager()
        listener.on(CHANNEL, self._notified)

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        async with self.database.singly() as own:
            return await _fetch(own.connection, query, args)

    async def execute(self, query: str, *args: object) -> str:
        async with self.database.singly() as own:
            return await _execute(own.connection, query, args)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        self._callbacks.append(callback)

    def _notified(self, payload: str) -> None:
        # After a reconnect there is no payload; pgqueuer's own poll finds what was missed.
        if payload:
            for callback in self._callbacks:
                callback(payload)


async def enqueue(transaction: Transaction, entries: Sequence[tuple[str, bytes, str]]) -> None:
    """Put (entrypoint, payload, dedupe key) into the queue, as part of the transaction."""
    if entries:
        names, payloads, keys = (list(column) for column in zip(*entries, strict=True))
        await queries(OneConnection(transaction.connection)).enqueue(
            names, payloads, [0] * len(names), None, keys, on_conflict="skip"
        )


async def install(connection: AsyncConnection[Any]) -> None:
    """Make or upgrade pgqueuer's tables; outside a transaction, as its upgrade must be."""
    own = queries(OneConnection(connection))
    if await own.schema_is_installed():
        await own.upgrade()
    else:
        await own.install()
    schema = SETTINGS.db_schema
    for right in (
        f"GRANT USAGE ON SCHEMA {schema} TO service_role",
        f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO service_role",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA {schema} TO service_role",
    ):
        await own.driver.execute(right)


async def waiting(database: Database, entrypoints: Sequence[str]) -> int:
    """How many entries of the queue have not ended."""
    async with database.singly() as service:
        own = queries(OneConnection(service.connection))
        return await own.queued_work([QueueEntrypoint(name) for name in entrypoints])


async def _fetch(
    connection: AsyncConnection[Any], query: str, args: tuple[object, ...]
) -> list[dict[str, object]]:
    cursor = AsyncRawCursor(connection, row_factory=dict_row)
    await cursor.execute(query, args or None)
    return await cursor.fetchall()


async def _execute(connection: AsyncConnection[Any], query: str, args: tuple[object, ...]) -> str:
    cursor = AsyncRawCursor(connection)
    await cursor.execute(query, args or None)
    return cursor.statusmessage or ""
