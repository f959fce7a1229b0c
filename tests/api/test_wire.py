"""Connections that dawdle, with the time-outs made short."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.servers import Client

JSON = "Content-Type: application/json"


@asynccontextmanager
async def wire(client: Client) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.server.port)
    try:
        yield reader, writer
    finally:
        writer.close()


def head(client: Client, method: str, path: str, *lines: str) -> bytes:
    key = f"Authorization: {client.headers['Authorization']}"
    said = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en", key, *lines]
    return "\r\n".join([*said, "", ""]).encode()


async def told(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    """One answer: status, headers, JSON."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    body = await reader.readexactly(int(headers["content-length"]))
    return int(first.split()[1]), headers, json.loads(body)


async def closed(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(10):
        try:
            return await reader.read() == b""
        except ConnectionResetError:
            return True


async def test_a_connection_that_says_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affiche.api.wire.HEAD_SECONDS", 0.1)
    async with wire(client) as (reader, _):
        assert await closed(reader)


async def test_a_head_that_does_not_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it stops, or goes on by one byte at a time."""
    monkeypatch.setattr("affiche.api.wire.HEAD_SECONDS", 0.3)
    for dripping in (False, True):
        async with wire(client) as (reader, writer):
            writer.write(b"GET /v1/me HTTP/1.1\r\nAccept-Language: en\r\nX-A: ")
            answer = asyncio.create_task(told(reader))
            while dripping and not answer.done():
                writer.write(b"a")
                await asyncio.sleep(0.02)
            async with asyncio.timeout(10):
                status, headers, problem = await answer
            assert (status, problem["code"]) == (408, "request_stalled")
            assert headers["connection"] == "close"
            assert await closed(reader)


async def test_empty_lines_are_no_sign_of_life(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire(client) as (reader, writer):
        writer.write(head(client, "GET", "/v1/me"))
        assert (await told(reader))[0] == 200
        monkeypatch.setattr("affiche.api.wire.HEAD_SECONDS", 0.1)
        writer.write(b"\r\n")
        assert await closed(reader)


async def test_a_body_by_drips(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Always a little in time, and far too little on the whole."""
    monkeypatch.setattr("affiche.api.bodies.SILENCE_SECONDS", 0.5)
    async with wire(client) as (reader, writer):
        writer.write(head(client, "POST", "/v1/works", JSON, "Transfer-Encoding: chunked"))
        answer = asyncio.create_task(told(reader))
        async with asyncio.timeout(20):
            while not answer.done():
                writer.write(b"1\r\n \r\n")
                await asyncio.sleep(0.02)
        status, _, problem = await answer
    assert (status, problem["code"]) == (408, "request_stalled")


async def test_a_body_that_goes_on_after_its_refusal(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal comes through; then it is listened to for a while, and no longer."""
    monkeypatch.setattr("affiche.api.wire.LINGER_SECONDS", 0.3)
    async with wire(client) as (reader, writer):
        writer.write(head(client, "POST", "/v1/works", JSON, f"Content-Length: {2**40}"))
        status, _, problem = await told(reader)
        assert (status, problem["code"]) == (413, "request_too_large")
        ended = asyncio.create_task(closed(reader))
        while not ended.done():
            writer.write(bytes(10_000))
            await asyncio.sleep(0.02)
        assert ended.result()


async def test_a_body_that_ends_after_its_refusal(client: Client) -> None:
    """Then the connection is as good as before."""
    async with wire(client) as (reader, writer):
        writer.write(
            head(client, "POST", "/v1/works", "Content-Type: text/plain", "Content-Length: 6")
        )
        status, _, problem = await told(reader)
        assert (status, problem["code"]) == (415, "media_type")
        writer.write(b"at end" + head(client, "GET", "/v1/me"))
        assert (await told(reader))[0] == 200


async def test_requests_one_behind_the_other_without_waiting(client: Client) -> None:
    async with wire(client) as (reader, writer):
        writer.write(head(client, "GET", "/v1/me") * 20)
        for _ in range(20):
            assert (await told(reader))[0] == 200
        writer.write(head(client, "GET", "/v1/me") + b"\0" * 10)
        status, headers, _ = await told(reader)
        assert (status, headers["connection"]) == (200, "close")
        assert await closed(reader)


async def test_too_much_at_once_is_said_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One holds all there is; who comes then waits a moment, and is asked to come again."""
    monkeypatch.setattr("affiche.api.budget.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("affiche.api.budget.MOST_HELD", 100_000)
    length = f"Content-Length: {2 * 2**20}"
    async with wire(client) as (_, first), wire(client) as (reader, second):
        first.write(head(client, "POST", "/v1/works", JSON, length) + bytes(2**20))
        await asyncio.sleep(0.3)
        second.write(head(client, "POST", "/v1/works", JSON, length) + bytes(2**20))
        status, headers, problem = await told(reader)
        assert (status, problem["code"]) == (503, "busy")
        assert headers["retry-after"] == "5"
        small = await client.post("/v1/works", json={"template": "no", "inputs": {}})
        assert small.status == 404
