"""Progress: over all stages, one update at a time, and never after the result."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.worker.progress import Reporter, overall

WEIGHTS = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=6)
FRACTION = st.floats(0, 1, allow_nan=False)


@given(WEIGHTS, st.data())
def test_it_goes_up_and_stays_within_the_whole(weights: list[float], data: st.DataObject) -> None:
    places = [(stage, fraction / 4) for stage in range(len(weights)) for fraction in range(5)]
    found = [overall(weights, stage, fraction) for stage, fraction in places]
    assert found == pytest.approx(sorted(found))
    assert all(0 <= each <= 1 for each in found)
    if sum(weights) > 0:
        assert found[-1] == pytest.approx(1)


def test_a_stage_weighs_what_its_graph_weighs() -> None:
    assert overall([1, 3], 0, 1.0) == 0.25
    assert overall([1, 3], 1, 0.5) == 0.625
    assert overall([0, 0], 1, 0.5) == 0.0


class Sink:
    """Takes updates as slowly as it is told; `arrived` are those that were taken in whole."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.begun = 0
        self.at_once = 0
        self.most_at_once = 0
        self.arrived: list[float] = []

    async def __call__(self, update: Mapping[str, Any]) -> None:
        self.begun += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
            self.arrived.append(update["fraction"])
        finally:
            self.at_once -= 1

    async def until(self, number: int) -> None:
        """Until so many have arrived."""
        async with asyncio.timeout(10):
            while len(self.arrived) < number:
                await asyncio.sleep(0.001)


async def test_what_is_on_its_way_has_arrived_when_it_is_closed() -> None:
    sink = Sink(0.1)
    reporter = Reporter(sink, pause=0.0)
    reporter.tell({"fraction": 0.1})
    await asyncio.sleep(0.02)
    assert sink.begun == 1
    reporter.tell({"fraction": 0.2})
    await reporter.close()
    assert sink.arrived == [0.1]
    reporter.tell({"fraction": 0.3})
    await asyncio.sleep(0.15)
    assert sink.arrived == [0.1]


async def test_what_never_arrives_does_not_hold_the_result() -> None:
    sink = Sink(60)
    reporter = Reporter(sink, pause=0.0, patience=0.05)
    reporter.tell({"fraction": 0.1})
    await asyncio.sleep(0.02)
    await reporter.close()
    assert sink.begun == 1
    assert sink.at_once == 0
    assert sink.arrived == []


async def test_only_the_latest_is_sent_and_never_two_at_once() -> None:
    sink = Sink(0.05)
    reporter = Reporter(sink, pause=0.0)
    for step in range(1, 100):
        reporter.tell({"fraction": step / 100})
        await asyncio.sleep(0)
    await sink.until(2)
    await reporter.close()
    assert sink.arrived == [0.01, 0.99]
    assert sink.most_at_once == 1


async def test_it_waits_between_two_updates() -> None:
    sink = Sink()
    reporter = Reporter(sink, pause=60)
    for step in range(5):
        reporter.tell({"fraction": step / 5})
        await asyncio.sleep(0.01)
    await reporter.close()
    assert len(sink.arrived) == 1


async def test_a_run_that_is_begun_again_takes_nothing_back() -> None:
    sink = Sink()
    reporter = Reporter(sink, pause=0.0)
    for number, fraction in enumerate((0.2, 0.6, 0.1, 0.7), 1):
        reporter.tell({"fraction": fraction})
        await sink.until(number)
    await reporter.close()
    assert sink.arrived == [0.2, 0.6, 0.6, 0.7]


async def test_a_lost_update_is_no_harm() -> None:
    taken = []

    async def send(update: Mapping[str, Any]) -> None:
        taken.append(update["fraction"])
        if len(taken) == 1:
            raise ConnectionError("gone")

    reporter = Reporter(send, pause=0.0)
    for fraction in (0.1, 0.2):
        reporter.tell({"fraction": fraction})
        await asyncio.sleep(0.02)
    await reporter.close()
    assert taken == [0.1, 0.2]


async def test_a_job_that_said_nothing_has_nothing_to_close() -> None:
    sink = Sink()
    await Reporter(sink).close()
    assert sink.begun == 0
