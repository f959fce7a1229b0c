"""A person's statement that is a transaction of its own: with their rights, and whole or not at
all, after which the connection is as it was."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb
from tests.db.people import Person, person

from affiche.db.address import Address, parse
from affiche.db.database import Database


@pytest.fixture(params=["direct", "pooled"])
async def opened(shared: Address, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """With one connection for people, so that whoever is next finds what was left behind."""
    url = f"{shared.url}&pgbouncer=true" if request.param == "pooled" else shared.url
    async with Database(parse(url), size=3) as made:
        await made.people.resize(1, 1)
        yield made


@pytest.fixture(scope="module")
def alice(service: Connection[Any]) -> Person:
    return person(service, "alice")


@pytest.fixture(scope="module")
def bob(service: Connection[Any]) -> Person:
    return person(service, "bob")


async def seen(opened: Database, who: Person, whose: Person) -> list[Any]:
    async with opened.alone(who.id) as own:
        return [row["id"] for row in await own.rows("works.by_id", id=whose.work)]


async def left_behind(opened: Database) -> tuple[Any, ...] | None:
    async with opened.people.connection() as connection:
        assert connection.info.transaction_status is TransactionStatus.IDLE
        found = await connection.execute(
            "SELECT current_user = session_user,"
            " nullif(current_setting('request.jwt.claims', true), '')"
        )
        row: tuple[Any, ...] | None = await found.fetchone()
        return row


async def test_each_sees_what_is_theirs(opened: Database, alice: Person, bob: Person) -> None:
    assert await seen(opened, alice, alice) == [alice.work]
    assert await seen(opened, bob, alice) == []
    assert await seen(opened, bob, bob) == [bob.work]
    assert await left_behind(opened) == (True, None)


async def test_what_fails_leaves_nothing(opened: Database, alice: Person) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.errors.NoDataFound) as caught:
            async with opened.alone(alice.id) as own:
                await own.rows(
                    "works.ask",
                    id=uuid4(),
                    template_id=uuid4(),
                    input_data=Jsonb({}),
                    output_count=1,
                    seed=1,
                    project_id=None,
                    retry_of=None,
                    priority=0,
                    idempotency_key=None,
                    digest=None,
                )
        assert caught.value.diag.message_hint == "template"
        assert await left_behind(opened) == (True, None)
    with pytest.raises(psycopg.Error):
        async with opened.alone(alice.id) as own:
            await own.rows("works.by_id", id=object())
    assert await seen(opened, alice, alice) == [alice.work]


async def test_its_locks_are_gone_before_its_caller_is(shared: Address, alice: Person) -> None:
    async with Database(shared, size=3) as opened, opened.alone(alice.id) as own:
        await own.rows("works.by_id", id=alice.work)
        assert own.connection.info.transaction_status is TransactionStatus.IDLE


async def test_what_is_broken_off_takes_nobody_with_it(
    opened: Database, alice: Person, bob: Person
) -> None:
    for turns in range(12):
        task = asyncio.create_task(seen(opened, alice, alice))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await seen(opened, bob, alice) == []
        assert await seen(opened, alice, alice) == [alice.work]
