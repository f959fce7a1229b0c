"""What becomes of jobs: the policy of a request, the queue, ends, and being forgotten."""

import asyncio
from typing import Any

import pytest

from .cloud import cloud_of, paint


async def test_results_are_kept_for_a_while() -> None:
    async with cloud_of(keep=1.0, keep_sync=0.5) as cloud:
        job = await cloud.run()
        _, synced = await cloud.post("/runsync", {"input": {"n": 1}})
        await cloud.until(job)
        assert (await cloud.get(f"/status/{synced['id']}"))[0] == 200
        await cloud.gone(synced["id"])
        await cloud.gone(job)
        assert await cloud.get(f"/status/{job}") == (404, b"")
        assert (await cloud.post(f"/retry/{job}"))[0] == 404
        assert (await cloud.post(f"/cancel/{job}"))[0] == 404
        assert (await cloud.get(f"/stream/{job}"))[0] == 404


@pytest.mark.parametrize("given", [{"n": 1}, {"seconds": 30}], ids=["waiting", "running"])
async def test_ttl_deletes_whatever_the_job_does(given: dict[str, Any]) -> None:
    async with cloud_of(paint if "seconds" in given else None) as cloud:
        job = await cloud.run(given, policy={"ttl": 500})
        await cloud.until(job, "IN_PROGRESS" if "seconds" in given else "IN_QUEUE")
        await cloud.gone(job)
        health = await cloud.health()
        assert (health["jobs"]["inQueue"], health["jobs"]["inProgress"]) == (0, 0)


async def test_execution_timeout_of_the_endpoint_and_of_the_policy() -> None:
    async with cloud_of(execution=0.05) as cloud:
        job = await cloud.run({"seconds": 30})
        ended = await cloud.until(job)
        assert (ended["status"], "output" in ended) == ("TIMED_OUT", False)
        patient = await cloud.run({"seconds": 0.15}, policy={"executionTimeout": 10_000})
        assert (await cloud.until(patient))["status"] == "COMPLETED"
        assert (await cloud.health())["jobs"]["failed"] == 1


async def test_the_time_in_the_queue_is_no_execution() -> None:
    async with cloud_of(cold_start=0.2, execution=0.1) as cloud:
        ended = await cloud.until(await cloud.run())
        assert ended["status"] == "COMPLETED"
        assert ended["delayTime"] >= 200


async def test_cancel_while_waiting_and_while_running() -> None:
    async with cloud_of(workers=1) as cloud:
        running, waiting = await cloud.run({"seconds": 30}), await cloud.run()
        await cloud.until(running, "IN_PROGRESS")
        for job in (waiting, running):
            assert (await cloud.post(f"/cancel/{job}"))[1]["status"] == "CANCELLED"
            assert (await cloud.status(job))["status"] == "CANCELLED"
        assert (await cloud.until(await cloud.run()))["status"] == "COMPLETED"
        done = await cloud.run()
        await cloud.until(done)
        assert (await cloud.post(f"/cancel/{done}"))[1]["status"] == "COMPLETED", "it is over"


async def test_purge_takes_out_what_waits_and_nothing_else() -> None:
    async with cloud_of(workers=1) as cloud:
        running = await cloud.run({"seconds": 30})
        await cloud.until(running, "IN_PROGRESS")
        waiting = [await cloud.run() for _ in range(2)]
        assert await cloud.post("/purge-queue") == (200, {"removed": 2, "status": "completed"})
        assert [(await cloud.get(f"/status/{job}"))[0] for job in waiting] == [404, 404]
        assert (await cloud.status(running))["status"] == "IN_PROGRESS"


async def test_retry_only_of_what_failed() -> None:
    failing = True

    async def moody(given: dict[str, Any], progress: Any) -> Any:
        if failing:
            raise RuntimeError("no memory")
        return {"n": 2}

    async with cloud_of(moody) as cloud:
        job = await cloud.run()
        failed = await cloud.until(job)
        assert failed["status"] == "FAILED"
        assert "no memory" in failed["error"]
        failing = False
        assert await cloud.post(f"/retry/{job}") == (200, {"id": job, "status": "IN_QUEUE"})
        ended = await cloud.until(job, "COMPLETED")
        assert (ended["output"], "error" in ended) == ({"n": 2}, False)
        assert (await cloud.post(f"/retry/{job}"))[0] == 400


