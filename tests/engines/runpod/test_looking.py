"""Asking for one run: how it stands, whether it waits for a worker, and its result."""

import asyncio
import base64
from dataclasses import replace
from typing import Any

import pytest
from tests.comfy.scripted import Reply, Script, says, scripted

from affiche.comfy.transport import MB, Limits
from affiche.domain.observations import (
    Cancelled,
    Failed,
    Lost,
    Observation,
    Output,
    Queued,
    Running,
    Succeeded,
)
from affiche.engines.runpod import engine as engine_module
from affiche.engines.runpod.engine import RunpodEngine
from affiche.engines.runpod.results import Results
from affiche.errors import (
    EndpointRefused,
    EngineBusy,
    EngineError,
    EngineUnreachable,
    OutputBroken,
    OutputMissing,
    PictureTooLarge,
    RunLost,
)
from affiche.fetch import Policy

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
    PNG,
    QUEUED,
    RUNNING,
    STATUS,
    completed,
    engine_on,
    png,
    run,
)

# Too long to be seen through at a look.
LONG = base64.b64encode(PNG + bytes(3000 - len(PNG) % 3)).decode()


async def whole(engine: RunpodEngine, output: Output) -> bytes:
    return b"".join([piece async for piece in engine.read(output)])


def outputs(seen: Observation) -> tuple[Output, ...]:
    assert isinstance(seen, Succeeded), seen
    return seen.outputs


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


# --- results --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        B64,
        f"data:image/png;base64,{B64}",
        B64.rstrip("="),
        "\n".join(B64[at : at + 76] for at in range(0, len(B64), 76)),
        B64.replace("+", "-").replace("/", "_"),
    ],
    ids=["plain", "data URI", "without padding", "in lines", "for URLs"],
)
async def test_a_result_is_read_without_asking_again(
    engine: RunpodEngine, script: Script, text: str
) -> None:
    script.on(STATUS, says(completed({"image": text})))
    (output,) = outputs(await engine.look(JOB))
    assert await whole(engine, output) == PNG
    assert script.paths() == [STATUS]


