"""Asking for one run: how it stands, whether it waits for a worker; stopping it."""

import asyncio
from dataclasses import replace

import pytest
from tests.comfy.scripted import Reply, Script, says, scripted

from affiche.comfy.transport import MB
from affiche.domain.observations import (
    Cancelled,
    Failed,
    Lost,
    Observation,
    Queued,
    Running,
)
from affiche.engines.runpod import engine as engine_module
from affiche.engines.runpod.engine import RunpodEngine
from affiche.engines.runpod.results import Ends
from affiche.errors import (
    EndpointRefused,
    EngineBusy,
    EngineError,
    EngineUnreachable,
    OutputMissing,
)

from .facts import (
    ASLEEP,
    AWAKE,
    B64,
    BAD_GATEWAY,
    CANCEL,
    CANCELLED,
    HEALTH,
    JOB,
    KEY,
    LIMITS,
    NOTHING,
    QUEUED,
    RUNNING,
    STATUS,
    completed,
    engine_on,
    run,
)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [(QUEUED, Queued()), (RUNNING, Running()), (CANCELLED, Cancelled()), (NOTHING, Lost())],
)
async def test_a_look(
    engine: RunpodEngine, script: Script, reply: Reply, wanted: Observation
) -> None:
    script.on(STATUS, reply)
    assert await engine.look(JOB) == wanted
    assert script.asked[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (BAD_GATEWAY, EngineUnreachable),
        (Reply(500, b""), EngineUnreachable),
        (Reply(200, b"<html>", "text/html"), EngineUnreachable),
        (Reply(200, b""), EngineUnreachable),
        (says({"status": "SLEEPING"}), EngineUnreachable),
        (Reply(200, b'{"status"', cut=True), EngineUnreachable),
        (Reply(200, b"{}", pause=5), EngineUnreachable),
        (Reply(302, b""), EngineUnreachable),
        (Reply(429, b""), EngineBusy),
        (Reply(401, b""), EndpointRefused),
        (Reply(403, b""), EndpointRefused),
    ],
)
async def test_what_is_no_answer_leaves_the_run_as_it_is(
    engine: RunpodEngine, script: Script, reply: Reply, error: type[EngineError]
) -> None:
    script.on(STATUS, reply)
    with pytest.raises(EngineError) as caught:
        await engine.look(JOB)
    assert isinstance(caught.value, error)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("reply", "times"),
    [
        (says(completed({"image": B64})), 1),
        (says({"id": JOB, "status": "FAILED", "error": "no"}), 1),
        (CANCELLED, 1),
        (QUEUED, 3),
        (RUNNING, 3),
        (NOTHING, 3),
    ],
)
async def test_how_a_run_ended_is_asked_once(
    engine: RunpodEngine, script: Script, reply: Reply, times: int
) -> None:
    script.on(STATUS, reply)
    first, *others = [await engine.look(JOB) for _ in range(3)]
    assert all(type(other) is type(first) for other in others)
    assert script.paths().count(STATUS) == times


def test_ends_are_kept_for_a_while_and_not_all_of_them() -> None:
    ends = Ends(seconds=10, most=2)
    for number, run_id in enumerate(("a", "b", "c")):
        ends.keep(run_id, Cancelled(), float(number))
    assert [ends.get(run_id, 2.0) for run_id in ("a", "b", "c")] == [None, Cancelled(), Cancelled()]
    assert ends.get("c", 11.9) == Cancelled()
    assert ends.get("c", 12.0) is None


async def test_an_answer_without_an_end_is_an_end(script: Script) -> None:
    script.on(STATUS, says(completed({"image": B64 * 20_000})))
    engine = engine_on(script, replace(LIMITS, answer_bytes=MB))
    seen = await engine.look(JOB)
    await engine.close()
    assert isinstance(seen, Failed)
    assert isinstance(seen.error, OutputMissing)


# --- waiting for a worker -------------------------------------------------------------------------


