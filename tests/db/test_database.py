"""Transactions in somebody's role: what each may, and that nothing of it stays behind."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection
from tests.db.people import person, user

from affiche.db import database
from affiche.db.address import Address, parse
from affiche.db.database import Database, Transaction
from affiche.db.listener import Listener
from affiche.errors import DatabaseUnavailable


@pytest.fixture(params=["direct", "pooled"])
async def opened(shared: Address, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """With one connection for people, so that the next transaction has the one before's."""
    url = f"{shared.url}&pgbouncer=true" if request.param == "pooled" else shared.url
    async with Database(parse(url), size=3) as made:
        await made.people.resize(1, 1)
        yield made


async def who(transaction: Transaction) -> tuple[Any, ...]:
    found = await transaction.connection.execute("SELECT current_user, auth.uid()")
    row = await found.fetchone()
    assert row is not None
    return row


async def name_of(transaction: Transaction, user_id: UUID) -> Any:
    found = await transaction.connection.execute("SELECT name FROM users WHERE id = %s", (user_id,))
    row = await found.fetchone()
    return row and row[0]


async def test_each_transaction_is_somebody_s_and_the_next_is_another_s(
    opened: Database, service: Connection[Any]
) -> None:
    a, b = user(service, "a"), user(service, "b")
    for _ in range(3):
        for own, other in ((a, b), (b, a)):
            async with opened.as_user(own) as transaction:
                assert await who(transaction) == ("authenticated", own)
                assert await name_of(transaction, own) is not None
                assert await name_of(transaction, other) is None
    for service_s in (opened.as_service, opened.singly):
        async with service_s() as transaction:
            assert await who(transaction) == ("service_role", None)
            assert (await name_of(transaction, a), await name_of(transaction, b)) == ("a", "b")


async def test_nothing_of_a_role_stays_on_a_connection(
    opened: Database, service: Connection[Any]
) -> None:
    own = user(service, "own")

    async def fail() -> None:
        async with opened.as_user(own) as transaction:
            await who(transaction)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with opened.people.connection() as connection:
        found = await connection.execute("SELECT current_user, auth.uid()")
        assert await found.fetchone() == ("affiche", None)


async def test_what_fails_is_undone(opened: Database, service: Connection[Any]) -> None:
    own = person(service, "own")
    query = "UPDATE users SET name = 'changed' WHERE id = %s"

    async def change(transaction: Transaction, wrong: str) -> None:
        await transaction.connection.execute(query, (own.id,))
        if wrong == "sql":
            await transaction.connection.execute("SELECT 1 / 0")
        raise ZeroDivisionError

    for wrong, expected in (("sql", psycopg.errors.DivisionByZero), ("python", ZeroDivisionError)):
        with pytest.raises(expected):
            async with opened.as_service() as transaction:
                await change(transaction, wrong)
    async with opened.as_service() as transaction:
        assert await name_of(transaction, own.id) == "own"
        await transaction.connection.execute(query, (own.id,))
    async with opened.as_service() as transaction:
        assert await name_of(transaction, own.id) == "changed"


async def test_what_is_interrupted_is_undone_and_its_connection_goes_on(
    opened: Database, service: Connection[Any]
) -> None:
    own, begun = user(service, "own"), asyncio.Event()

    async def slow() -> None:
        async with opened.as_user(own) as transaction:
            begun.set()
            await transaction.connection.execute("SELECT pg_sleep(60)")

    task = asyncio.create_task(slow())
    await begun.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with opened.as_user(own) as transaction:
        assert await name_of(transaction, own) == "own"


async def test_a_lost_connection_is_said_plainly_and_replaced(
    opened: Database, service: Connection[Any]
) -> None:
    own = user(service, "own")

    async def lose() -> None:
        async with opened.as_user(own) as transaction:
            end(service, transaction.connection.info.backend_pid)
            await who(transaction)

    with pytest.raises(DatabaseUnavailable):
        await lose()
    async with opened.as_user(own) as transaction:
        assert await who(transaction) == ("authenticated", own)


def end(service: Connection[Any], pid: int) -> None:
    service.execute("RESET ROLE")
    service.execute("SELECT pg_terminate_backend(%s)", (pid,))
    service.execute("SET ROLE service_role")


async def test_a_server_that_is_not_there_is_unavailable(
    shared: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CONNECT_SECONDS", 0.5)
    opening = Database(Address(shared.url.replace("/test_", "/nowhere_")), size=3)
    with pytest.raises(DatabaseUnavailable):
        await opening.__aenter__()


# --- listening --------------------------------------------------------------------------------


async def test_a_listener_hears_and_after_a_loss_is_told_to_look(
    shared: Address, service: Connection[Any]
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = Listener(shared)
    listener.on("some_channel", heard.put_nowait)
    running = asyncio.create_task(listener.run())
    try:
        assert await asyncio.wait_for(heard.get(), 10) == ""
        word = str(uuid4())
        service.execute("SELECT pg_notify('some_channel', %s)", (word,))
        assert await asyncio.wait_for(heard.get(), 10) == word
        query = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        service.execute("RESET ROLE")
        for (pid,) in service.execute(query).fetchall():
            end(service, pid)
        assert await asyncio.wait_for(heard.get(), 10) == ""
        service.execute("SELECT pg_notify('some_channel', %s)", (word,))
        assert await asyncio.wait_for(heard.get(), 10) == word
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