@pytest.mark.parametrize("size", [MB - 1, MB, MB + 1, 3 * MB, 3 * MB + 100])
async def test_a_large_result_is_decoded_in_pieces_that_join(
    engine: RunpodEngine, script: Script, size: int
) -> None:
    data = PNG + bytes(range(256)) * (size // 256)
    lines = base64.encodebytes(data).decode()
    for text in (base64.b64encode(data).decode(), lines):
        script.on(STATUS, says(completed({"image": text})))
        (output,) = outputs(await engine.look(JOB))
        assert await whole(engine, output) == data


async def test_a_result_is_read_again_by_who_did_not_look(
    engine: RunpodEngine, script: Script
) -> None:
    script.on(STATUS, says(completed({"images": [{"data": B64}]})))
    output = Output("", "images", {"run": JOB, "at": ["output", "images", 0, "data"]})
    assert await whole(engine, output) == PNG
    assert await whole(engine, output) == PNG
    assert script.paths() == [STATUS]


async def test_a_result_that_runpod_keeps_no_longer(engine: RunpodEngine, script: Script) -> None:
    script.on(STATUS, NOTHING)
    with pytest.raises(RunLost):
        await whole(engine, Output("", "images", {"run": JOB, "at": ["output"]}))


@pytest.mark.parametrize(
    "ref", [{}, {"run": JOB}, {"run": JOB, "at": ["output", "video"]}, {"filename": "a.png"}]
)
async def test_a_place_with_nothing_in_it(engine: RunpodEngine, script: Script, ref: Any) -> None:
    script.on(STATUS, says(completed({"image": B64})))
    with pytest.raises(OutputMissing):
        await whole(engine, Output("", "images", ref))


@pytest.mark.parametrize("text", [f"{LONG}!AAA", f"{LONG}éAAA", f"{LONG}A"])
async def test_base64_that_breaks_later_on(engine: RunpodEngine, script: Script, text: str) -> None:
    script.on(STATUS, says(completed({"image": text})))
    (output,) = outputs(await engine.look(JOB))
    with pytest.raises(OutputBroken):
        await whole(engine, output)


async def test_a_result_over_the_limit(script: Script) -> None:
    data = PNG + bytes(2000)
    script.on(STATUS, says(completed({"image": base64.b64encode(data).decode()})))
    for most, fits in ((len(data), True), (len(data) - 1, False), (100, False)):
        engine = engine_on(script, replace(LIMITS, file_bytes=most))
        (output,) = outputs(await engine.look(JOB))
        if fits:
            assert await whole(engine, output) == data
        else:
            with pytest.raises(PictureTooLarge):
                await whole(engine, output)
        await engine.close()


async def test_texts_are_outputs_too(engine: RunpodEngine, script: Script) -> None:
    own = {"images": [B64], "text": [{"node": "6", "text": "바다 \udc80"}]}
    script.on(STATUS, says(completed(own)))
    text = outputs(await engine.look(JOB))[1]
    assert (await whole(engine, text)).decode() == "바다 ?"


class TestByAddress:
    """Results in a bucket: only where one may go, and only so much."""

    @pytest.fixture
    def url(self, script: Script) -> str:
        script.on("GET /out/a.png", Reply(200, PNG, "image/png"))
        return f"{script.url}/out/a.png?sig=1"

    async def read(self, script: Script, url: str, *hosts: str, **limits: int) -> bytes:
        script.on(STATUS, says(completed({"images": [{"type": "s3_url", "data": url}]})))
        engine = engine_on(script, replace(LIMITS, **limits), Policy(frozenset(hosts)))
        try:
            (output,) = outputs(await engine.look(JOB))
            assert output.ref == {"url": url}
            return await whole(engine, output)
        finally:
            await engine.close()

    async def test_an_address_that_is_allowed(self, script: Script, url: str) -> None:
        assert await self.read(script, url, "127.0.0.1") == PNG
        assert "Authorization" not in script.asked[-1].headers

    @pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost", "10.0.0.7"])
    async def test_a_private_address(self, script: Script, host: str) -> None:
        with pytest.raises(OutputMissing):
            await self.read(script, f"http://{host}/latest/meta-data/")

    @pytest.mark.parametrize(
        ("reply", "error"),
        [
            (Reply(403, b""), OutputMissing),
            (NOTHING, OutputMissing),
            (Reply(200, b""), OutputMissing),
            (Reply(503, b""), EngineUnreachable),
            (Reply(200, PNG, cut=True), EngineUnreachable),
        ],
    )
    async def test_an_address_that_gives_nothing(
        self, script: Script, url: str, reply: Reply, error: type[EngineError]
    ) -> None:
        script.on("GET /out/a.png", reply)
        with pytest.raises(error):
            await self.read(script, url, "127.0.0.1")

    async def test_too_much_of_it(self, script: Script, url: str) -> None:
        with pytest.raises(PictureTooLarge):
            await self.read(script, url, "127.0.0.1", file_bytes=len(PNG) - 1)


def test_what_is_kept_of_results_is_bounded() -> None:
    results = Results(most=100)
    for number in range(10):
        results.keep(str(number), {("output",): "x" * 40})
    assert results.size == 80
    assert results.get("7", ("output",)) is None
    assert results.get("9", ("output",)) == "x" * 40
    results.keep("9", {("output",): "y" * 10})
    assert results.size == 50
    results.keep("large", {("output",): "x" * 101})
    results.keep("none", {})
    assert results.size == 50
    results.forget("9")
    results.forget("9")
    assert results.size == 40


async def test_two_pictures_of_one_run(engine: RunpodEngine, script: Script) -> None:
    other = png(shade=7)
    both = {"images": [B64, base64.b64encode(other).decode()]}
    script.on(STATUS, says(completed(both)))
    found = outputs(await engine.look(JOB))
    assert [await whole(engine, output) for output in found] == [PNG, other]
    assert Limits().answer_bytes > 20 * MB
