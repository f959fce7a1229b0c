"""A plain client of an emulator that knows nothing of our own client."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pyvips

from affiche.emulators.comfyui import Server, serving


def png(width: int, height: int, *values: int) -> bytes:
    """A PNG of one colour."""
    image = pyvips.Image.black(width, height, bands=len(values)) + list(values)
    kind = "srgb" if len(values) >= 3 else "b-w"
    return image.cast("uchar").copy(interpretation=kind).pngsave_buffer()


class Desk:
    """Raw HTTP and sockets against one server."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.http = http

    async def get(self, path: str, **query: Any) -> tuple[int, Any]:
        async with self.http.get(path, params=query) as answer:
            return answer.status, _parsed(await answer.read())

    async def post(self, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        async with self.http.post(path, json=body, **more) as answer:
            return answer.status, _parsed(await answer.read())

    async def upload(
        self, data: bytes, name: str, path: str = "/upload/image", **fields: str
    ) -> tuple[int, Any]:
        form = aiohttp.FormData(fields)
        form.add_field("image", data, filename=name)
        async with self.http.post(path, data=form) as answer:
            return answer.status, _parsed(await answer.read())

    async def prompt(self, graph: Any, **more: Any) -> str:
        status, answer = await self.post("/prompt", {"prompt": graph, **more})
        assert status == 200, answer
        return str(answer["prompt_id"])

    async def ended(self, prompt_id: str) -> dict[str, Any]:
        """The history entry, once there is one."""
        async with asyncio.timeout(30):
            while True:
                _, history = await self.get(f"/history/{prompt_id}")
                if history:
                    return dict(history[prompt_id])
                await asyncio.sleep(0.01)

    async def run(self, graph: Any, **more: Any) -> dict[str, Any]:
        return await self.ended(await self.prompt(graph, **more))

    async def picture(self, shown: dict[str, Any]) -> pyvips.Image:
        async with self.http.get("/view", params=shown) as answer:
            assert answer.status == 200
            return pyvips.Image.new_from_buffer(await answer.read(), "")

    async def image_of(self, graph: Any, node: str = "9") -> pyvips.Image:
        entry = await self.run(graph)
        assert entry["status"]["status_str"] == "success", entry["status"]["messages"][-1]
        return await self.picture(entry["outputs"][node]["images"][0])

    @contextlib.asynccontextmanager
    async def listening(self, client_id: str) -> AsyncIterator["Ear"]:
        async with self.http.ws_connect(f"/ws?clientId={client_id}") as socket:
            yield Ear(socket)


class Ear:
    """What one socket hears."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next(self) -> Any:
        """The next frame: (type, data), bytes, or None when the socket has closed."""
        message = await self.socket.receive(timeout=20)
        if message.type is aiohttp.WSMsgType.TEXT:
            said = json.loads(message.data)
            return said["type"], said["data"]
        return message.data if message.type is aiohttp.WSMsgType.BINARY else None

    async def until(self, kind: str, **fields: Any) -> list[Any]:
        """Every frame up to the first of `kind` whose data has `fields`."""
        heard = []
        async with asyncio.timeout(20):
            while True:
                frame = await self.next()
                heard.append(frame)
                if frame is None:
                    raise AssertionError(f"the socket closed before {kind}: {heard}")
                if isinstance(frame, tuple) and frame[0] == kind and has(frame[1], fields):
                    return heard

    async def run(self) -> list[Any]:
        """Every frame up to the end of a run."""
        return await self.until("executing", node=None)

    async def drain(self) -> None:
        """Whatever is still on its way."""
        with contextlib.suppress(TimeoutError):
            while True:
                await self.socket.receive(timeout=0.1)

    async def silence(self, seconds: float = 0.15) -> None:
        """Nothing comes."""
        with pytest.raises(TimeoutError):
            await self.socket.receive(timeout=seconds)


def has(data: dict[str, Any], fields: dict[str, Any]) -> bool:
    return all(data.get(name) == value for name, value in fields.items())


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data


@contextlib.asynccontextmanager
async def desk_of(folder: Path, **options: Any) -> AsyncIterator[Desk]:
    async with serving(folder, **options) as server, aiohttp.ClientSession(server.url) as http:
        yield Desk(server, http)
