"""The one websocket, against a server that says what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from affiche.comfy.messages import Connected, Message, QueueMoved, Started
from affiche.comfy.socket import Socket
from affiche.comfy.transport import Limits, Transport

from .facts import LIMITS
from .scripted import Script


@pytest.fixture
async def transport(script: Script) -> AsyncIterator[Transport]:
    transport = Transport(script.url, LIMITS)
    yield transport
    await transport.close()


async def take(messages: Any, count: int) -> list[Message]:
    async with asyncio.timeout(10):
        return [await anext(messages) for _ in range(count)]


async def test_frames_become_messages_and_junk_is_passed_over(
    script: Script, transport: Transport
) -> None:
    socket = Socket(transport)
    client_id = socket.client_id
    async with aclosing(socket.messages()) as messages:
        assert await take(messages, 1) == [Connected(client_id)]
        heard = await script.socket(1)
        assert script.sockets[0][0] == client_id
        await heard.send_str("not json")
        await heard.send_bytes(b"\0\0\0\7nothing")
        await heard.send_bytes(b"")
        await heard.send_str('{"type": "from.a.custom.node", "data": [1]}')
        await script.say("execution_start", {"prompt_id": "p"})
        assert await take(messages, 1) == [Started("p")]
        assert heard._writer is not None
        await heard._writer.send_frame(b"\xff\xfe", 1)  # text that is no UTF-8
        await script.say("status", {})
        assert await take(messages, 1) == [QueueMoved(None)]
        assert len(script.sockets) == 1


async def test_every_connection_has_an_id_of_its_own(script: Script, transport: Transport) -> None:
    socket = Socket(transport)
    async with aclosing(socket.messages()) as messages:
        (first,) = await take(messages, 1)
        await (await script.socket(1)).close()
        (second,) = await take(messages, 1)
        assert isinstance(first, Connected)
        assert isinstance(second, Connected)
        assert first.client_id != second.client_id == socket.client_id
        assert [client_id for client_id, _ in script.sockets] == [
            first.client_id,
            second.client_id,
        ]


async def test_a_server_that_is_away_is_tried_until_it_is_back(
    script: Script, transport: Transport
) -> None:
    script.refuse_sockets = True
    async with aclosing(Socket(transport).messages()) as messages:
        waiting = asyncio.create_task(take(messages, 1))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        script.refuse_sockets = False
        (connected,) = await waiting
        assert isinstance(connected, Connected)


async def test_a_message_over_the_limit_ends_the_connection_alone(script: Script) -> None:
    transport = Transport(script.url, Limits(answer_bytes=1000))
    async with aclosing(Socket(transport).messages()) as messages:
        await take(messages, 1)
        await (await script.socket(1)).send_str("x" * 2000)
        (again,) = await take(messages, 1)
        assert isinstance(again, Connected)
        assert len(script.sockets) == 2
    await transport.close()
