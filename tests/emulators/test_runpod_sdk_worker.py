"""The official SDK's worker loop, in processes that the emulator starts, ends and kills."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from .cloud import Cloud, cloud_of

HANDLER = Path(__file__).parent / "sdk" / "handler.py"
COMMAND = (sys.executable, str(HANDLER))


def family() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


@asynccontextmanager
async def pods(home: Path, **options: Any) -> AsyncIterator[Cloud]:
    """A cloud whose workers are the SDK's; afterwards none of their processes is left."""
    before = family()
    environment = {"HOME": str(home), "AT_ONCE": "1", "RUNPOD_LOG_LEVEL": "ERROR"}
    environment |= options.pop("environment", {})
    async with cloud_of(
        None, command=COMMAND, environment=environment, ping_interval=1, **options
    ) as cloud:
        yield cloud
    assert not {one for one in family() - before if one.is_running()}


async def test_results_progress_failure_and_a_cancellation(tmp_path: Path) -> None:
    async with pods(tmp_path, workers=1, lost_after=10) as cloud:
        job = await cloud.run({"n": 1}, s3Config={"bucketName": "b"})
        ended = await cloud.until(job)
        assert ended["output"] == {"echo": {"n": 1}, "s3": {"bucketName": "b"}}
        worker = ended["workerId"]

        failed = await cloud.until(await cloud.run({"raise": "no memory"}))
        assert failed["status"] == "FAILED"
        assert json.loads(failed["error"])["error_message"] == "no memory"
        assert json.loads(failed["error"])["worker_id"] == worker

        output = {"error": "no memory", "code": "X"}
        coded = await cloud.until(await cloud.run({"output": output}))
        assert (coded["error"], coded["output"]) == ("no memory", {"code": "X"})

        mark = tmp_path / "mark"
        given = {"seconds": 60, "mark": str(mark), "progress": [{"fraction": 0.5}]}
        running = await cloud.run(given)
        async with asyncio.timeout(20):
            while (told := await cloud.status(running)).get("output") != {"fraction": 0.5}:
                await asyncio.sleep(0.01)
        assert told["status"] == "IN_PROGRESS"
        await cloud.post(f"/cancel/{running}")
        async with asyncio.timeout(20):
            while not mark.exists():
                await asyncio.sleep(0.01)
        assert (await cloud.until(await cloud.run()))["workerId"] == worker, "it goes on"

        mark.unlink()
        timed = await cloud.run(
            {"seconds": 60, "mark": str(mark)}, policy={"executionTimeout": 200}
        )
        assert (await cloud.until(timed))["status"] == "TIMED_OUT"
        async with asyncio.timeout(20):
            while not mark.exists():
                await asyncio.sleep(0.01)
        counted = cloud.server.counted()["requests"]
        assert counted["stop"] >= 2, "told of both"
        assert counted["ping"] >= 1
        assert counted["done"] == 5, "four results, one progress, none of what was cancelled"


async def test_several_at_once(tmp_path: Path) -> None:
    async with pods(tmp_path, workers=1, environment={"AT_ONCE": "3"}) as cloud:
        jobs = [await cloud.run({"seconds": 0.3, "n": n}) for n in range(3)]
        ended = [await cloud.until(job) for job in jobs]
        assert {one["status"] for one in ended} == {"COMPLETED"}
        assert cloud.server.counted()["answers"]["take"]["200"] < 3, "in one batch"


async def test_a_generator_streams_and_a_worker_is_let_go_when_idle(tmp_path: Path) -> None:
    before = family()
    streaming = {"STREAMING": "1"}
    async with pods(tmp_path, workers=1, idle=0.2, environment=streaming) as cloud:
        job = await cloud.run({"chunks": ["a", "b"]})
        ended = await cloud.until(job)
        assert ended["output"] == ["a", "b"]
        told = (await cloud.get(f"/stream/{job}"))[1]
        assert told["stream"] == [{"output": "a"}, {"output": "b"}]
        async with asyncio.timeout(20):
            while (await cloud.health())["workers"]["idle"]:
                await asyncio.sleep(0.02)
            while {one for one in family() - before if one.is_running()}:
                await asyncio.sleep(0.02)


