"""What RunPod Serverless costs: added time per work, questions per work, and works per second.

Four kinds of processes, as in a studio that is large: this one asks, another hears webhooks
(`affiche serve`), one or two carry works on, and RunPod is a process of its own, with the limits
that it publishes. A work's added time is from before it is asked for to the stamp of its
completion, without the seconds that RunPod says the run took.
"""

import asyncio
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from affiche import app, settings
from affiche.emulators.runpod import KEY
from affiche.studio import people, uploads, works
from affiche.studio.studio import Caller, Studio
from bench.cloud import ENDPOINT
from bench.figures import megabytes, of_postgres, of_process, percentile
from bench.works import ASKERS, ask, ended, helpers, photograph

SIZE, WARM, AT_REST, FLIGHT, AT_ONCE = 256, 8, 40, 2000, 1000
PARTS = ("rest", "flight", "once")
RUN_SECONDS, LONG_RUNS = (0.5, 1.5), (20.0, 40.0)
SERVE = "from affiche.cli.main import main; main()"
COMPLETED = """SELECT work_id, external_id, extract(epoch FROM completed_at)::float
FROM generation_jobs WHERE status = 'completed'"""


class Cloud:
    """The emulator's process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self.url = process, url

    async def page(self, *, forget: bool = False) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"forget\n" if forget else b"\n")
        found: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return found


@dataclass
class Bench:
    """A studio with an endpoint at RunPod; `door` hears webhooks, if there are any."""

    studio: Studio
    me: Caller
    file_id: UUID
    cloud: Cloud
    door: asyncio.subprocess.Process | None
    data: Path

    async def completed(self) -> dict[UUID, tuple[str, float]]:
        """What RunPod calls each work's run, and when the work was complete."""
        async with self.studio.database.singly() as service:
            cursor = await service.connection.execute(COMPLETED)
            return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}

    async def under_way(self) -> bool:
        return bool(await works.page(self.studio, self.me, statuses=works.UNDER_WAY, limit=1))

    async def ask(self, count: int) -> None:
        async def some(first: int) -> None:
            for n in range(first, count, ASKERS):
                await ask(self.studio, self.me, self.file_id, n)

        await asyncio.gather(*(some(n) for n in range(ASKERS)))


