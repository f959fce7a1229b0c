"""One rate for all who ask: several connections at once never pass it together."""

import asyncio
import time
from bisect import bisect_left
from datetime import timedelta

import pytest

from affiche.db.database import Database
from affiche.domain.rates import PATIENCE, Rate
from affiche.errors import EngineBusy
from affiche.pipeline.rates import Limiter


def most_within(moments: list[float], seconds: float) -> int:
    moments = sorted(moments)
    return max(bisect_left(moments, at + seconds) - n for n, at in enumerate(moments))


async def test_several_processes_stay_below_it_together(database: Database) -> None:
    """Each limiter knows nothing of the others, as processes do."""
    rate = Rate(120, 0.5)
    processes = [Limiter(database, "together", rate) for _ in range(4)]
    spent: list[float] = []

    async def ask(limiter: Limiter, times: int) -> None:
        for _ in range(times):
            await limiter.spend()
            spent.append(time.monotonic())

    await asyncio.gather(*(ask(each, 10) for each in processes for _ in range(6)))
    assert len(spent) == 240
    assert most_within(spent, rate.seconds) <= rate.limit


async def test_many_questions_cost_few_statements(database: Database) -> None:
    limiter = Limiter(database, "cheap", Rate(100_000, 10.0))
    for _ in range(2000):
        await limiter.spend()
    await asyncio.gather(*(limiter.spend() for _ in range(2000)))
    assert limiter.statements < 4000 / 20


async def test_one_alone_is_one_statement_and_wastes_nothing(database: Database) -> None:
    limiter = Limiter(database, "seldom", Rate(1000, 10.0))
    await limiter.spend()
    async with database.as_service() as service:
        found = await service.connection.execute(
            "SELECT due_at - clock_timestamp() < interval '1 second' FROM rates"
        )
        assert await found.fetchall() == [(True,)]
    assert limiter.statements == 1


async def test_who_would_wait_too_long_is_told_at_once_and_takes_nothing(
    database: Database,
) -> None:
    rate = Rate(1, 600.0)
    first, second = (Limiter(database, "slow", rate) for _ in range(2))
    await first.spend()
    before = await due(database)
    for _ in range(3):
        with pytest.raises(EngineBusy):
            await second.spend()
    assert await due(database) == before


async def due(database: Database) -> object:
    async with database.as_service() as service:
        found = await service.connection.execute("SELECT due_at FROM rates WHERE name = 'slow'")
        return await found.fetchone()


async def test_the_database_says_what_the_rule_says(database: Database) -> None:
    """To the millisecond in which the statement runs."""
    from affiche.domain.rates import take

    rate = Rate(100, 10.0)
    last: float | None = None
    for count in (1, 5, 10, 10, 10, 3):
        async with database.as_service() as service:
            await service.connection.execute("SELECT pg_advisory_xact_lock(1)")
            now = await service.connection.execute("SELECT extract(epoch FROM clock_timestamp())")
            row = await now.fetchone()
            assert row is not None
            wait = await service.value(
                "rates.take",
                name="ruled",
                count=count,
                apart=timedelta(seconds=rate.apart),
                slack=timedelta(seconds=rate.slack),
                patience=timedelta(seconds=PATIENCE),
                most=timedelta(seconds=PATIENCE + rate.slack),
            )
            told = take(rate, last, float(row[0]), count)
            found = await service.connection.execute(
                "SELECT extract(epoch FROM due_at) FROM rates WHERE name = 'ruled'"
            )
            due_at = await found.fetchone()
        assert told is not None
        assert due_at is not None
        assert wait == pytest.approx(told[0], abs=0.25)
        assert float(due_at[0]) == pytest.approx(told[1], abs=0.25)
        last = float(due_at[0])
