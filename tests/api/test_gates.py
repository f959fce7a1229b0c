"""Guesses at passwords, counted over all processes as one process counts them."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affiche.db.address import Address
from affiche.db.database import Database
from affiche.domain.limits import Limit, spend
from affiche.errors import TooManyRequests
from affiche.studio.gates import many, pass_together

START = 1_700_000_000.0


@given(
    count=st.integers(1, 20),
    seconds=st.integers(1, 120),
    burst=st.integers(1, 20),
    pauses=st.lists(st.integers(0, 40), max_size=25),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_the_database_counts_by_the_same_rule(
    database: Database, count: int, seconds: int, burst: int, pauses: list[int]
) -> None:
    limit, name, due, now = Limit(count, seconds, burst), str(uuid4()), 0.0, START
    for pause in pauses:
        now += pause
        margin = max(due, now) + limit.apart - burst * limit.apart - now
        if abs(margin) < 1e-3:
            # At the very edge two ways of adding differ in the last digit.
            return
        due, wait = spend(limit, due, now)
        assert await passes(database, name, limit, now) is (wait == 0.0)


async def passes(database: Database, name: str, limit: Limit, now: float) -> bool:
    try:
        await pass_together(database, [(name, limit)], now)
    except TooManyRequests:
        return False
    return True


async def test_two_processes_count_together(database: Database, database_address: Address) -> None:
    limit, name = Limit(10, 3600.0, 10), str(uuid4())
    async with Database(database_address, size=3) as other:
        for turn in range(10):
            await pass_together((database, other)[turn % 2], [(name, limit)])
        for each in (database, other):
            with pytest.raises(TooManyRequests) as caught:
                await pass_together(each, [(name, limit), (str(uuid4()), many(limit))])
            assert caught.value.params["seconds"] > 60