async def test_a_run_that_waits_a_while_asks_whether_anyone_is_up(
    engine: RunpodEngine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.on(HEALTH, ASLEEP)
    await engine.submit(run())
    assert await engine.look(JOB) == Queued(waking=False)
    assert script.paths().count(HEALTH) == 0
    monkeypatch.setattr(engine_module, "WAKING_AFTER", 0.0)
    for _ in range(3):
        assert await engine.look(JOB) == Queued(waking=True)
    assert script.paths().count(HEALTH) == 1
    monkeypatch.setattr(engine_module, "WORKERS_KEPT", 0.0)
    engine._workers_until = 0.0
    script.on(HEALTH, AWAKE)
    assert await engine.look(JOB) == Queued(waking=False)


async def test_many_that_wait_ask_once(
    engine: RunpodEngine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "WAKING_AFTER", 0.0)
    script.on(HEALTH, replace(ASLEEP, pause=0.05))
    seen = await asyncio.gather(*(engine.look(JOB) for _ in range(30)))
    assert seen == [Queued(waking=True)] * 30
    assert script.paths().count(HEALTH) == 1


@pytest.mark.parametrize("reply", [BAD_GATEWAY, Reply(429, b""), Reply(200, b"junk")])
async def test_where_nobody_can_tell_nothing_is_told(
    engine: RunpodEngine, script: Script, monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    monkeypatch.setattr(engine_module, "WAKING_AFTER", 0.0)
    script.on(HEALTH, reply)
    assert await engine.look(JOB) == Queued()
    assert await engine.look(JOB) == Queued()
    assert script.paths().count(HEALTH) == 1


async def test_what_is_remembered_of_waiting_runs_is_bounded(
    engine: RunpodEngine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_WAITING_KEPT", 3)
    for number in range(10):
        script.on(f"GET /v2/ep1/status/{number}", QUEUED)
        await engine.look(str(number))
    assert len(engine._waiting) == 3
    script.on("GET /v2/ep1/status/9", RUNNING)
    await engine.look("9")
    assert len(engine._waiting) == 2


# --- cancelling -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (CANCELLED, True),
        (says({"id": JOB, "status": "COMPLETED"}), False),
        (says({"id": JOB, "status": "FAILED"}), False),
        (NOTHING, False),
        (Reply(400, b""), False),
    ],
)
async def test_cancel(engine: RunpodEngine, script: Script, reply: Reply, wanted: bool) -> None:
    script.on(CANCEL, reply)
    for _ in range(2):
        assert await engine.cancel(JOB) is wanted


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (BAD_GATEWAY, EngineUnreachable),
        (Reply(200, b"<html>"), EngineUnreachable),
        (says({}), EngineUnreachable),
        (Reply(429, b""), EngineBusy),
        (Reply(401, b""), EndpointRefused),
    ],
)
async def test_a_cancellation_that_may_not_have_come_about(
    engine: RunpodEngine, script: Script, reply: Reply, error: type[EngineError]
) -> None:
    script.on(CANCEL, reply)
    with pytest.raises(error):
        await engine.cancel(JOB)


# --- health ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (AWAKE, None),
        (ASLEEP, None),
        (Reply(401, b""), "RunPod does not accept the API key"),
        (NOTHING, "RunPod knows no such endpoint"),
        (Reply(429, b""), "it is asked too often"),
        (BAD_GATEWAY, "not as RunPod does"),
        (Reply(200, b"<html>"), "not as RunPod does"),
        (Reply(200, b"{}", pause=5), "it does not answer in time"),
        (Reply(200, b"{", cut=True), "the connection broke off"),
    ],
)
async def test_health(
    engine: RunpodEngine, script: Script, reply: Reply, reason: str | None
) -> None:
    script.on(HEALTH, reply)
    found = await engine.health()
    assert found.ok is (reason is None)
    assert (reason or "") in (found.reason or "")
    if reply is AWAKE:
        assert (found.workers, found.waking, found.queued) == (2, 0, 3)
    if reply is ASLEEP:
        assert (found.workers, found.waking, found.queued) == (0, 1, 2)


async def test_nobody_there() -> None:
    async with scripted() as server:
        url = server.url
    engine = engine_on(f"{url}/v2")
    assert (await engine.health()).reason == "nothing listens at its address"
    await engine.close()