async def test_low_priority_waits_behind_and_wakes_nobody() -> None:
    async with cloud_of(None) as cloud:
        low = await cloud.run({"n": "low"}, policy={"lowPriority": True})
        usual = await cloud.run({"n": "usual"})
        assert [(await cloud.take())[1]["id"] for _ in range(2)] == [usual, low]
    async with cloud_of(workers=1) as cloud:
        low = await cloud.run({"n": 1}, policy={"lowPriority": True})
        await asyncio.sleep(0.05)
        assert (await cloud.health())["workers"]["initializing"] == 0
        assert (await cloud.status(low))["status"] == "IN_QUEUE"
        await cloud.until(await cloud.run())
        assert (await cloud.until(low))["status"] == "COMPLETED"


async def test_an_error_with_a_code_and_one_from_the_handler() -> None:
    async with cloud_of() as cloud:
        told = {"error": "no memory", "code": "X"}
        ended = await cloud.until(await cloud.run({"output": told}))
        assert (ended["status"], ended["error"], ended["output"]) == (
            "FAILED", "no memory", {"code": "X"},
        )  # fmt: skip
        ended = await cloud.until(await cloud.run({"output": {"error": "only"}}))
        assert (ended["error"], "output" in ended) == ("only", False)


async def test_a_result_over_the_cap_is_lost_after_it_was_paid_for() -> None:
    async with cloud_of(None, run_cap=2000, sync_cap=4000) as cloud:
        job = await cloud.run()
        await cloud.take()
        assert await cloud.done(job, {"output": "x" * 3000}) == 400
        ended = await cloud.status(job)
        assert (ended["status"], "output" in ended) == ("COMPLETED", False)
        waiting = asyncio.create_task(cloud.post("/runsync", {"input": {"n": 1}}))
        _, synced = await cloud.take()
        assert await cloud.done(synced["id"], {"output": "x" * 3000}) == 200
        assert len((await waiting)[1]["output"]) == 3000, "/runsync takes twice as much"


async def test_an_error_that_is_no_string_is_not_taken() -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        await cloud.take()
        assert await cloud.done(job, {"error": {"a": 1}}) == 400


async def test_streams_give_each_chunk_once() -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        await cloud.take()
        for n in range(2):
            await cloud.work(f"/job-stream/w1/{job}?gpu=SIM", "POST", f'{{"output": {{"n": {n}}}}}')
        told = (await cloud.get(f"/stream/{job}"))[1]
        assert told["stream"] == [{"output": {"n": 0}}, {"output": {"n": 1}}]
        assert (await cloud.get(f"/stream/{job}"))[1] == {"status": "IN_PROGRESS", "stream": []}


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"input": None}, {"input": "text"}, {"input": {"n": 1}, "webhook": 7},
     {"input": {"n": 1}, "policy": {"ttl": "soon"}}, {"input": {"n": 1}, "s3Config": []}],
)  # fmt: skip
async def test_requests_that_are_none(body: Any) -> None:
    async with cloud_of() as cloud:
        assert await cloud.post("/run", body) == (400, b"")


async def test_a_clock_that_runs_faster() -> None:
    async with cloud_of(clock=1000, cold_start=50) as cloud:
        ended = await cloud.until(await cloud.run({"seconds": 0.05}))
        assert ended["delayTime"] >= 50_000
        assert ended["executionTime"] >= 50_000


async def test_what_comes_after_the_end_changes_nothing() -> None:
    """Progress was seen to arrive after the result, and results after a cancellation."""
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        await cloud.take()
        await cloud.done(job, {"output": "first"})
        for late in ({"status": "IN_PROGRESS", "output": 0.9}, {"output": "second"}):
            assert await cloud.done(job, late) == 200
        assert (await cloud.status(job))["output"] == "first"
        cancelled = await cloud.run()
        await cloud.take()
        await cloud.post(f"/cancel/{cancelled}")
        assert await cloud.done(cancelled, {"output": "late"}) == 200
        assert (await cloud.status(cancelled))["status"] == "CANCELLED"


async def test_many_jobs_on_few_workers() -> None:
    async with cloud_of(workers=3, concurrency=4, limits={}) as cloud:
        jobs = [await cloud.run({"output": n}) for n in range(1, 101)]
        ended = [await cloud.until(job) for job in jobs]
        assert [one["output"] for one in ended] == list(range(1, 101))
        assert len({one["workerId"] for one in ended}) <= 3
