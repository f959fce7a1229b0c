"""POST /run: taken, surely not taken, or nobody knows."""

import asyncio
from typing import Any

import pytest
from tests.comfy.scripted import Reply, Script, says, scripted

from affiche.engines.access import Question
from affiche.engines.runpod.client import AT_ONCE, MOST_SENT
from affiche.engines.runpod.engine import RunpodEngine
from affiche.errors import (
    EndpointRefused,
    EngineBusy,
    EngineError,
    EngineRefused,
    EngineUnreachable,
    PayloadTooLarge,
    SubmissionUnknown,
)

from . import wire
from .facts import BAD_GATEWAY, JOB, KEY, NOTHING, RUN, TAKEN, engine_on, picture, run


async def test_it_is_named_by_runpod_and_sent_with_the_key(
    engine: RunpodEngine, script: Script
) -> None:
    assert await engine.submit(run(webhook="https://studio.example.com/h/1")) == JOB
    (asked,) = script.asked
    assert (asked.method, asked.path) == ("POST", "/v2/ep1/run")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Content-Type"] == "application/json"
    assert "Transfer-Encoding" not in asked.headers
    assert set(asked.body) == {"input", "policy", "webhook"}


UNREADABLE = [
    Reply(200, b""), Reply(200, b"<html>", "text/html"), says({"status": "IN_QUEUE"}),
    says({"id": 7}), says({"id": "../../admin"}), says({"id": ""}), says([]), says(None),
    Reply(200, b'{"id": "c80f', cut=True), Reply(200, b"[" * 100_000),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        *((reply, SubmissionUnknown) for reply in UNREADABLE),
        (BAD_GATEWAY, SubmissionUnknown),
        (Reply(500, b""), SubmissionUnknown),
        (Reply(503, b"<html>", "text/html"), SubmissionUnknown),
        (Reply(504, b""), SubmissionUnknown),
        (Reply(524, b""), SubmissionUnknown),
        (Reply(408, b""), SubmissionUnknown),
        (Reply(200, b"{}", pause=5), SubmissionUnknown),
        (Reply(429, b"<html>", "text/html"), EngineBusy),
        (Reply(401, b""), EndpointRefused),
        (Reply(402, b""), EndpointRefused),
        (Reply(403, b""), EndpointRefused),
        (NOTHING, EndpointRefused),
        (Reply(400, b'{"error": "no input in /srv/app"}'), EngineRefused),
        (Reply(422, b""), EngineRefused),
        (Reply(413, b""), PayloadTooLarge),
        (Reply(301, b""), EngineUnreachable),
    ],
)
async def test_an_answer(script: Script, reply: Reply, error: type[EngineError]) -> None:
    script.on(RUN, reply)
    engine = engine_on(script)
    with pytest.raises(EngineError) as caught:
        await engine.submit(run())
    await engine.close()
    assert type(caught.value) is error
    for language in ("ko", "en"):
        assert "/srv" not in caught.value.message(language)
        assert "<html>" not in caught.value.message(language)
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("talk", "size", "unknown"),
    [
        # Of a body in many pieces, the last was never sent.
        (wire.hang_up, 8_000_000, False),
        (wire.read_a_little, 8_000_000, False),
        (wire.answer_early, 8_000_000, False),
        (wire.read_all, 1000, True),
        (wire.read_all, 8_000_000 // 8, True),
        (wire.talk_nonsense, 1000, True),
    ],
)
async def test_a_connection_that_breaks_off(talk: wire.Talk, size: int, unknown: bool) -> None:
    async with wire.talking(talk) as url:
        engine = engine_on(url)
        with pytest.raises(EngineUnreachable) as caught:
            await engine.submit(run(pictures=[picture(bytes(size * 3 // 4))]))
        await engine.close()
    assert isinstance(caught.value, SubmissionUnknown) is unknown


async def test_nobody_there_is_surely_not_sent() -> None:
    async with scripted() as server:
        url = server.url
    for address in (url, "http://no-such-host.invalid"):
        engine = engine_on(f"{address}/v2")
        with pytest.raises(EngineUnreachable) as caught:
            await engine.submit(run())
        await engine.close()
        assert not isinstance(caught.value, SubmissionUnknown)


async def test_what_is_too_large_is_not_sent(engine: RunpodEngine, script: Script) -> None:
    most = MOST_SENT * 3 // 4
    with pytest.raises(PayloadTooLarge) as caught:
        await engine.submit(run(pictures=[picture(bytes(most))]))
    assert "of which the engine takes 9.9" in caught.value.message("en")
    assert script.asked == []
    # By address it is nothing.
    there = picture(bytes(most), url="https://studio.example.com/in/1.png")
    assert await engine.submit(run(pictures=[there])) == JOB


async def test_what_is_no_json_is_not_sent(engine: RunpodEngine, script: Script) -> None:
    graph = {"9": {"class_type": "A", "inputs": {"cfg": float("nan")}}}
    with pytest.raises(EngineRefused):
        await engine.submit(run(graph=graph, pictures=[]))
    assert script.asked == []


async def test_a_large_body_arrives_as_it_is(script: Script) -> None:
    engine = engine_on(script)
    data = bytes(range(256)) * 20_000
    await engine.submit(run(pictures=[picture(data)]))
    await engine.close()
    import base64

    (sent,) = script.bodies(RUN)
    assert base64.b64decode(sent["input"]["images"][0]["image"]) == data


class Counting:
    """A budget that writes down what is asked, and refuses from some question on."""

    def __init__(self, most: int = 100) -> None:
        self.asked: list[Question] = []
        self.most = most

    async def spend(self, question: Question) -> None:
        self.asked.append(question)
        if len(self.asked) > self.most:
            raise EngineBusy(detail="the budget is spent")


async def test_every_question_is_paid_for_before_it_is_asked(script: Script) -> None:
    budget = Counting(most=5)
    engine = engine_on(script, budget=budget)
    await engine.submit(run())
    await engine.look(JOB)
    await engine.cancel(JOB)
    await engine.health()
    await engine.warm()
    assert budget.asked == ["run", "status", "cancel", "status", "run"]
    asked = len(script.asked)
    calls: list[Any] = [engine.submit(run()), engine.look(JOB), engine.cancel(JOB), engine.warm()]
    for call in calls:
        with pytest.raises(EngineBusy):
            await call
    assert (await engine.health()).reason == "it is asked too often"
    assert len(script.asked) == asked
    await engine.close()


async def test_so_many_at_once_and_no_more(script: Script) -> None:
    script.on(RUN, Reply(200, TAKEN.body, pause=0.05))
    budget = Counting(1000)
    engine = engine_on(script, budget=budget)
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(budget.asked) - done)
            await asyncio.sleep(0.005)

    done = 0

    async def one() -> None:
        nonlocal done
        await engine.submit(run())
        done += 1

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(one() for _ in range(50)))
    watching.cancel()
    await engine.close()
    assert 1 < most <= AT_ONCE["run"]


async def test_a_ping_keeps_a_worker_awake(engine: RunpodEngine, script: Script) -> None:
    await engine.warm()
    assert script.bodies(RUN) == [
        {"input": {"ping": True}, "policy": {"executionTimeout": 60_000, "ttl": 300_000}}
    ]
