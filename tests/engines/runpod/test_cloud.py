"""What goes wrong in the cloud, seen through the engine: each leads somewhere definite."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.engines.place import ENDS, until_end

from affiche.domain.observations import Cancelled, Failed, Lost, Queued, Running, Succeeded
from affiche.emulators.runpod import SHAPES, Server, serving
from affiche.engines.access import Access
from affiche.engines.engine import Run
from affiche.engines.runpod import engine as engine_module
from affiche.engines.runpod.engine import RunpodEngine
from affiche.errors import (
    EngineBusy,
    EngineUnreachable,
    OutOfMemory,
    OutputMissing,
    RunFailed,
    RunTimedOut,  # fmt: skip
)

from .facts import B64, PNG, endpoint, run

Progress = Callable[[Any], None]


async def paint(given: Any, progress: Progress) -> Any:
    progress({"fraction": 0.5, "node": "3", "label": "KSampler"})
    if (given.get("prompt")) == "for ever":
        await asyncio.Event().wait()
    return {"image": B64}


@asynccontextmanager
async def at(**options: Any) -> AsyncIterator[tuple[RunpodEngine, Server]]:
    async with serving(paint, workers=1, **options) as server:
        access = Access(endpoint(request_shape="parameters"), server.key)
        engine = RunpodEngine(server.url, access)
        yield engine, server
        await engine.close()


def asked(prompt: str = "a quiet coast", **changes: Any) -> Run:
    return run(pictures=[], parameters={"prompt": prompt}, **changes)


async def whole(engine: RunpodEngine, seen: Any) -> bytes:
    assert isinstance(seen, Succeeded), seen
    (output,) = seen.outputs
    return b"".join([piece async for piece in engine.read(output)])


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_result_that_fits_nothing(shape: str) -> None:
    async with at() as (engine, server):
        server.faults.add("result", "junk", shape=shape)
        seen = await until_end(engine, await engine.submit(asked()))
        if shape == "cut":
            # It begins as a picture: only who decodes it can know.
            assert (await whole(engine, seen)).startswith(PNG[:8])
            return
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, RunFailed if shape == "errors" else OutputMissing)


async def test_a_result_that_is_told_as_a_failure() -> None:
    async with at() as (engine, server):
        server.faults.add("result", "fail", message="CUDA out of memory")
        seen = await until_end(engine, await engine.submit(asked()))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, OutOfMemory)


async def test_a_result_that_is_gone_at_once() -> None:
    async with at() as (engine, server):
        server.faults.add("result", "expire")
        assert await until_end(engine, await engine.submit(asked())) == Lost()


async def test_a_result_that_was_over_the_cap() -> None:
    async with at() as (engine, server):
        server.faults.add("result", "enlarge")
        seen = await until_end(engine, await engine.submit(asked()))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, OutputMissing)


async def test_a_result_that_nobody_hears_of_ends_by_its_time() -> None:
    async with at(clock=100) as (engine, server):
        server.faults.add("result", "lose", times=0)
        seen = await until_end(engine, await engine.submit(asked(run_seconds=5)))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, RunTimedOut)


async def test_a_run_that_takes_too_long() -> None:
    async with at(clock=100) as (engine, _):
        seen = await until_end(engine, await engine.submit(asked("for ever", run_seconds=60)))
        assert isinstance(seen, Failed)
        assert isinstance(seen.error, RunTimedOut)


async def test_a_worker_that_dies_hands_its_run_to_another() -> None:
    async with at(clock=100) as (engine, server):
        server.faults.add("work", "kill")
        seen = await until_end(engine, await engine.submit(asked()))
        assert await whole(engine, seen) == PNG


async def test_progress_and_a_cancellation_while_it_runs() -> None:
    async with at() as (engine, _):
        name = await engine.submit(asked("for ever"))
        async with asyncio.timeout(10):
            while (seen := await engine.look(name)) != Running(0.5, "3", "KSampler"):
                assert not isinstance(seen, ENDS)
                await asyncio.sleep(0.01)
        assert await engine.cancel(name) is True
        assert await engine.look(name) == Cancelled()


async def test_an_endpoint_that_is_asleep_is_waking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "WAKING_AFTER", 0.0)
    async with at(cold_start=0.4) as (engine, _):
        assert (await engine.health()).workers == 0
        name = await engine.submit(asked())
        assert await engine.look(name) == Queued(waking=True)
        health = await engine.health()
        assert (health.ok, health.workers, health.waking) == (True, 0, 1)
        assert await whole(engine, await until_end(engine, name)) == PNG
        assert (await engine.health()).workers == 1


async def test_no_machine_is_free() -> None:
    async with at() as (engine, server):
        server.faults.add("worker", "throttle", times=0)
        name = await engine.submit(asked())
        async with asyncio.timeout(10):
            while (health := await engine.health()).ok:
                await asyncio.sleep(0.01)
        assert health.reason == "1 of its workers wait for a free GPU"
        assert await engine.cancel(name) is True


async def test_storms_pass() -> None:
    async with at() as (engine, server):
        name = await engine.submit(asked())
        server.faults.add("status", "refuse", status=429, times=5)
        server.faults.add("status", "refuse", status=502, html=True, times=5)
        server.faults.add("status", "junk", times=2)
        server.faults.add("status", "truncate", times=2)
        server.faults.add("status", "drop", times=2)
        refused = 0
        async with asyncio.timeout(20):
            while True:
                try:
                    if isinstance(seen := await engine.look(name), Succeeded):
                        break
                except (EngineBusy, EngineUnreachable):
                    refused += 1
        assert refused >= 14
        assert await whole(engine, seen) == PNG


async def test_a_ping_wakes_a_worker() -> None:
    async with at() as (engine, server):
        await engine.warm()
        async with asyncio.timeout(10):
            while not (await engine.health()).workers:
                await asyncio.sleep(0.01)
        assert server.counted()["requests"]["run"] == 1
