"""A server on loopback that answers with what a test wrote down, and nothing else.

It knows no ComfyUI: each test writes the literal JSON of one fact, so that the client is held to
the facts and not to another program of ours.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web


@dataclass(frozen=True)
class Reply:
    """One literal answer. `cut` closes the connection in place of the rest of the body."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    cut: bool = False
    pause: float = 0.0


def says(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


@dataclass(frozen=True)
class Asked:
    """One request as it came in; `body` is parsed JSON, the fields of a form, or None."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


@dataclass
class Script:
    """Answers by "METHOD /path": each is given once, the last one for ever."""

    url: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    sockets: list[tuple[str, web.WebSocketResponse]] = field(default_factory=list)
    opened: asyncio.Condition = field(default_factory=asyncio.Condition)
    refuse_sockets: bool = False
    on_ask: Callable[[Asked], None] | None = None

    def on(self, route: str, *replies: Reply) -> "Script":
        self.replies[route] = list(replies)
        return self

    def bodies(self, route: str) -> list[Any]:
        return [asked.body for asked in self.asked if f"{asked.method} {asked.path}" == route]

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    async def socket(self, number: int) -> web.WebSocketResponse:
        """The socket that was opened as the `number`th, from 1."""
        async with asyncio.timeout(10), self.opened:
            await self.opened.wait_for(lambda: len(self.sockets) >= number)
            return self.sockets[number - 1][1]

    async def say(self, kind: str, data: Any) -> None:
        """A text frame to the latest socket."""
        await self.sockets[-1][1].send_str(json.dumps({"type": kind, "data": data}))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/ws":
            return await self._listen(request)
        self.asked.append(
            Asked(request.method, request.path_qs, await _body(request), dict(request.headers))
        )
        if self.on_ask is not None:
            self.on_ask(self.asked[-1])
        known = self.replies.get(f"{request.method} {request.path}")
        if not known:
            return web.Response(status=404, text="404: Not Found")
        reply = known.pop(0) if len(known) > 1 else known[0]
        await asyncio.sleep(reply.pause)
        if not reply.cut:
            return web.Response(
                status=reply.status, body=reply.body, content_type=reply.content_type
            )
        response = web.StreamResponse(headers={"Content-Length": str(len(reply.body) * 2)})
        await response.prepare(request)
        await response.write(reply.body)
        assert request.transport is not None
        request.transport.abort()
        return response

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_sockets:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with self.opened:
            self.sockets.append((request.query["clientId"], socket))
            self.opened.notify_all()
        async for frame in socket:
            assert frame.type is WSMsgType.TEXT
        return socket


async def _body(request: web.Request) -> Any:
    if request.content_type == "application/json":
        return await request.json()
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return {
            name: (value.filename, value.content_type, value.file.read())
            if isinstance(value, web.FileField)
            else value
            for name, value in form.items()
        }
    return None


@asynccontextmanager
async def scripted() -> AsyncIterator[Script]:
    script = Script()
    app = web.Application(client_max_size=2**28)
    app.router.add_route("*", "/{path:.*}", script.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield script
    finally:
        for _, socket in script.sockets:
            await socket.close()
        await runner.cleanup()
