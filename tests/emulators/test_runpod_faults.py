"""Faults on request, and none without one."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from affiche.emulators.runpod import SHAPES

from .cloud import Ear, cloud_of, paint


async def test_a_storm_of_429_and_one_of_502_with_html() -> None:
    async with cloud_of() as cloud:
        job = await cloud.run()
        cloud.server.faults.add("status", "refuse", status=429, times=3)
        assert [await cloud.get(f"/status/{job}") for _ in range(3)] == [(429, b"")] * 3
        cloud.server.faults.add("status", "refuse", status=502, html=True)
        status, page = await cloud.get(f"/status/{job}")
        assert status == 502
        assert page.startswith(b"<html>")
        assert b"502 Bad Gateway" in page
        assert (await cloud.get(f"/status/{job}"))[0] == 200


async def test_accepted_and_the_answer_lost() -> None:
    """Nobody knows the id, and the webhook comes."""
    async with Ear().listening() as ear, cloud_of() as cloud:
        cloud.server.faults.add("run", "drop")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await cloud.run({"n": 7}, webhook=ear.url)
        (told,) = await ear.until(1)
        assert (told["status"], told["input"]) == ("COMPLETED", {"n": 7})
        assert (await cloud.status(told["id"]))["status"] == "COMPLETED"


async def test_accepted_and_lost() -> None:
    async with cloud_of() as cloud:
        cloud.server.faults.add("run", "vanish")
        assert (await cloud.get(f"/status/{await cloud.run()}"))[0] == 404


@pytest.mark.parametrize("kind", ["junk", "truncate", "lie"])
async def test_answers_that_are_spoilt(kind: Any) -> None:
    async with cloud_of() as cloud:
        job = await cloud.run()
        cloud.server.faults.add("status", kind)
        if kind == "lie":
            with pytest.raises(aiohttp.ClientPayloadError):
                await cloud.get(f"/status/{job}")
        else:
            status, body = await cloud.get(f"/status/{job}")
            assert (status, type(body)) == (200, bytes)
        assert (await cloud.get(f"/status/{job}"))[0] == 200


async def test_slow_answers_and_none() -> None:
    async with cloud_of() as cloud:
        cloud.server.faults.add("health", "delay", seconds=0.1)
        begun = asyncio.get_running_loop().time()
        await cloud.health()
        assert asyncio.get_running_loop().time() - begun >= 0.1
        cloud.server.faults.add("health", "hang")
        hanging = asyncio.create_task(cloud.health())
        await asyncio.sleep(0.05)
        assert not hanging.done()
        cloud.server.faults.clear()
        assert await hanging


async def test_stuck_in_the_queue_and_stuck_in_progress() -> None:
    async with cloud_of(execution=0.05, lost_after=0.05) as cloud:
        cloud.server.faults.add("queue", "stick", job=1)
        cloud.server.faults.add("work", "stick", job=2)
        waiting, running = [await cloud.run() for _ in range(2)]
        await cloud.until(running, "IN_PROGRESS")
        await asyncio.sleep(0.2)
        assert (await cloud.status(waiting))["status"] == "IN_QUEUE"
        assert (await cloud.status(running))["status"] == "IN_PROGRESS"
        for job in (waiting, running):
            assert (await cloud.post(f"/cancel/{job}"))[1]["status"] == "CANCELLED"
        cloud.server.faults.add("queue", "delay", seconds=0.1)
        assert (await cloud.until(await cloud.run()))["delayTime"] >= 100


async def test_a_cold_start_that_is_long() -> None:
    async with cloud_of(cold_start=0.01) as cloud:
        cloud.server.faults.add("worker", "delay", seconds=0.2)
        assert (await cloud.until(await cloud.run()))["delayTime"] >= 200


async def test_throttled_workers_make_an_endpoint_unwell() -> None:
    async with cloud_of(workers=2) as cloud:
        cloud.server.faults.add("worker", "throttle", times=0, endpoint="ep1")
        jobs = [await cloud.run() for _ in range(3)]
        await asyncio.sleep(0.05)
        health = await cloud.health()
        assert health["workers"]["throttled"] == 2
        assert health["workers"]["ready"] == 0
        assert health["jobs"]["inQueue"] == 3
        cloud.name = "ep2"
        assert (await cloud.until(await cloud.run()))["status"] == "COMPLETED", "another is well"
        cloud.name = "ep1"
        cloud.server.faults.clear()
        for job in jobs:
            assert (await cloud.until(job))["status"] == "COMPLETED"


async def test_a_worker_that_does_not_come_up_is_unhealthy() -> None:
    async with cloud_of(restart_pause=1, workers=1) as cloud:
        cloud.server.faults.add("worker", "fail")
        job = await cloud.run()
        await asyncio.sleep(0.02)
        assert (await cloud.health())["workers"]["unhealthy"] == 1
        assert (await cloud.until(job))["status"] == "COMPLETED"
        assert (await cloud.health())["workers"]["unhealthy"] == 0


async def test_a_worker_that_is_killed() -> None:
    async with cloud_of(lost_after=0.1) as cloud:
        cloud.server.faults.add("work", "kill", seconds=0.02)
        job = await cloud.run({"seconds": 0.05})
        first = await cloud.until(job, "IN_PROGRESS")
        ended = await cloud.until(job)
        assert (ended["status"], ended["retries"]) == ("COMPLETED", 1)
        assert ended["workerId"] != first["workerId"]
        cloud.server.faults.add("work", "kill", times=2)
        failed = await cloud.until(await cloud.run({"seconds": 0.05}))
        assert (failed["status"], failed["error"]) == ("FAILED", "job timed out after 1 retries")


@pytest.mark.parametrize("shape", SHAPES)
async def test_outputs_that_fit_nothing(shape: str) -> None:
    async with cloud_of() as cloud:
        cloud.server.faults.add("result", "junk", shape=shape)
        ended = await cloud.until(await cloud.run())
        assert (ended["status"], ended["output"]) == ("COMPLETED", SHAPES[shape])


async def test_results_that_fail_are_lost_too_large_expired_or_late() -> None:
    async with cloud_of(lost_after=0.1) as cloud:
        faults = cloud.server.faults
        faults.add("result", "fail", message="no memory")
        failed = await cloud.until(await cloud.run())
        assert (failed["status"], failed["error"]) == ("FAILED", "no memory")
        faults.add("result", "enlarge")
        large = await cloud.until(await cloud.run())
        assert (large["status"], "output" in large) == ("COMPLETED", False)
        faults.add("result", "expire")
        await cloud.gone(await cloud.run())
        faults.add("result", "delay", seconds=0.1)
        assert (await cloud.until(await cloud.run()))["executionTime"] >= 100
        faults.add("result", "lose")
        lost = await cloud.until(await cloud.run())
        assert (lost["status"], lost["retries"]) == ("COMPLETED", 1)


async def test_webhooks_lost_twice_late_and_junk() -> None:
    async with Ear().listening() as ear, cloud_of(retry_pause=0.01) as cloud:
        faults = cloud.server.faults
        faults.add("webhook", "lose")
        await cloud.until(await cloud.run(webhook=ear.url))
        await asyncio.sleep(0.05)
        assert not ear.heard
        faults.add("webhook", "repeat")
        job = await cloud.run(webhook=ear.url)
        assert [one["id"] for one in await ear.until(2)] == [job, job]
        faults.add("webhook", "delay", seconds=0.1)
        late = await cloud.run(webhook=ear.url)
        await cloud.until(late)
        assert len(ear.heard) == 2
        assert (await ear.until(3))[2]["id"] == late
        faults.add("webhook", "junk")
        await cloud.run(webhook=ear.url)
        assert isinstance((await ear.until(4))[3], bytes)


@pytest.mark.parametrize("claim", ["completed", "stranger"])
async def test_forged_webhooks_come_before_the_end(claim: str) -> None:
    async with Ear().listening() as ear, cloud_of(None) as cloud:
        cloud.server.faults.add("webhook", "forge", claim=claim)
        job = await cloud.run(webhook=ear.url)
        (told,) = await ear.until(1)
        assert told["status"] == "COMPLETED"
        assert (told["id"] == job) == (claim == "completed")
        assert (await cloud.status(job))["status"] == "IN_QUEUE"


async def test_faults_of_the_worker_protocol() -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        cloud.server.faults.add("take", "refuse", status=429)
        assert await cloud.take() == (429, b"")
        await cloud.take()
        cloud.server.faults.add("done", "refuse", status=500)
        assert await cloud.done(job, {"output": 1}) == 500
        assert (await cloud.status(job))["status"] == "IN_PROGRESS"
        cloud.server.faults.add("done", "drop", job=job)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await cloud.done(job, {"output": 1})
        assert (await cloud.status(job))["output"] == 1
        assert await cloud.done(job, {"output": 2}) == 200, "sent again"
        assert (await cloud.status(job))["output"] == 1


async def test_over_the_control_route() -> None:
    async with cloud_of(control=True) as cloud:
        url = f"{cloud.server.root}/_faults"
        fault = {"point": "status", "kind": "refuse", "status": 503, "job": 1}
        async with cloud.http.post(url, json=fault) as answer:
            assert (answer.status, (await answer.json())["nth"]) == (200, 1)
        job = await cloud.run()
        assert [(await cloud.get(f"/status/{job}"))[0] for _ in range(2)] == [503, 200]
        async with cloud.http.post(url, data=json.dumps({"probability": 0.5, "seed": 3})) as answer:
            assert answer.status == 200
        async with cloud.http.get(url) as answer:
            told = await answer.json()
        assert (told["planned"], told["chance"]) == ([], {"probability": 0.5, "seed": 3})
        assert told["struck"][0]["asker"] == [job, 1]
        async with cloud.http.delete(url) as answer:
            assert answer.status == 200
        for wrong in ("[]", "{", '{"point": "moon", "kind": "fail"}', '{"probability": 7}'):
            async with cloud.http.post(url, data=wrong) as answer:
                assert answer.status == 400, wrong
        async with cloud.http.get(f"{cloud.server.root}/_moon") as answer:
            assert answer.status == 404


async def test_nothing_goes_wrong_by_itself() -> None:
    async with cloud_of(paint) as cloud:
        for _ in range(20):
            assert (await cloud.until(await cloud.run()))["status"] == "COMPLETED"
        assert not cloud.server.faults.struck
