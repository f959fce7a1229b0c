"""A plain client of the RunPod emulator, and a worker by hand, that know nothing of our own."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import web

from affiche.emulators.runpod import Server, serving
from affiche.emulators.runpod.options import Handler, Progress

ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")


async def paint(given: dict[str, Any], progress: Progress) -> Any:
    """Does what its input says: how long it works, what it tells, and what comes of it."""
    if "progress" in given:
        progress(given["progress"])
    await asyncio.sleep(given.get("seconds", 0))
    if "raise" in given:
        raise RuntimeError(given["raise"])
    return given.get("output", {"images": [{"data": "cGljdHVyZQ=="}]})


class Cloud:
    """Raw HTTP against one endpoint of a server."""

    def __init__(self, server: Server, http: aiohttp.ClientSession, name: str = "ep1") -> None:
        self.server, self.http, self.name = server, http, name

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and parsed body of a request below `/v2/{endpoint}`."""
        headers = {"Authorization": f"Bearer {self.server.key}"}
        url = f"{self.server.url}/{self.name}{path}"
        async with self.http.request(method, url, json=body, headers=headers, **more) as answer:
            return answer.status, parsed(await answer.read())

    async def get(self, path: str, **more: Any) -> tuple[int, Any]:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        return await self.ask("POST", path, body, **more)

    async def run(self, given: dict[str, Any] | None = None, **more: Any) -> str:
        status, answer = await self.post("/run", {"input": given or {"n": 1}, **more})
        assert status == 200, answer
        return str(answer["id"])

    async def status(self, job: str) -> dict[str, Any]:
        status, answer = await self.get(f"/status/{job}")
        assert status == 200, (status, answer)
        return dict(answer)

    async def until(self, job: str, *states: str, seconds: float = 60) -> dict[str, Any]:
        """The status object, once it has one of `states`; of any end if none is named."""
        async with asyncio.timeout(seconds):
            while (found := await self.status(job))["status"] not in (states or ENDED):
                await asyncio.sleep(0.005)
        return found

    async def health(self) -> dict[str, Any]:
        return dict((await self.get("/health"))[1])

    async def gone(self, job: str, seconds: float = 20) -> None:
        """Until nobody knows of the job."""
        async with asyncio.timeout(seconds):
            while (await self.get(f"/status/{job}"))[0] != 404:
                await asyncio.sleep(0.005)

    async def work(self, path: str, method: str = "GET", data: str | None = None) -> Any:
        """A request of a worker: the key as it is, bodies as the SDK sends them."""
        headers = {"Authorization": self.server.key}
        if data is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "charset": "utf-8"}
        url = f"{self.server.url}/{self.name}{path}"
        async with self.http.request(method, url, data=data, headers=headers) as answer:
            return answer.status, parsed(await answer.read())

    async def take(self, worker: str = "w1") -> tuple[int, Any]:
        return await self.work(f"/job-take/{worker}?gpu=SIM&job_in_progress=0")

    async def done(self, job: str, said: Any, worker: str = "w1") -> int:
        path = f"/job-done/{worker}/{job}?gpu=SIM&isStream=false"
        return (await self.work(path, "POST", json.dumps(said)))[0]

    async def ping(self, job: str = "", worker: str = "w1") -> int:
        path = f"/ping/{worker}?gpu=SIM&job_id={job}&runpod_version=1.12.0"
        return (await self.work(path))[0]


def parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data


@contextlib.asynccontextmanager
async def cloud_of(handler: Handler | None = paint, **options: Any) -> AsyncIterator[Cloud]:
    async with serving(handler, **options) as server, aiohttp.ClientSession() as http:
        yield Cloud(server, http)


class Ear:
    """A server that webhooks go to. `answers` are the statuses of the next ones, then 200."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[float, dict[str, str], Any]] = []
        self.url = ""
        self._grown = asyncio.Event()

    async def _hear(self, request: web.Request) -> web.Response:
        now = asyncio.get_running_loop().time()
        self.heard.append((now, dict(request.headers), parsed(await request.read())))
        self._grown.set()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    @property
    def bodies(self) -> list[Any]:
        return [body for _, _, body in self.heard]

    async def until(self, number: int) -> list[Any]:
        """The bodies, once there are so many."""
        async with asyncio.timeout(10):
            while len(self.heard) < number:
                self._grown.clear()
                await self._grown.wait()
        return self.bodies

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Ear"]:
        app = web.Application(client_max_size=30_000_000)
        app.router.add_post("/hook", self._hear)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            self.url = f"http://127.0.0.1:{port}/hook"
            yield self
        finally:
            await runner.cleanup()
