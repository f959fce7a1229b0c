"""The results of runs: out of an answer, kept or asked for again, or from an address."""

import asyncio
import base64
import time
from dataclasses import replace
from typing import Any

import pytest
from tests.comfy.scripted import Reply, Script, says

from affiche.comfy.transport import MB, Limits
from affiche.domain.observations import (
    Observation,
    Output,
    Succeeded,
)
from affiche.engines.runpod import engine as engine_module
from affiche.engines.runpod.answers import read
from affiche.engines.runpod.engine import RunpodEngine
from affiche.engines.runpod.results import Results
from affiche.errors import (
    EngineError,
    EngineUnreachable,
    OutputBroken,
    OutputMissing,
    PictureTooLarge,
    RunLost,
)
from affiche.fetch import Policy

from .facts import (
    B64,
    JOB,
    LIMITS,
    NOTHING,
    PNG,
    STATUS,
    completed,
    engine_on,
    png,
)

# Too long to be seen through at a look.
LONG = base64.b64encode(PNG + bytes(3000 - len(PNG) % 3)).decode()


async def whole(engine: RunpodEngine, output: Output) -> bytes:
    return b"".join([piece async for piece in engine.read(output)])


def outputs(seen: Observation) -> tuple[Output, ...]:
    assert isinstance(seen, Succeeded), seen
    return seen.outputs


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


async def test_of_large_results_a_few_are_held_at_once(
    engine: RunpodEngine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.on(STATUS, says(completed({"image": base64.b64encode(PNG + bytes(2 * MB)).decode()})))
    held: list[int] = []
    now = 0

    def counting(run_id: str, body: bytes) -> Any:
        nonlocal now
        now += 1
        held.append(now)
        found = read(run_id, body)
        time.sleep(0.02)
        now -= 1
        return found

    monkeypatch.setattr(engine_module, "read", counting)
    seen = await asyncio.gather(*(engine.look(JOB) for _ in range(20)))
    assert len(held) == 20
    assert max(held) <= 4
    assert all(isinstance(each, Succeeded) for each in seen)
