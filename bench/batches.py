"""Batches: what asking for 1,000 and 5,000 works takes, what cancelling and counting them takes,
and how fast and in how much memory a zip of 500 pictures goes out.

Asking is one call of the studio, from the request as it was read to the commit.
"""

import gc
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from affiche import app, settings
from affiche.db.database import Transaction
from affiche.studio import batches, people, treasury, uploads, works
from affiche.studio.batches import Batch
from affiche.studio.parcels import Parcel, Selection
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio
from bench.works import photograph

T = TypeVar("T")
SIZES, ROUNDS, PICTURES, SIDE = (1000, 5000), 5, 500, 1024


async def timed(doing: Awaitable[T]) -> tuple[float, T]:
    begun = time.perf_counter()
    found = await doing
    return (time.perf_counter() - begun) * 1000, found


def resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def measure() -> None:
    for charging in (False, True):
        with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
            more = {"AFFICHE_CREDITS": "true"} if charging else {}
            chosen, _ = settings.read({"AFFICHE_DATA": folder, **more})
            async with app.opened(chosen, migrating=True) as studio:
                me = await people.first_user(studio)
                if charging:
                    await treasury.grant(studio, me, me.id, 10**6, pool="purchased")
                file = await uploads.upload(studio, me, photograph(256), name="bench.jpg")
                await _asking(studio, me, str(file.id), charging)
                if not charging:
                    await _zipping(studio, me, str(file.id))


async def _asking(studio: Studio, me: Caller, picture: str, charging: bool) -> None:
    for size in SIZES:
        asked, cancelled, counted = [], [], []
        for _ in range(ROUNDS):
            took, batch = await timed(batches.ask(studio, me, wanted(picture, size)))
            asked.append(took)
            took, _ = await timed(batches.cancel(studio, me, batch.id))
            cancelled.append(took)
            took, _ = await timed(batches.get(studio, me, batch.id))
            counted.append(took)
        print(
            f"{size:5} works{' with credits' if charging else '':13}"
            f"  asked {statistics.median(asked):6.0f} ms (worst {max(asked):.0f})"
            f"   cancelled {statistics.median(cancelled):6.0f} ms"
            f"   counted {statistics.median(counted):5.1f} ms"
        )


def wanted(picture: str, size: int) -> BatchAsk:
    inputs = {"prompt": "a quiet beach at sunset"}
    return BatchAsk(
        template="klein-i2i", inputs=inputs, references=[picture] * (size // 5), variations=5
    )


async def _zipping(studio: Studio, me: Caller, picture: str) -> None:
    batch = await batches.ask(studio, me, wanted(picture, PICTURES))
    size = await _delivered(studio, me, batch)
    batch = await batches.get(studio, me, batch.id)
    gc.collect()
    before, highest, sent = resident(), 0.0, 0
    begun = time.perf_counter()
    async for piece in Parcel(studio, me, batch, Selection(), "ko").pieces():
        sent += len(piece)
        highest = max(highest, resident() - before)
    seconds = time.perf_counter() - begun
    print(
        f"zip of {PICTURES} pictures of {size / 2**20:.1f} MB: {sent / 2**20:.0f} MB in"
        f" {seconds:.1f} s, {sent / 2**20 / seconds:.0f} MB/s; {highest:.0f} MB more memory at most"
    )


async def _delivered(studio: Studio, me: Caller, batch: Batch) -> int:
    """As their steps would leave them, each with an object of its own; bytes of one."""
    data, small = os.urandom(3 * SIDE * SIDE // 2), photograph(512)
    found: list[works.Work] = []
    while len(found) < batch.works:
        found += await batches.works_of(studio, me, batch.id, first=len(found), limit=500)
    for work in found:
        key = f"{me.id}/{work.id}/{work.id}.png"
        await studio.objects.put("works", key, data, "image/png")
        await studio.objects.put("thumbs", key.replace(".png", ".jpg"), small, "image/jpeg")
    async with studio.database.as_service() as service:
        await _complete(service, batch, len(data))
    return len(data)


async def _complete(service: Transaction, batch: Batch, size: int) -> None:
    run = service.connection.execute
    await run(
        "INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, thumbnail_key, name,"
        " width, height, file_size, mime_type, sha256)"
        " SELECT id, user_id, id, 'works', key || '.png', key || '.png', key || '.jpg',"
        " 'output.png', %s, %s, %s, 'image/png', '' FROM works"
        " CROSS JOIN LATERAL (SELECT user_id || '/' || id || '/' || id AS key) k"
        " WHERE batch_id = %s",
        (SIDE, SIDE, size, batch.id),
    )
    for status in ("taken", "processing"):
        await run("UPDATE works SET status = %s WHERE batch_id = %s", (status, batch.id))
    await run(
        "UPDATE works SET status = 'completed', output_file_id = id WHERE batch_id = %s",
        (batch.id,),
    )