async def test_an_empty_input_never_reaches_the_handler(tmp_path: Path) -> None:
    async with pods(tmp_path, workers=1, lost_after=0.5) as cloud:
        _, accepted = await cloud.post("/run", {"input": {}})
        ended = await cloud.until(accepted["id"])
        assert ended["error"] == "job timed out after 1 retries"
        assert "done" not in cloud.server.counted()["requests"]


async def test_a_worker_that_crashes_once_and_one_that_is_killed(tmp_path: Path) -> None:
    async with pods(tmp_path, workers=1, lost_after=2.5, restart_pause=0.1) as cloud:
        ended = await cloud.until(await cloud.run({"die": str(tmp_path / "died")}))
        assert (ended["status"], ended["retries"]) == ("COMPLETED", 1)
        cloud.server.faults.add("work", "kill", seconds=0.1)
        job = await cloud.run({"seconds": 0.5})
        before = await cloud.until(job, "IN_PROGRESS")
        after = await cloud.until(job)
        assert (after["status"], after["retries"]) == ("COMPLETED", 1)
        assert before["workerId"] != after["workerId"]


UNFIT = """
import runpod

@runpod.serverless.register_fitness_check
def models():
    raise RuntimeError("no models")

runpod.serverless.start({"handler": lambda job: 1})
"""


async def test_a_worker_that_finds_itself_unfit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "unfit.py"
    program.write_text(UNFIT, encoding="utf-8")
    options = {"command": (sys.executable, str(program)), "environment": {"HOME": str(tmp_path)}}
    async with cloud_of(None, workers=1, restart_pause=30, **options) as cloud:
        job = await cloud.run()
        async with asyncio.timeout(20):
            while not (await cloud.health())["workers"]["unhealthy"]:
                await asyncio.sleep(0.02)
        assert (await cloud.status(job))["status"] == "IN_QUEUE"
    assert "models: RuntimeError: no models" in caplog.text


async def test_a_command_that_there_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    async with cloud_of(None, command=["/nowhere/worker"], workers=1, restart_pause=30) as cloud:
        await cloud.run()
        async with asyncio.timeout(20):
            while not (await cloud.health())["workers"]["unhealthy"]:
                await asyncio.sleep(0.02)
        assert "/nowhere/worker" in capfd.readouterr().err


async def test_workers_end_with_an_emulator_that_is_killed(tmp_path: Path) -> None:
    """Nothing of them is left: neither the worker nor the process it pings from."""
    program = tmp_path / "emulator.py"
    program.write_text(
        "import asyncio, sys\n"
        "from affiche.emulators.runpod import serving\n"
        "async def main():\n"
        "    kept = {'ep1': {'standby': 1}}\n"
        "    async with serving(command=sys.argv[1:], endpoints=kept) as server:\n"
        "        while 'ping' not in server.counted()['requests']:\n"
        "            await asyncio.sleep(0.05)\n"
        "        print('ready', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    emulator = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        *COMMAND,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(tmp_path), "AT_ONCE": "1", "RUNPOD_LOG_LEVEL": "ERROR"},
    )
    assert emulator.stdout is not None
    try:
        async with asyncio.timeout(40):
            assert await emulator.stdout.readline() == b"ready\n"
        made = psutil.Process(emulator.pid).children(recursive=True)
        assert len(made) >= 3, "guard, worker, and the one that pings"
    finally:
        emulator.kill()
        await emulator.wait()
    async with asyncio.timeout(20):
        while [one for one in made if one.is_running() and one.status() != "zombie"]:
            await asyncio.sleep(0.02)
