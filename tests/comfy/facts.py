"""What the tables of facts are made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from affiche.comfy.client import Client
from affiche.comfy.transport import Limits

from .graphs import copied
from .scripted import Reply, Script, says

A = "0198c0de-0000-7000-8000-00000000000a"
B = "0198c0de-0000-7000-8000-00000000000b"
C = "0198c0de-0000-7000-8000-00000000000c"
NOT_FOUND = Reply(404, b"404: Not Found", "text/plain")
LIMITS = Limits(connect=2, ask=0.5, prompt=0.5, upload=2, read=2, stall=1, answer_bytes=20_000)


@dataclass
class Fact:
    """`said` by the server, `call`ed by us; `gives` is the result, `asks` what was sent."""

    text: str
    call: Callable[[Client], Awaitable[Any]]
    said: dict[str, list[Reply]]
    gives: Any = None
    asks: list[tuple[str, Any]] = field(default_factory=list)

    async def check(self, script: Script, client: Client) -> None:
        script.replies.update(self.said)
        assert await self.call(client) == self.gives
        asked = [(f"{asked.method} {asked.path}", asked.body) for asked in script.asked]
        assert not self.asks or asked == self.asks
        # A server on loopback answers 403 to an Origin that is not its own.
        assert all("Origin" not in asked.headers for asked in script.asked)


def prompt(client: Client) -> Awaitable[Any]:
    return client.prompt(copied(), A, "me")


def view(**ref: str) -> Callable[[Client], Awaitable[bytes]]:
    async def read(client: Client) -> bytes:
        return b"".join([chunk async for chunk in client.view(ref)])

    return read


EMPTY = says({"queue_running": [], "queue_pending": []})
NOTHING = says({})
IMAGE = {"filename": "a.png", "subfolder": "affiche", "type": "output"}
DONE = says(
    {
        A: {
            "outputs": {"9": {"images": [IMAGE]}},
            "status": {"status_str": "success", "completed": True, "messages": []},
        }
    }
)
ACCEPTED = says({"prompt_id": A, "number": 1, "node_errors": {}})
HISTORY = f"GET /history/{A}"
STATE = {"76": {"state": "finished", "value": 1, "max": 1}}


def queued(*pending: str, running: str | None = None) -> Reply:
    def entry(number: int, prompt_id: str) -> list[Any]:
        return [number, prompt_id, copied(), {}, ["9"]]

    return says(
        {
            "queue_running": [entry(0, running)] if running else [],
            "queue_pending": [entry(number, name) for number, name in enumerate(pending, 1)],
        }
    )
