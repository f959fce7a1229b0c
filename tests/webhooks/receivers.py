"""A receiver on loopback: it answers as it is told and keeps what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

Answer = Callable[[int], web.StreamResponse]


@dataclass(frozen=True)
class Message:
    """What came, as it came."""

    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The body, checked by the library that receivers use; raises where it is not ours."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`answers` is asked for each message, by its number from 0."""

    answer: Answer = field(default=lambda _: web.Response())
    messages: list[Message] = field(default_factory=list)
    port: int = 0
    seconds: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.messages.append(Message(headers, await request.text()))
        await asyncio.sleep(self.seconds)
        return self.answer(len(self.messages) - 1)

    async def got(self, count: int, within: float = 15.0) -> list[Message]:
        """The messages once there are `count`; fails the test when they do not come."""
        for _ in range(int(within / 0.02)):
            if len(self.messages) >= count:
                return self.messages
            await asyncio.sleep(0.02)
        raise AssertionError(f"{len(self.messages)} messages came, not {count}")


@asynccontextmanager
async def receiving(answer: Answer | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver(answer) if answer else Receiver()
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{tail:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()
