"""Webhooks: at every end that is told, until a 200 or to the third try."""

import asyncio
from itertools import pairwise

import pytest

from .cloud import Ear, cloud_of


@pytest.mark.parametrize("answers", [(), (500,), (302, 204)], ids=str)
async def test_until_a_200(answers: tuple[int, ...]) -> None:
    async with Ear(*answers).listening() as ear, cloud_of(retry_pause=0.05) as cloud:
        job = await cloud.run(webhook=ear.url)
        told = await ear.until(len(answers) + 1)
        assert {one["id"] for one in told} == {job}
        times = [at for at, _, _ in ear.heard]
        assert all(later - sooner >= 0.04 for sooner, later in pairwise(times))
        await asyncio.sleep(0.1)
        assert len(ear.heard) == len(answers) + 1
        assert cloud.server.counted()["webhooks"]["answered"] == 1


async def test_three_tries_and_no_more() -> None:
    async with Ear(*[500] * 9).listening() as ear, cloud_of(retry_pause=0.02) as cloud:
        await cloud.run(webhook=ear.url)
        await ear.until(3)
        await asyncio.sleep(0.1)
        assert len(ear.heard) == 3
        assert cloud.server.counted()["webhooks"] == {"posted": 3, "answered": 0}


async def test_nobody_listens_there() -> None:
    async with cloud_of(retry_pause=0.01) as cloud:
        for url in ("http://127.0.0.1:1/hook", "not a url"):
            assert (await cloud.until(await cloud.run(webhook=url)))["status"] == "COMPLETED"


async def test_failures_are_told_too_but_not_every_end() -> None:
    async with Ear().listening() as ear, cloud_of() as cloud:
        await cloud.run({"raise": "no"}, webhook=ear.url)
        (failed,) = await ear.until(1)
        assert (failed["status"], "no" in failed["error"]) == ("FAILED", True)
        policy = {"executionTimeout": 20}
        ends = {
            await cloud.run({"seconds": 30}, webhook=ear.url, policy=policy): "TIMED_OUT",
            await cloud.run({"seconds": 31}, webhook=ear.url): "CANCELLED",
        }
        await cloud.post(f"/cancel/{list(ends)[1]}")
        for job, end in ends.items():
            assert (await cloud.until(job))["status"] == end
        await asyncio.sleep(0.05)
        assert len(ear.heard) == 1


async def test_other_ends_when_they_are_wanted() -> None:
    async with Ear().listening() as ear, cloud_of(webhook_states=("CANCELLED",)) as cloud:
        job = await cloud.run({"seconds": 30}, webhook=ear.url)
        await cloud.post(f"/cancel/{job}")
        assert (await ear.until(1))[0]["status"] == "CANCELLED"
