"""The emulator says what RunPod says, in the same words and types."""

import asyncio
import re
from typing import Any

import pytest

from affiche.emulators.runpod import LIMITS, Terms

from . import runpod_facts as facts
from .cloud import Cloud, Ear, cloud_of


def alike(said: Any, fact: Any) -> None:
    """The same keys and types all the way down; ids of the same form."""
    assert type(said) is type(fact), (said, fact)
    if isinstance(fact, dict):
        assert said.keys() == fact.keys()
        for key in fact:
            if key not in ("output", "input"):
                alike(said[key], fact[key])
    elif isinstance(fact, str) and fact.endswith("-u1"):
        assert re.fullmatch(r"(sync-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-u1", said)


@pytest.fixture
async def cloud(request: pytest.FixtureRequest) -> Any:
    async with cloud_of(**getattr(request, "param", {})) as made:
        yield made


async def test_run_and_status(cloud: Cloud) -> None:
    _, accepted = await cloud.post("/run", {"input": {"seconds": 0.1, "progress": {"f": 0.5}}})
    alike(accepted, facts.ANSWERS["run"])
    assert accepted["status"] == "IN_QUEUE"
    running = await cloud.until(accepted["id"], "IN_PROGRESS")
    alike(running, facts.ANSWERS["in_progress"])
    assert running["output"] == {"f": 0.5}
    ended = await cloud.until(accepted["id"])
    alike(ended, facts.ANSWERS["completed"])
    assert ended["executionTime"] >= 100, "milliseconds"
    assert ended["output"] == {"images": [{"data": "cGljdHVyZQ=="}]}


async def test_status_of_what_waits_has_no_times() -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        alike(await cloud.status(job), facts.ANSWERS["run"])


@pytest.mark.parametrize("cloud", [{"lost_after": 0.05}], indirect=True)
async def test_an_empty_input_times_out(cloud: Cloud) -> None:
    """A trap of RunPod's: accepted, tried twice, and never begun."""
    _, accepted = await cloud.post("/run", {"input": {}})
    ended = await cloud.until(accepted["id"])
    alike(ended, facts.ANSWERS["timed out after a retry"])
    assert (ended["error"], ended["retries"]) == ("job timed out after 1 retries", 1)
    assert (await cloud.health())["jobs"]["retried"] == 1


def test_an_empty_input_takes_about_forty_seconds() -> None:
    assert 2 * Terms().lost_after == 40


async def test_cancel_retry_purge_health_and_stream(cloud: Cloud) -> None:
    job = await cloud.run({"seconds": 30})
    await cloud.until(job, "IN_PROGRESS")
    alike((await cloud.get(f"/stream/{job}"))[1] | {"stream": [{"output": {}}]},
          facts.ANSWERS["stream"])  # fmt: skip
    alike((await cloud.post(f"/cancel/{job}"))[1], facts.ANSWERS["cancel"])
    failed = await cloud.run({"raise": "no"})
    await cloud.until(failed, "FAILED")
    alike((await cloud.post(f"/retry/{failed}"))[1], facts.ANSWERS["retry"])
    alike((await cloud.post("/purge-queue"))[1], facts.ANSWERS["purge"])
    alike(await cloud.health(), facts.ANSWERS["health"])


async def test_a_webhook_is_the_status_with_input_and_webhook(cloud: Cloud) -> None:
    async with Ear().listening() as ear:
        job = await cloud.run({"n": 3}, webhook=ear.url)
        (told,) = await ear.until(1)
        alike(told, facts.WEBHOOK)
        assert (told["id"], told["input"], told["webhook"]) == (job, {"n": 3}, ear.url)
        assert not [name for name in ear.heard[0][1] if "sign" in name.lower()], "unsigned"
        assert told["output"] == (await cloud.status(job))["output"]


@pytest.mark.parametrize(("said", "status", "output", "error"), facts.RESULTS)
async def test_results(said: dict[str, Any], status: str, output: Any, error: Any) -> None:
    async with cloud_of(None) as cloud:
        job = await cloud.run()
        assert await cloud.take() == (200, {"id": job, "input": {"n": 1}})
        assert await cloud.done(job, said) == 200
        ended = await cloud.status(job)
        assert (ended["status"], ended.get("output"), ended.get("error")) == (status, output, error)
        assert ("output" in ended) == ("output" in said)


async def test_runsync_ids_and_its_wait() -> None:
    async with cloud_of(clock=20) as cloud:
        _, ended = await cloud.post("/runsync", {"input": {"n": 1}})
        alike(ended, facts.ANSWERS["completed"])
        assert ended["id"].startswith("sync-")
        status, open_ = await cloud.post("/runsync?wait=1000", {"input": {"seconds": 0.3}})
        assert (status, open_["status"]) == (200, "IN_PROGRESS")
        assert (await cloud.until(open_["id"]))["status"] == "COMPLETED", "the job goes on"


async def test_a_wait_is_between_one_second_and_five_minutes() -> None:
    async with cloud_of(clock=20) as cloud:
        begun = asyncio.get_running_loop().time()
        await cloud.post("/runsync?wait=0", {"input": {"seconds": 0.2}})
        assert asyncio.get_running_loop().time() - begun >= 0.05, "a second of that clock"
        assert (await cloud.post("/runsync?wait=soon", {"input": {"n": 1}}))[0] == 400


def test_published_numbers() -> None:
    terms = Terms()
    assert {name: LIMITS[name] for name in facts.LIMITS} == facts.LIMITS
    assert (terms.run_cap, terms.sync_cap) == (facts.RUN_CAP, facts.SYNC_CAP)
    assert (terms.execution * 1000, terms.ttl * 1000) == (facts.EXECUTION_MS, facts.TTL_MS)
    assert (terms.keep, terms.keep_sync) == (facts.KEEP_S, facts.KEEP_SYNC_S)
    assert terms.webhook_retries + 1 == facts.WEBHOOK_TRIES
    assert terms.retry_pause == facts.WEBHOOK_PAUSE_S


async def test_the_variables_of_a_worker() -> None:
    async with cloud_of(None) as cloud:
        server = cloud.server
        assert server.worker_environment("ep1", "w1") == {
            name: value.format(url=server.url, key=server.key)
            for name, value in facts.VARIABLES.items()
        }
