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
from bench.figures import percentile

AT_REST, AT_ONCE = 60, 200


@asynccontextmanager
async def engine(size: int) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.instant", str(size), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def studio(data: Path, comfyui_url: str) -> AsyncIterator[Studio]:
    chosen, _ = settings.read(
        {"AFFICHE_DATA": str(data), "COMFYUI_URL": comfyui_url, "AFFICHE_COMFYUI_WORKS": "64"}
    )
    async with app.opened(chosen, migrating=True) as opened:
        yield opened


async def helpers(data: Path, url: str, count: int) -> list[asyncio.subprocess.Process]:
    """Further processes that run steps, as `affiche work` does."""
    environment = os.environ | {
        "AFFICHE_DATA": str(data),
        "COMFYUI_URL": url,
        "AFFICHE_COMFYUI_WORKS": "64",
    }
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


async def at_once(opened: Studio, me: Caller, file_id: UUID) -> tuple[float, list[float]]:
    begun = time.monotonic()
    asked = [(time.time(), (await ask(opened, me, file_id, n)).id) for n in range(AT_ONCE)]
    while await works.page(opened, me, statuses=works.UNDER_WAY, limit=1):
        await asyncio.sleep(0.1)
    rate = AT_ONCE / (time.monotonic() - begun)
    return rate, [seconds(await ended(opened, me, work_id), at) for at, work_id in asked]


async def measure(size: int, extra: int) -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        data = Path(folder)
        async with engine(size) as url, studio(data, url) as opened:
            me = await people.first_user(opened)
            async with Crew(opened, host_preview=False).working():
                file = await uploads.upload(opened, me, photograph(size), name="bench.jpg")
                times = await at_rest(opened, me, file.id)
                print(
                    f"{size:5} px  at rest   p50 {percentile(times, 50) * 1000:6.1f} ms"
                    f"   p99 {percentile(times, 99) * 1000:6.1f} ms   ({AT_REST} works)"
                )
                others = await helpers(data, url, extra)
                try:
                    await asyncio.sleep(2 if others else 0)
                    rate, times = await at_once(opened, me, file.id)
                finally:
                    for other in others:
                        other.terminate()
                    for other in others:
                        await other.wait()
                print(
                    f"{size:5} px  {AT_ONCE} at once   {rate:6.1f} works/s"
                    f"   p50 {percentile(times, 50) * 1000:6.0f} ms"
                    f"   ({1 + extra} process{'es' if extra else ''})"
                )
