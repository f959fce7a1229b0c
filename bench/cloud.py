"""RunPod as a process of its own, with its rate limits: `python -m bench.cloud SIZE GATE [LEAST
MOST]`; prints its address.

A run takes from LEAST to MOST seconds and gives a picture of SIZE pixels a side. Workers come once
GATE jobs are there, as many as there are jobs. A line on standard input is answered by a page of
figures; `forget` before it is done begins them anew.
"""

import asyncio
import base64
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

from affiche.emulators.runpod import Progress, Server, serving
from bench.instant import picture

ENDPOINT, WINDOW, SAMPLE_SECONDS = "bench", 10.0, 0.1


@dataclass
class Worker:
    """Takes jobs as soon as `gate` of them have come, each for a time of its own."""

    data: str
    gate: int
    least: float = 0.0
    most: float = 0.0
    jobs: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, job: dict[str, Any], progress: Progress) -> Any:
        if job.get("ping"):
            return {"pong": True}
        self.jobs += 1
        if self.jobs >= self.gate:
            self.open.set()
        # Evenly spread, and the same in every run of the bench.
        seconds = self.least + (self.most - self.least) * (self.jobs * 0.618034 % 1)
        await self.open.wait()
        progress({"fraction": 0.5, "node": "3", "label": "KSampler"})
        await asyncio.sleep(seconds)
        return {"images": [{"filename": "a.png", "type": "base64", "data": self.data}]}


@dataclass
class Watch:
    """Requests as they come, and how many jobs there are at once."""

    server: Server
    seen: list[tuple[float, int]] = field(default_factory=list)
    flight: int = 0

    async def run(self) -> None:
        while True:
            self.seen.append((time.monotonic(), self.asked))
            self.flight = max(self.flight, sum(not j.over for j in self.jobs.values()))
            await asyncio.sleep(SAMPLE_SECONDS)

    @property
    def asked(self) -> int:
        return int(self.server.counted()["requests"].get("status", 0))

    @property
    def jobs(self) -> dict[str, Any]:
        return self.server.endpoint(ENDPOINT).jobs

    def most(self) -> int:
        """Questions in any ten seconds."""
        found, first = 0, 0
        for at, asked in self.seen:
            while self.seen[first][0] < at - WINDOW:
                first += 1
            found = max(found, asked - self.seen[first][1])
        return found

    def page(self) -> dict[str, Any]:
        """`ended`: when each run ended, and the seconds that it took, by its id."""
        past = time.time() - asyncio.get_running_loop().time()
        ended = {
            job.id: (past + job.ended, job.ended - job.taken)
            for job in self.jobs.values()
            if job.over and job.taken is not None
        }
        return {
            **self.server.counted(),
            "most": self.most(),
            "flight": self.flight,
            "ended_at": ended,
        }

    def forget(self) -> None:
        self.server.forget_counts()
        self.seen.clear()
        self.flight = 0


async def serve(size: int, gate: int, least: float = 0.0, most: float = 0.0) -> None:
    worker = Worker(base64.b64encode(picture(size)).decode(), gate, least, most)
    async with serving(worker.run, workers=1, standby=1, concurrency=4000, idle=1e6) as server:
        watch = Watch(server)
        watching = asyncio.create_task(watch.run())
        print(server.url, flush=True)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            if line.strip() == b"forget":
                watch.forget()
            print(json.dumps(watch.page()), flush=True)
        watching.cancel()


if __name__ == "__main__":
    size, gate, *seconds = sys.argv[1:]
    uvloop.run(serve(int(size), int(gate), *map(float, seconds)))
