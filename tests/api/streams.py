"""Reading server-sent events as a browser does (WHATWG HTML, 9.2.6)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from tests.support.servers import Client

from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True)
class Heard:
    id: str
    type: str
    data: Any


class Ear:
    """One open stream; `last_id` moves as a browser's does, also by an id without data."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.last_id = ""
        self.retry: int | None = None
        self.comments: list[str] = []

    async def event(self, within: float = 10.0) -> Heard | None:
        """The next event; None when the stream has ended."""
        async with asyncio.timeout(within):
            kind, data = "message", list[str]()
            async for raw in self.response.content:
                line = raw.decode().rstrip("\n")
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if not line:
                    if data:
                        return Heard(self.last_id, kind, json.loads("\n".join(data)))
                    kind = "message"
                elif not name:
                    self.comments.append(value)
                elif name == "id":
                    self.last_id = value
                elif name == "retry":
                    self.retry = int(value)
                elif name == "event":
                    kind = value
                elif name == "data":
                    data.append(value)
        return None

    async def until(self, kind: str, work_id: str | None = None) -> list[Heard]:
        """All up to the first event of `kind`, of that work if one is named."""
        heard = []
        while found := await self.event():
            heard.append(found)
            if found.type == kind and work_id in (None, found.data["work_id"]):
                return heard
        raise AssertionError(f"the stream ended before {kind}: {heard}")

    async def opened(self) -> str:
        """Waits for the first id, which says where the stream begins."""
        async with asyncio.timeout(10):
            while not self.last_id:
                raw = await self.response.content.readline()
                name, _, value = raw.decode().strip().partition(": ")
                if name == "retry":
                    self.retry = int(value)
                if name == "id":
                    self.last_id = value
            await self.response.content.readline()
        return self.last_id


@asynccontextmanager
async def listening(client: Client, query: str = "", **headers: str) -> AsyncIterator[Ear]:
    """An open stream whose beginning is settled."""
    async with client.session.get(
        f"{client.server.url}/v1/events{query}",
        headers=client.headers | {k.replace("_", "-"): v for k, v in headers.items()},
        timeout=aiohttp.ClientTimeout(total=None),
    ) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        ear = Ear(response)
        await ear.opened()
        yield ear


async def tell(studio: Studio, caller: Caller, *names: str, weight: int = 0) -> None:
    """Events of that user's, one transaction each."""
    for name in names:
        async with studio.database.as_service() as service:
            await service.connection.execute(
                "INSERT INTO events (user_id, type, data) VALUES (%s, %s, %s)",
                (caller.id, name, json.dumps({"filling": "x" * weight})),
            )
            await service.connection.execute(
                "SELECT pg_notify('affiche_event', %s)", (str(caller.id),)
            )


def kinds(heard: list[Heard]) -> list[str]:
    return [each.type for each in heard]
