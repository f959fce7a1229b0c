"""Glances: one reading of the queue serves many, and what it cannot say is looked at."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.comfy.ears import listening
from tests.comfy.facts import DONE, EMPTY, HISTORY, NOT_FOUND, NOTHING, A, B, C, queued
from tests.comfy.graphs import copied, klein
from tests.comfy.scripted import Reply, Script, says, scripted

from affiche.comfy.transport import MB, Limits
from affiche.domain.observations import Lost, Queued, Running, Succeeded
from affiche.engines.comfyui import snapshots
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.engines.engine import Run
from affiche.errors import EngineUnreachable

MANY = 2_000


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with scripted() as server:
        yield server.on("GET /queue", EMPTY).on(HISTORY, NOTHING)


@pytest.fixture
async def engine(script: Script) -> AsyncIterator[ComfyEngine]:
    engine = ComfyEngine(script.url, Limits(ask=5, queue_bytes=8 * MB))
    yield engine
    await engine.close()


def long_queue(*running: str, pending: int = MANY) -> Reply:
    """Over the loop's patience, below the limit; the ids are those of `waiting`."""
    rows = [[number, uuid_of(number), klein(), {}, ["9"]] for number in range(pending)]
    return says(
        {
            "queue_running": [[-1, prompt_id, copied(), {}, ["9"]] for prompt_id in running],
            "queue_pending": rows[::-1],
        }
    )


def uuid_of(number: int) -> str:
    return str(uuid.UUID(int=number))


def asked(script: Script, path: str) -> int:
    return script.paths().count(path)


async def test_many_are_glanced_at_by_one_question(engine: ComfyEngine, script: Script) -> None:
    script.on("GET /queue", long_queue(A))
    glances = await asyncio.gather(
        *(engine.glance([A, B, *(uuid_of(n + k) for n in range(50))]) for k in range(20))
    )
    assert asked(script, "GET /queue") == 1
    for k, seen in enumerate(glances):
        assert B not in seen
        assert seen[A] == Running(0.0)
        assert [seen[uuid_of(n + k)] for n in range(50)] == [Queued(1 + n + k) for n in range(50)]


async def test_a_run_that_was_heard_to_end_is_left_out(engine: ComfyEngine, script: Script) -> None:
    script.on("POST /prompt", says({"prompt_id": A, "number": 1, "node_errors": {}}))
    async with listening(engine) as ears:
        await script.socket(1)
        await engine.submit(Run(A, copied(), fresh=True))
        script.on("GET /queue", queued(B, running=A))
        assert set(await engine.glance([A, B])) == {A, B}
        await script.say("execution_success", {"prompt_id": A})
        await ears.until_ended(A)
        assert set(await engine.glance([A, B])) == {B}


async def test_a_run_that_was_taken_after_the_reading_waits(
    engine: ComfyEngine, script: Script
) -> None:
    script.on("GET /queue", long_queue()).on(
        "POST /prompt", says({"prompt_id": A, "number": 1, "node_errors": {}})
    )
    async with listening(engine) as ears:
        await script.socket(1)
        assert await engine.glance([A]) == {}
        await engine.submit(Run(A, copied(), fresh=True))
        assert await engine.glance([A]) == {A: Queued()}
        await script.say("execution_start", {"prompt_id": A})
        await ears.until_running(A)
        assert await engine.glance([A]) == {A: Running(0.0)}
        assert asked(script, "GET /queue") == 1


async def test_the_end_of_a_dead_processs_run_is_noticed(
    engine: ComfyEngine, script: Script
) -> None:
    script.on("GET /queue", queued(A, B, running=C))
    async with listening(engine) as ears:
        await script.socket(1)
        assert set(await engine.glance([A, B, C])) == {A, B, C}
        script.on("GET /queue", queued(B, running=A)).on(HISTORY.replace(A, C), DONE)
        await script.say("status", {})
        await ears.until_ended(C)
        assert not ears.ends(A)
        assert not ears.ends(B)


async def test_in_a_long_queue_the_first_in_line_are_asked_for(
    engine: ComfyEngine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long is what takes long to read, which is not the same on every machine.
    monkeypatch.setattr(snapshots, "_FELT", 0.0)
    ids = [uuid_of(number) for number in range(MANY)]
    script.on("GET /queue", long_queue())
    async with listening(engine) as ears:
        await script.socket(1)
        assert len(await engine.glance(ids)) == MANY
        for done in ids[:2]:
            record = {done: {"outputs": {}, "status": {"status_str": "success"}}}
            script.on(f"GET /history/{done}", says(record))
        script.on(f"GET /history/{ids[2]}", NOTHING)
        await script.say("status", {})
        await ears.until_ended(ids[0])
        await ears.until_ended(ids[1])
        assert len(ears.heard) == 2
        assert set(await engine.glance(ids[:3])) == {ids[2]}
        assert asked(script, "GET /queue") == 1
        assert not asked(script, f"GET /history/{ids[3]}")


async def test_a_restart_makes_all_that_were_lost_be_looked_at(
    engine: ComfyEngine, script: Script
) -> None:
    ids = [uuid_of(number) for number in range(MANY)]
    async with listening(engine) as ears:
        first = await script.socket(1)
        script.on("GET /queue", long_queue())
        assert len(await engine.glance(ids)) == MANY
        script.on("GET /queue", EMPTY)
        await first.close()
        await script.socket(2)
        for run_id in (ids[0], ids[-1]):
            await ears.until_ended(run_id)
        assert await engine.glance(ids) == {}


async def test_too_long_a_queue_says_nothing_and_is_not_asked_again(
    engine: ComfyEngine, script: Script
) -> None:
    script.on("GET /queue", long_queue(pending=3 * MANY))
    script.on(f"GET /api/jobs/{A}", says({"id": A, "status": "pending"}))
    for _ in range(5):
        assert await engine.glance([A]) == {}
        assert await engine.look(A) == Queued()
    assert asked(script, "GET /queue") == 1
    script.on(f"GET /api/jobs/{A}", says({"id": A, "status": "in_progress"}))
    assert await engine.look(A) == Running(0.0)
    script.on(f"GET /api/jobs/{A}", says({"error": "Job not found"}, 404))
    assert await engine.look(A) == Lost()
    script.on(HISTORY, NOTHING, DONE)
    script.on(f"GET /api/jobs/{A}", says({"id": A, "status": "completed"}))
    assert isinstance(await engine.look(A), Succeeded)
    assert asked(script, "GET /queue") == 1


async def test_too_long_a_queue_of_an_old_server_is_no_loss(
    engine: ComfyEngine, script: Script
) -> None:
    script.on("GET /queue", long_queue(pending=3 * MANY)).on(f"GET /api/jobs/{A}", NOT_FOUND)
    for _ in range(2):
        with pytest.raises(EngineUnreachable) as caught:
            await engine.look(A)
        assert caught.value.retryable


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b"500 Internal Server Error", "text/plain"),
        Reply(200, b"<html>"),
        Reply(200, json.dumps({"queue_running": []}).encode()[:-1]),
        Reply(200, b'{"queue_running": [', cut=True),
        Reply(502, b""),
    ],
    ids=["500", "html", "cut off", "cut off in transfer", "502"],
)
async def test_no_queue_is_no_glance(engine: ComfyEngine, script: Script, reply: Any) -> None:
    script.on("GET /queue", reply)
    with pytest.raises(EngineUnreachable):
        await engine.glance([A])
