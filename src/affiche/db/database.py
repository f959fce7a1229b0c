"""The pool, and transactions in somebody's role.

Every transaction says for whom it is: `as_user(id)` and `alone(id)` for a person, whose claims
row-level security reads, `as_service()` and `singly()` for the pipeline. Nothing runs as the
schema's owner.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import class_row, dict_row, scalar_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from affiche.db import claims as extra
from affiche.db.address import Address
from affiche.db.outages import PASSING, unavailable
from affiche.db.statements import statement
from affiche.errors import DatabaseUnavailable

T = TypeVar("T")
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 30
# A transaction of a frozen process holds back every reader of events, and who waits for its rows.
IDLE_SECONDS = 20
# The server ends a statement at 30 s; beyond that it is the network that does not answer.
ANSWER_SECONDS = 35.0
# A pool that lost its server tries again ever more rarely, up to this; whoever comes later, anew.
RECONNECT_SECONDS = 5.0
# Where nothing answers any more the kernel tells us within half a minute, and not in two hours.
KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# Every statement here is made for an index. A plan that was kept from when its table was small
# would go on reading the whole of it, until somebody has counted the rows.
PLANS = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
SERVICE = {"role": "service_role"}
BEGIN = sql.SQL("BEGIN")
TAKE = "SELECT set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"


class Patient(AsyncConnection[Any]):
    """A connection that gives a silent server up instead of waiting for ever."""

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return await super().wait(gen, interval, timeout or ANSWER_SECONDS)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from error


class Transaction:
    """Runs named statements; rows come as the class that was asked for."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection

    async def maybe(self, kind: type[T], name: str, /, **params: Any) -> T | None:
        async with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            await self._execute(cursor, statement(name), params)
            return await cursor.fetchone()

    async def all(self, kind: type[T], name: str, /, **params: Any) -> list[T]:
        async with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            await self._execute(cursor, statement(name), params)
            return await cursor.fetchall()

    async def fitted(self, kind: type[T], name: str, /, **params: Any) -> list[T]:
        """As `all`, planned for these very values and not for any: of a list whose filters may be
        as rare as they may be common, which for some of them is a thousand times the pages."""
        async with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            await self._execute(cursor, statement(name), params, prepare=False)
            return await cursor.fetchall()

    async def rows(self, name: str, /, **params: Any) -> list[dict[str, Any]]:
        async with self.connection.cursor(row_factory=dict_row) as cursor:
            await self._execute(cursor, statement(name), params)
            return await cursor.fetchall()

    async def value(self, name: str, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        async with self.connection.cursor(row_factory=scalar_row) as cursor:
            await self._execute(cursor, statement(name), params)
            return await cursor.fetchone()

    async def run(self, name: str, /, **params: Any) -> int:
        """How many rows it touched."""
        async with self.connection.cursor() as cursor:
            await self._execute(cursor, statement(name), params)
            return cursor.rowcount

    async def _execute(
        self,
        cursor: AsyncCursor[Any],
        query: LiteralString,
        params: Mapping[str, Any],
        prepare: bool | None = None,
    ) -> None:
        await cursor.execute(query, params, prepare=prepare)


class Alone(Transaction):
    """Each statement is a transaction of its own, and is sent with its beginning and its end: what
    it locks is free as soon as it is done, however long it takes us to come back to it."""

    def __init__(self, connection: AsyncConnection[Any], claims: Mapping[str, str]) -> None:
        super().__init__(connection)
        self._taken = (claims["role"], json.dumps(claims))

    async def _execute(
        self,
        cursor: AsyncCursor[Any],
        query: LiteralString,
        params: Mapping[str, Any],
        prepare: bool | None = None,
    ) -> None:
        own = self.connection
        try:
            async with own.pipeline():
                await own.execute("BEGIN")
                await own.execute(TAKE, self._taken)
                await cursor.execute(query, params, prepare=prepare)
                await own.execute("COMMIT")
        except psycopg.Error:
            if not own.closed:
                await asyncio.shield(own.execute("ROLLBACK", prepare=False))
            raise
        except BaseException:
            # Broken off in the middle: nobody knows what has been answered of it.
            await own.close()
            raise


class Database:
    """One process's way to PostgreSQL; open it with `async with`.

    Two pools: people's connections take a role for each transaction; the service's hold theirs,
    so that a step's single statements cost one round trip and no more.
    """

    def __init__(self, address: Address, *, direct: Address | None = None, size: int = 12) -> None:
        self.address, self.direct = address, direct or address
        self.people = self._pool("people", max(2, size // 3))
        self.service = self._pool("service", max(3, size - size // 3))

    def _pool(self, name: str, size: int) -> AsyncConnectionPool[AsyncConnection[Any]]:
        return AsyncConnectionPool(
            self.address.url,
            connection_class=Patient,
            kwargs=connection_options(self.address),
            configure=self._serve if name == "service" and not self.address.pooled else None,
            min_size=min(2, size),
            max_size=size,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
            name=f"affiche {name}",
        )

    async def __aenter__(self) -> "Database":
        for pool in (self.people, self.service):
            await pool.open()
            try:
                await pool.wait(CONNECT_SECONDS)
            except PoolTimeout as error:
                await self.__aexit__()
                raise DatabaseUnavailable(detail=str(error)) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in (self.people, self.service):
            await pool.close(timeout=5)

    @asynccontextmanager
    async def as_user(self, user_id: UUID) -> AsyncIterator[Transaction]:
        """A transaction with the user's own rights."""
        begin = _begin("authenticated", _claims(user_id))
        async with (
            self._connection(self.people) as connection,
            _transaction(connection, begin) as transaction,
        ):
            yield transaction

    @asynccontextmanager
    async def alone(self, user_id: UUID) -> AsyncIterator[Transaction]:
        """The user's own rights, and each statement a transaction of its own."""
        if self.address.pooled:
            async with self.as_user(user_id) as transaction:
                yield transaction
            return
        async with self._connection(self.people) as connection:
            yield Alone(connection, _claims(user_id))

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Transaction]:
        """A transaction with the service's rights."""
        begin = _begin("service_role", SERVICE) if self.address.pooled else BEGIN
        async with (
            self._connection(self.service) as connection,
            _transaction(connection, begin) as transaction,
        ):
            yield transaction

    @asynccontextmanager
    async def singly(self) -> AsyncIterator[Transaction]:
        """The service's rights without a transaction around: each statement commits by itself."""
        if self.address.pooled:
            async with self.as_service() as transaction:
                yield transaction
            return
        async with self._connection(self.service) as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def _connection(
        self, pool: AsyncConnectionPool[AsyncConnection[Any]]
    ) -> AsyncIterator[AsyncConnection[Any]]:
        try:
            async with pool.connection() as connection:
                yield connection
        except PASSING as error:
            raise unavailable(error) from error

    @staticmethod
    async def _serve(connection: AsyncConnection[Any]) -> None:
        await connection.execute("SET ROLE service_role")
        await connection.execute(
            "SELECT set_config('request.jwt.claims', %s, false)", (json.dumps(SERVICE),)
        )


def _claims(user_id: UUID) -> dict[str, str]:
    return {**extra.told(), "sub": str(user_id), "role": "authenticated"}


def _begin(role: str, claims: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(
        "BEGIN; SET LOCAL ROLE {}; SELECT set_config('request.jwt.claims', {}, true)"
    ).format(sql.Identifier(role), sql.Literal(json.dumps(claims)))


@asynccontextmanager
async def _transaction(
    connection: AsyncConnection[Any], begin: sql.SQL | sql.Composed
) -> AsyncIterator[Transaction]:
    await connection.execute(begin, prepare=False)
    try:
        yield Transaction(connection)
    except BaseException:
        # A connection that broke is thrown away by the pool.
        if not connection.closed:
            await asyncio.shield(connection.execute("ROLLBACK", prepare=False))
        raise
    await connection.execute("COMMIT", prepare=False)


def connection_options(address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {
        "autocommit": True,
        "connect_timeout": CONNECT_SECONDS,
        **KEEPALIVES,
    }
    if address.pooled:
        return options | {"prepare_threshold": None}
    # Prepared at once: a work costs a sixth less of both processors than after five times each.
    return options | {
        "prepare_threshold": 0,
        "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC"
        f" -c idle_in_transaction_session_timeout={IDLE_SECONDS}s {PLANS}",
    }