@asynccontextmanager
async def running(*command: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env=os.environ | environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    try:
        yield started
    finally:
        started.terminate()
        await started.wait()


@contextmanager
def environ(**values: str) -> Iterator[None]:
    """For this process and those that it starts."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@asynccontextmanager
async def bench(gate: int, seconds: tuple[float, float], *, told: bool) -> AsyncIterator[Bench]:
    """Each on a database of its own, because the times of earlier runs set the pace of later."""
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="affiche-bench-")))
        told_to = ("-m", "bench.cloud", str(SIZE), str(gate), *map(str, seconds))
        process = await stack.enter_async_context(running(*told_to))
        assert process.stdout is not None
        cloud = Cloud(process, (await process.stdout.readline()).decode().strip())
        port = _free_port()
        known = {
            "AFFICHE_DATA": str(data),
            "RUNPOD_API_KEY": KEY,
            "RUNPOD_ENDPOINT_ID": ENDPOINT,
            "RUNPOD_ENDPOINT_BASE_URL": cloud.url,
            "AFFICHE_RUNPOD_WORKS": str(FLIGHT + 500),
        }
        if told:
            known["AFFICHE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        stack.enter_context(environ(**known))
        chosen, _ = settings.read()
        studio = await stack.enter_async_context(app.opened(chosen, migrating=True))
        me = await people.first_user(studio)
        file = await uploads.upload(studio, me, photograph(SIZE), name="bench.jpg")
        door = None
        if told:
            served = running("-c", SERVE, "serve", "--port", str(port))
            door = await stack.enter_async_context(served)
            await _answers(port)
        yield Bench(studio, me, file.id, cloud, door, data)


@asynccontextmanager
async def at_work(bench: Bench, count: int) -> AsyncIterator[list[int]]:
    """The ids of `count` processes that carry works on."""
    started = await helpers(bench.data, count)
    try:
        await asyncio.sleep(3)
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            await process.wait()


async def at_rest(*, told: bool) -> None:
    async with bench(1, RUN_SECONDS, told=told) as own, at_work(own, 1):
        asked: dict[UUID, float] = {}
        for n in range(WARM + AT_REST):
            began = time.time()
            work = await ask(own.studio, own.me, own.file_id, n)
            asked[work.id] = began
            await ended(own.studio, own.me, work.id)
        completed, ends = await own.completed(), (await own.cloud.page())["ended_at"]
        times = [
            completed[work][1] - began - ends[completed[work][0]][1]
            for work, began in list(asked.items())[WARM:]
        ]
        _say(
            told,
            1,
            f"at rest   added p50 {percentile(times, 50) * 1000:6.1f} ms"
            f"   p99 {percentile(times, 99) * 1000:6.1f} ms   ({AT_REST} works)",
        )


async def in_flight(count: int, processes: int, *, told: bool) -> None:
    """All at once: they wait at RunPod until the last is there, then each runs for a while."""
    async with bench(count, LONG_RUNS, told=told) as own:
        await own.ask(count)
        await own.cloud.page(forget=True)
        async with at_work(own, processes) as pids:
            spent = _spent(own, pids)
            began = time.monotonic()
            while await own.under_way():
                await asyncio.sleep(0.5)
            took = time.monotonic() - began
            used = [
                (after - before) for after, before in zip(_spent(own, pids), spent, strict=True)
            ]
            memory = max(map(megabytes, pids))
        page, completed = await own.cloud.page(), await own.completed()
        late = [at - page["ended_at"][run][0] for run, at in completed.values()]
        refused = sum(by.get("429", 0) for by in page["answers"].values())
        _say(
            told,
            processes,
            f"{page['flight']:,} in flight   {page['requests'].get('status', 0) / count:5.2f}"
            f" statuses a work, most {page['most']:,} in 10 s, {refused} refused"
            f"   completed after RunPod's end: median {statistics.median(late):5.2f} s,"
            f" most {max(late):5.2f} s   ({len(completed)} of {count} in {took:.0f} s; processor"
            f" time a work: ours {used[0] / count * 1000:.1f}, door {used[1] / count * 1000:.1f},"
            f" PostgreSQL {used[2] / count * 1000:.1f} ms; {memory:.0f} MB)",
        )


async def at_once(count: int, processes: int, *, told: bool) -> None:
    async with bench(1, (0.0, 0.0), told=told) as own, at_work(own, processes) as pids:
        await ended(own.studio, own.me, (await ask(own.studio, own.me, own.file_id, -1)).id)
        spent, began = _spent(own, pids), time.monotonic()
        await own.ask(count)
        while await own.under_way():
            await asyncio.sleep(0.1)
        rate = count / (time.monotonic() - began)
        used = [(after - before) for after, before in zip(_spent(own, pids), spent, strict=True)]
        page = await own.cloud.page()
        refused = sum(by.get("429", 0) for by in page["answers"].values())
        _say(
            told,
            processes,
            f"{count} at once   {rate:6.1f} works/s   ({refused} refused; processor time a work:"
            f" ours {used[0] / count * 1000:.1f}, door {used[1] / count * 1000:.1f},"
            f" PostgreSQL {used[2] / count * 1000:.1f} ms)",
        )


def _spent(own: Bench, pids: list[int]) -> tuple[float, float, float]:
    door = of_process(own.door.pid) if own.door else 0.0
    return sum(map(of_process, pids)), door, of_postgres(own.data)


def _say(told: bool, processes: int, figures: str) -> None:
    how = "told  " if told else "polled"
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"runpod  {how}  {processes} at work  {figures}   {load}", flush=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _answers(port: int) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            try:
                async with session.get(f"http://127.0.0.1:{port}/v1/health"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise SystemExit("the studio's door does not open")


async def measure(flight: int, parts: Collection[str]) -> None:
    for told in (True, False):
        if "rest" in parts:
            await at_rest(told=told)
        for processes in (1, 2):
            if "flight" in parts:
                await in_flight(flight, processes, told=told)
        if "once" in parts:
            await at_once(AT_ONCE, 1, told=told)
