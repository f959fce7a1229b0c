"""A server that dies: nobody is answered any more, and it does not complain about its own death."""

import asyncio
import logging

import aiohttp
import pytest

from .desk import Desk
from .graphs import sampled


async def test_nobody_is_answered_by_what_is_being_stopped(desk: Desk) -> None:
    """Connections that are just being made, waiting for an answer, or open, all break."""
    desk.server.faults.add("history", "hang", times=0)
    waiting = [asyncio.create_task(desk.get("/history")) for _ in range(3)]
    while len(desk.server.faults.struck) < 3:
        await asyncio.sleep(0.005)
    made = [asyncio.create_task(_asked(desk.server.host, desk.server.port)) for _ in range(30)]
    await asyncio.sleep(0)
    await desk.server.stop()
    assert {type(e) for e in await asyncio.gather(*waiting, return_exceptions=True)} <= {
        aiohttp.ServerDisconnectedError,
        aiohttp.ClientOSError,
        aiohttp.ClientConnectorError,
    }
    assert set(await asyncio.gather(*made)) == {b""}


async def _asked(host: str, port: int) -> bytes:
    """What comes of a question on a connection of its own."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return b""
    try:
        writer.write(b"GET /system_stats HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_it_dies_in_silence(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.server.faults.add("system_stats", "hang")
    desk.server.faults.add("node", "hang", node="3")
    with caplog.at_level(logging.INFO):
        async with desk.listening("me") as ear, desk.listening("other"):
            waiting = asyncio.create_task(desk.get("/system_stats"))
            await desk.prompt(sampled(), client_id="me")
            await ear.until("executing", node="3")
            await desk.server.restart()
            assert await ear.next() is None
            with pytest.raises(aiohttp.ClientError):
                await waiting
        assert (await desk.run(sampled()))["status"]["completed"]
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_a_client_that_dies_is_no_news(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            async with desk.http.ws_connect("/ws?clientId=me") as socket:
                assert socket._response.connection is not None
                transport = socket._response.connection.transport
                assert transport is not None
                transport.abort()
        await desk.run(sampled(), client_id="me")
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
