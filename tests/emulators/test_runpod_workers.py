"""Workers: from none to as many as are wanted and back, by hand, and when they die."""

import asyncio
import json
from typing import Any

import pytest

from .cloud import Cloud, cloud_of


async def workers(cloud: Cloud, **wanted: int) -> None:
    """Until /health shows so many in each state."""
    async with asyncio.timeout(10):
        while True:
            told = (await cloud.health())["workers"]
            if all(told[state] == number for state, number in wanted.items()):
                return
            await asyncio.sleep(0.005)


async def test_from_zero_up_and_down_again() -> None:
    async with cloud_of(cold_start=0.5, idle=0.05, workers=2) as cloud:
        assert not any((await cloud.health())["workers"].values())
        jobs = [await cloud.run({"seconds": 0.5}) for _ in range(4)]
        assert (await cloud.health())["workers"]["initializing"] == 2, "not more than two"
        await workers(cloud, running=2, ready=2, initializing=0)
        for job in jobs:
            ended = await cloud.until(job)
        assert ended["delayTime"] >= 500
        await workers(cloud, running=0, idle=0)


async def test_one_that_is_idle_takes_the_next_at_once() -> None:
    async with cloud_of(cold_start=0.2, idle=30) as cloud:
        first = await cloud.until(await cloud.run())
        second = await cloud.until(await cloud.run())
        assert first["workerId"] == second["workerId"]
        assert (await cloud.health())["workers"]["idle"] == 1


async def test_standby_workers_stay() -> None:
    async with cloud_of(endpoints={"ep1": {"standby": 1}}, idle=0.02, workers=2) as cloud:
        await workers(cloud, idle=1)
        for job in [await cloud.run({"seconds": 0.05}) for _ in range(2)]:
            await cloud.until(job)
        await workers(cloud, idle=1)
        await asyncio.sleep(0.1)
        await workers(cloud, idle=1)


async def test_none_are_allowed() -> None:
    async with cloud_of(workers=0) as cloud:
        job = await cloud.run()
        await asyncio.sleep(0.05)
        assert (await cloud.status(job))["status"] == "IN_QUEUE"


async def test_by_hand_one_and_many() -> None:
    async with cloud_of(None, hold=0.05) as cloud:
        assert (await cloud.take())[0] == 204
        jobs = [await cloud.run({"n": n}, s3Config={"bucketName": "b"}) for n in range(1, 4)]
        taken = (await cloud.take())[1]
        assert taken == {"id": jobs[0], "input": {"n": 1}, "s3Config": {"bucketName": "b"}}
        path = "/job-take-batch/w1?gpu=SIM&batch_size=5&job_in_progress=1"
        status, batch = await cloud.work(path)
        assert (status, [one["id"] for one in batch]) == (200, jobs[1:])
        assert (await cloud.work(path))[0] == 204
        assert (await cloud.work(path.replace("=5", "=0")))[0] == 400


async def test_a_worker_that_waits_gets_the_job_when_it_comes() -> None:
    async with cloud_of(None) as cloud:
        taking = asyncio.create_task(cloud.take())
        await workers(cloud, idle=1)
        job = await cloud.run()
        assert (await taking)[1]["id"] == job


async def test_a_worker_that_hung_up_gets_none() -> None:
    async with cloud_of(None) as cloud:
        taking = asyncio.create_task(cloud.take("gone"))
        await workers(cloud, idle=1)
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        async with asyncio.timeout(5):
            while cloud.server.endpoint("ep1").fleet.workers["gone"].polls:
                await asyncio.sleep(0.005)
        job = await cloud.run()
        assert (await cloud.take("here"))[1]["id"] == job


async def test_stops_are_waited_for() -> None:
    async with cloud_of(None, hold=0.5) as cloud:
        job = await cloud.run()
        await cloud.take()
        assert (await cloud.work("/job-stop/w1?gpu=SIM"))[0] == 204, "nothing to stop"
        stopping = asyncio.create_task(cloud.work("/job-stop/w1?gpu=SIM"))
        await asyncio.sleep(0.02)
        await cloud.post(f"/cancel/{job}")
        assert await stopping == (200, {"jobsToStop": [job]})
        timed_out = await cloud.run(policy={"executionTimeout": 20})
        await cloud.take()
        await cloud.until(timed_out, "TIMED_OUT")
        assert await cloud.work("/job-stop/w1?gpu=SIM") == (200, {"jobsToStop": [timed_out]})


async def test_missed_pings_put_a_job_back_once() -> None:
    async with cloud_of(None, lost_after=0.5) as cloud:
        job = await cloud.run()
        await cloud.take("w1")
        for _ in range(7):
            await asyncio.sleep(0.1)
            await cloud.ping(f"other,{job}", "w1")
        assert (await cloud.status(job))["status"] == "IN_PROGRESS"
        back = await cloud.until(job, "IN_QUEUE")
        assert "delayTime" not in back, "it starts again"
        later = await cloud.run()
        assert (await cloud.take("w2"))[1]["id"] == job, "before those that came after it"
        assert (await cloud.status(job))["workerId"] == "w2"
        assert await cloud.done(job, {"output": "late"}, "w1") == 200
        assert (await cloud.status(job))["status"] == "IN_PROGRESS", "no more w1's business"
        failed = await cloud.until(job)
        assert (failed["status"], failed["retries"]) == ("FAILED", 1)
        assert failed["error"] == "job timed out after 1 retries"
        assert (await cloud.status(later))["status"] == "IN_QUEUE"


async def test_a_job_that_was_put_back_can_still_be_done() -> None:
    async with cloud_of(None, lost_after=0.4) as cloud:
        job = await cloud.run()
        await cloud.take("w1")
        await cloud.until(job, "IN_QUEUE")
        await cloud.take("w2")
        await cloud.done(job, {"output": 2}, "w2")
        ended = await cloud.status(job)
        assert (ended["status"], ended["retries"], ended["output"]) == ("COMPLETED", 1, 2)
        assert (await cloud.health())["jobs"]["retried"] == 1


async def test_one_by_hand_that_is_silent_is_forgotten() -> None:
    async with cloud_of(None, lost_after=0.3, hold=0.01) as cloud:
        await cloud.take()
        assert (await cloud.health())["workers"]["idle"] == 1
        await workers(cloud, idle=0)


@pytest.mark.parametrize("data", ["", "[]", "text"])
async def test_results_that_are_none(data: str) -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        await cloud.take()
        path = f"/job-done/w1/{job}?gpu=SIM&isStream=false"
        assert (await cloud.work(path, "POST", data))[0] == 400
        assert (await cloud.status(job))["status"] == "IN_PROGRESS"


async def test_progress_is_the_output_for_as_long() -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        await cloud.take()
        for value in ({"fraction": 0.25}, "half", 0.75):
            await cloud.done(job, {"status": "IN_PROGRESS", "output": value})
            told = await cloud.status(job)
            assert (told["status"], told["output"]) == ("IN_PROGRESS", value)
        await cloud.done(job, json.loads("{}"))
        assert "output" not in await cloud.status(job)


async def test_a_cancelled_built_in_worker_hears_of_it() -> None:
    heard: list[str] = []

    async def handler(given: dict[str, Any], progress: Any) -> Any:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    async with cloud_of(handler) as cloud:
        job = await cloud.run()
        await cloud.until(job, "IN_PROGRESS")
        await cloud.post(f"/cancel/{job}")
        async with asyncio.timeout(5):
            while not heard:
                await asyncio.sleep(0.005)
