"""A ComfyUI server whose queue does not move by itself: a run ends when it is told to.

Run as a process of its own: `python -m bench.holding FILE`, where FILE holds an id a line of runs
that wait already; prints its address. `POST /_end/{id}` ends one.
"""

import sys
from pathlib import Path

import uvloop
from aiohttp import web

from bench.instant import Instant


class Holding(Instant):
    def __init__(self, ids: list[str]) -> None:
        super().__init__(256)
        self.clients = dict.fromkeys(ids, "")

    def app(self) -> web.Application:
        app = super().app()
        app.router.add_post("/_end/{id}", self.told)
        return app

    async def prompt(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.clients[body["prompt_id"]] = body.get("client_id", "")
        return web.json_response({"prompt_id": body["prompt_id"], "number": 1, "node_errors": {}})

    async def queue(self, _: web.Request) -> web.Response:
        pending = [[n, run, {}, {}, ["9"]] for n, run in enumerate(self.clients)]
        return web.json_response({"queue_running": [], "queue_pending": pending})

    async def told(self, request: web.Request) -> web.Response:
        run = request.match_info["id"]
        await self.end(self.clients.pop(run), run)
        moved = {"status": {"exec_info": {"queue_remaining": len(self.clients)}}}
        for client in list(self.sockets):
            await self.tell(client, "status", moved)
        return web.json_response({})


if __name__ == "__main__":
    uvloop.run(Holding(Path(sys.argv[1]).read_text("utf-8").split()).serve())
