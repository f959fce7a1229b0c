"""The pool, and transactions in somebody's role.

Every transaction says for whom it is: `as_service()` for the pipeline, `as_user(id)` for a
person, whose claims row-level security reads. Nothing runs as the schema's owner.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import class_row, dict_row, scalar_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from affiche.db.address import Address
from affiche.db.statements import statement
from affiche.errors import DatabaseUnavailable

T = TypeVar("T")
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 30


class Transaction:
    """Runs named statements; rows come as the class that was asked for."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection

    async def maybe(self, kind: type[T], name: str, /, **params: Any) -> T | None:
        async with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            await cursor.execute(statement(name), params)
            return await cursor.fetchone()

    async def all(self, kind: type[T], name: str, /, **params: Any) -> list[T]:
        async with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            await cursor.execute(statement(name), params)
            return await cursor.fetchall()

    async def rows(self, name: str, /, **params: Any) -> list[dict[str, Any]]:
        async with self.connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement(name), params)
            return await cursor.fetchall()

    async def value(self, name: str, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        async with self.connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(statement(name), params)
            return await cursor.fetchone()

    async def run(self, name: str, /, **params: Any) -> int:
        """How many rows it touched."""
        return (await self.connection.execute(statement(name), params)).rowcount


class Database:
    """One process's way to PostgreSQL; open it with `async with`."""

    def __init__(self, address: Address, *, direct: Address | None = None, size: int = 12) -> None:
        self.address, self.direct = address, direct or address
        self.pool = AsyncConnectionPool(
            address.url,
            kwargs=connection_options(address),
            min_size=min(2, size),
            max_size=size,
            timeout=CONNECT_SECONDS,
            open=False,
            name="affiche",
        )

    async def __aenter__(self) -> "Database":
        await self.pool.open()
        try:
            await self.pool.wait(CONNECT_SECONDS)
        except PoolTimeout as error:
            await self.pool.close()
            raise DatabaseUnavailable(detail=str(error)) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pool.close(timeout=5)

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Transaction]:
        async with self._transaction("service_role", {"role": "service_role"}) as transaction:
            yield transaction

    @asynccontextmanager
    async def as_user(self, user_id: UUID) -> AsyncIterator[Transaction]:
        claims = {"sub": str(user_id), "role": "authenticated"}
        async with self._transaction("authenticated", claims) as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(
        self, role: str, claims: Mapping[str, str]
    ) -> AsyncIterator[Transaction]:
        begin = sql.SQL(
            "BEGIN; SET LOCAL ROLE {}; SELECT set_config('request.jwt.claims', {}, true)"
        ).format(sql.Identifier(role), sql.Literal(json.dumps(claims)))
        async with self.connection() as connection:
            await connection.execute(begin, prepare=False)
            try:
                yield Transaction(connection)
            except BaseException:
                # A cancelled or broken connection is thrown away by the pool.
                if not connection.closed:
                    await asyncio.shield(connection.execute("ROLLBACK"))
                raise
            await connection.execute("COMMIT")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        """An autocommit connection as the schema's owner: for the queue's own tables."""
        try:
            async with self.pool.connection() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise DatabaseUnavailable(detail=str(error)) from error


def connection_options(address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {"autocommit": True, "connect_timeout": CONNECT_SECONDS}
    if address.pooled:
        return options | {"prepare_threshold": None}
    return options | {"options": f"-c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC"}
