"""The key goes into one header, and comes out nowhere."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from tests.comfy.scripted import Reply, Script

from affiche.domain.observations import Output
from affiche.engines.access import Access
from affiche.engines.registry import make
from affiche.engines.runpod.engine import RunpodEngine
from affiche.errors import EngineError, SettingInvalid

from . import wire
from .facts import CANCEL, HEALTH, JOB, KEY, LIMITS, RUN, STATUS, endpoint, engine_on, run


def shown(error: BaseException) -> Iterator[str]:
    """Whatever a log, a report or an answer might take from an error and those behind it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
        yield from (repr(each), str(each), repr(each.args), repr(vars(each)))
        if isinstance(each, EngineError):
            yield from (each.message("ko"), each.message("en"), repr(each.params))
    yield "".join(traceback.format_exception(error))


async def every_call(engine: RunpodEngine) -> list[BaseException]:
    async def read() -> None:
        async for _ in engine.read(Output("", "images", {"run": JOB, "at": ["output"]})):
            pass

    raised: list[BaseException] = []
    calls: list[Any] = [engine.submit(run()), engine.look(JOB), engine.cancel(JOB), engine.warm()]
    for call in (*calls, read()):
        try:
            await call
        except EngineError as error:
            raised.append(error)
    return raised


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 413, 429, 500, 502])
async def test_a_server_that_sends_it_back(
    script: Script, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reply = Reply(status, f"<html>you sent Bearer {KEY}, {KEY}</html>".encode(), "text/html")
    for route in (RUN, STATUS, CANCEL, HEALTH):
        script.on(route, reply)
    engine = engine_on(script)
    raised = await every_call(engine)
    assert raised
    assert KEY not in repr(await engine.health())
    await engine.close()
    for error in raised:
        assert not [text for text in shown(error) if KEY in text]
    assert KEY not in caplog.text


@pytest.mark.parametrize("talk", [wire.echo, wire.hang_up, wire.read_all, wire.talk_nonsense])
async def test_a_connection_that_breaks_off(
    talk: wire.Talk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with wire.talking(talk) as url:
        engine = engine_on(url)
        raised = await every_call(engine)
        health = await engine.health()
        await engine.close()
    assert len(raised) == 5
    assert not health.ok
    assert KEY not in repr(health)
    for error in raised:
        assert not [text for text in shown(error) if KEY in text]
    assert KEY not in caplog.text


async def test_nobody_there(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    engine = engine_on("http://127.0.0.1:9/v2", LIMITS)
    for error in await every_call(engine):
        assert not [text for text in shown(error) if KEY in text]
    await engine.close()
    assert KEY not in caplog.text


def test_what_holds_it_does_not_show_it(script: Script) -> None:
    access = Access(endpoint(), KEY)
    engine = make("runpod", script.url, access=access)
    for each in (access, engine, vars(engine)):
        assert KEY not in repr(each)


@pytest.mark.parametrize("access", [None, Access(endpoint(remote_id=None), KEY)])
def test_an_engine_without_endpoint_or_key_is_not_made(access: Access | None) -> None:
    with pytest.raises(SettingInvalid) as caught:
        make("runpod", "https://api.runpod.ai/v2", access=access)
    assert not [text for text in shown(caught.value) if KEY in text]
