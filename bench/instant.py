"""A ComfyUI server that answers at once with one picture: what is left is Affiche's own time.

Run as a process of its own: `python -m bench.instant SIZE [SECONDS]`; prints its address. SECONDS
is what a run takes.
"""

import asyncio
import json
import sys
import time
from typing import Any

import pyvips
import uvloop
from aiohttp import WSMsgType, web


def picture(size: int) -> bytes:
    """A PNG with detail enough to compress like a photograph, not like a flat colour."""
    noise = pyvips.Image.gaussnoise(size, size, mean=0, sigma=12, seed=1)
    ramp = pyvips.Image.xyz(size, size) * (255 / size)
    image = ramp.bandjoin(pyvips.Image.black(size, size) + 128) + noise
    return bytes(image.cast("uchar").copy(interpretation="srgb").pngsave_buffer(compression=6))


class Instant:
    def __init__(self, size: int, seconds: float = 0.0) -> None:
        self.png, self.seconds = picture(size), seconds
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.history: dict[str, dict[str, Any]] = {}
        self.running: dict[str, asyncio.Task[None] | None] = {}

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 2**20)
        for prefix in ("", "/api"):
            app.router.add_get(f"{prefix}/ws", self.listen)
            app.router.add_post(f"{prefix}/prompt", self.prompt)
            app.router.add_get(f"{prefix}/prompt", self.remaining)
            app.router.add_get(f"{prefix}/history/{{id}}", self.about)
            app.router.add_get(f"{prefix}/queue", self.queue)
            app.router.add_post(f"{prefix}/upload/image", self.upload)
            app.router.add_get(f"{prefix}/view", self.view)
            app.router.add_get(f"{prefix}/system_stats", self.stats)
        return app

    async def serve(self) -> None:
        runner = web.AppRunner(self.app(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.Event().wait()

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client = request.query.get("clientId", "")
        self.sockets[client] = socket
        async for message in socket:
            if message.type is WSMsgType.CLOSE:
                break
        self.sockets.pop(client, None)
        return socket

    async def prompt(self, request: web.Request) -> web.Response:
        body = await request.json()
        prompt_id, client = body["prompt_id"], body.get("client_id", "")
        self.running[prompt_id] = asyncio.create_task(self._run(client, prompt_id))
        return web.json_response({"prompt_id": prompt_id, "number": 1, "node_errors": {}})

    async def remaining(self, _: web.Request) -> web.Response:
        return web.json_response({"exec_info": {"queue_remaining": len(self.running)}})

    async def _run(self, client: str, prompt_id: str) -> None:
        if self.seconds:
            await asyncio.sleep(self.seconds)
        await self.end(client, prompt_id)

    async def end(self, client: str, prompt_id: str) -> None:
        """The record, and the word of it to whoever submitted the run."""
        self.running.pop(prompt_id, None)
        name = f"{prompt_id}.png"
        images = {"images": [{"filename": name, "subfolder": "", "type": "output"}]}
        now = int(time.time() * 1000)
        messages = [
            ["execution_start", {"prompt_id": prompt_id, "timestamp": now}],
            ["execution_success", {"prompt_id": prompt_id, "timestamp": now}],
        ]
        self.history[prompt_id] = {
            "outputs": {"9": images},
            "status": {"status_str": "success", "completed": True, "messages": messages},
        }
        await self.tell(client, "execution_success", {"prompt_id": prompt_id})

    async def tell(self, client: str, kind: str, data: dict[str, Any]) -> None:
        socket = self.sockets.get(client)
        if socket and not socket.closed:
            await socket.send_str(json.dumps({"type": kind, "data": data}))

    async def about(self, request: web.Request) -> web.Response:
        prompt_id = request.match_info["id"]
        entry = self.history.get(prompt_id)
        return web.json_response({prompt_id: entry} if entry else {})

    async def queue(self, _: web.Request) -> web.Response:
        running = [[n, each, {}, {}, []] for n, each in enumerate(self.running)]
        return web.json_response({"queue_running": running, "queue_pending": []})

    async def upload(self, request: web.Request) -> web.Response:
        image = (await request.post())["image"]
        assert isinstance(image, web.FileField)
        return web.json_response({"name": image.filename, "subfolder": "", "type": "input"})

    async def view(self, _: web.Request) -> web.Response:
        return web.Response(body=self.png, content_type="image/png")

    async def stats(self, _: web.Request) -> web.Response:
        return web.json_response({"system": {"comfyui_version": "0.33.0"}, "devices": []})


if __name__ == "__main__":
    uvloop.run(Instant(int(sys.argv[1]), *map(float, sys.argv[2:])).serve())
