"""Added time per work, and works per second, with an engine that answers at once.

A time is from before the request is read to the stamp of the work's completion, on one clock.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pyvips

from affiche import app, settings
from affiche.pipeline.crew import Crew
from affiche.studio import people, uploads, works
from affiche.studio.studio import Caller, Studio
from bench.figures import of_postgres, of_process, percentile

AT_REST, ASKERS = 60, 16


@asynccontextmanager
async def process(*command: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield started
    finally:
        started.terminate()
        await started.wait()


async def address(engine: asyncio.subprocess.Process) -> str:
    assert engine.stdout is not None
    return (await engine.stdout.readline()).decode().strip()


@asynccontextmanager
async def studio(data: Path, comfyui_url: str) -> AsyncIterator[Studio]:
    chosen, _ = settings.read(
        {"AFFICHE_DATA": str(data), "COMFYUI_URL": comfyui_url, "AFFICHE_COMFYUI_WORKS": "64"}
    )
    async with app.opened(chosen, migrating=True) as opened:
        yield opened


async def helpers(data: Path, count: int) -> list[asyncio.subprocess.Process]:
    """Further processes that run steps, as `affiche work` does."""
    environment = os.environ | {"AFFICHE_DATA": str(data)}
    return [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.worker", env=environment)
        for _ in range(count)
    ]


def photograph(size: int) -> bytes:
    image = pyvips.Image.xyz(size, size) * (255 / size)
    image = image.bandjoin(pyvips.Image.black(size, size) + 90)
    return bytes(image.cast("uchar").copy(interpretation="srgb").jpegsave_buffer(Q=90))


async def ask(opened: Studio, me: Caller, file_id: UUID, n: int) -> works.Work:
    inputs = {"image": str(file_id), "prompt": f"a quiet beach at sunset, number {n}"}
    return await works.ask(opened, me, works.Ask(template="klein-i2i", inputs=inputs))


async def ended(opened: Studio, me: Caller, work_id: UUID) -> works.Work:
    while not (work := await works.get(opened, me, work_id)).ended:
        await asyncio.sleep(0.02)
    if work.status != "completed":
        raise SystemExit(f"a work {work.status}: {work.error_code} {work.error_params}")
    return work


def seconds(work: works.Work, asked: float) -> float:
    assert work.completed_at is not None
    return work.completed_at.timestamp() - asked


async def at_rest(opened: Studio, me: Caller, file_id: UUID) -> list[float]:
    for n in range(8):
        await ended(opened, me, (await ask(opened, me, file_id, n)).id)
    found = []
    for n in range(AT_REST):
        asked = time.time()
        work = await ended(opened, me, (await ask(opened, me, file_id, n)).id)
        found.append(seconds(work, asked))
        await asyncio.sleep(0.02)
    return found


async def at_once(opened: Studio, me: Caller, file_id: UUID, count: int) -> float:
    """Works a second, from the first that is asked for to the last that is complete."""
    begun = time.monotonic()

    async def some(first: int) -> None:
        for n in range(first, count, ASKERS):
            await ask(opened, me, file_id, n)

    await asyncio.gather(*(some(n) for n in range(ASKERS)))
    while await works.page(opened, me, statuses=works.UNDER_WAY, limit=1):
        await asyncio.sleep(0.1)
    rate = count / (time.monotonic() - begun)
    if lost := await works.page(opened, me, statuses=("failed", "cancelled"), limit=1):
        raise SystemExit(f"a work {lost[0].status}: {lost[0].error_code} {lost[0].error_params}")
    return rate


async def measure(size: int, extra: int, count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        data = Path(folder)
        async with (
            process("bench.instant", str(size)) as engine,
            studio(data, await address(engine)) as opened,
        ):
            me = await people.first_user(opened)
            async with Crew(opened, host_preview=False).working():
                file = await uploads.upload(opened, me, photograph(size), name="bench.jpg")
                times = await at_rest(opened, me, file.id)
                print(
                    f"{size:5} px  at rest   p50 {percentile(times, 50) * 1000:6.1f} ms"
                    f"   p99 {percentile(times, 99) * 1000:6.1f} ms   ({AT_REST} works)"
                )
                others = await helpers(data, extra)
                await asyncio.sleep(2 if others else 0)
                pids = [os.getpid(), *(other.pid for other in others)]
                before = [*map(of_process, pids)], of_postgres(data), of_process(engine.pid)
                try:
                    rate = await at_once(opened, me, file.id, count)
                    spent = [
                        sum(map(of_process, pids)) - sum(before[0]),
                        of_postgres(data) - before[1],
                        of_process(engine.pid) - before[2],
                    ]
                finally:
                    for other in others:
                        other.terminate()
                    for other in others:
                        await other.wait()
                each = [part / count * 1000 for part in spent]
                print(
                    f"{size:5} px  {count} at once   {rate:6.1f} works/s"
                    f"   ({1 + extra} process{'es' if extra else ''}; processor time a work:"
                    f" ours {each[0]:.1f}, PostgreSQL {each[1]:.1f}, engine {each[2]:.1f} ms)"
                )
