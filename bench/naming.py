"""What names cost: `python -m bench.naming`.

How soon seed 001's webhook answers, one call after the other and sixteen at once; and what a work's
tags add to the statement that delivers its picture.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import uvloop

from affiche import app, settings
from affiche.db.database import Transaction
from affiche.serving import Server, application
from affiche.studio import people
from affiche.studio.feed import Feed
from affiche.studio.studio import Studio
from bench.figures import percentile

CALLS, AT_ONCE, DELIVERIES = 400, 16, 200
KLEIN = "82064257-1bef-45d8-a6ba-715f33c887cc"
TAGS = "{I2I,Image_to_Image,AI생성}"


async def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        chosen, _ = settings.read({"AFFICHE_DATA": str(Path(folder))})
        async with app.opened(chosen, migrating=True) as studio:
            user = await people.first_user(studio)
            job = await put(studio, user.id)
            key = await people.make_key(studio, user.id, "bench")
            async with (
                Feed(studio).running() as feed,
                Server(application(studio, feed), "127.0.0.1", 0, fixed=True) as server,
            ):
                await webhook(f"{server.url}/webhook/klein_i2i", key, job)
            await tags(studio, user.id)


async def put(studio: Studio, user_id: UUID) -> UUID:
    """A job that waits, as seed 001 puts it there."""
    async with studio.database.as_service() as service:
        work = await one(
            service,
            "INSERT INTO works (user_id, template_id) VALUES (%s, %s) RETURNING id",
            *(user_id, KLEIN),
        )
        made: UUID = await one(
            service, "INSERT INTO generation_jobs (work_id) VALUES (%s) RETURNING id", work
        )
    return made


async def one(service: Transaction, query: str, *params: object) -> Any:
    row = await (await service.connection.execute(query, params)).fetchone()
    return row[0] if row else None


async def webhook(url: str, key: str, job: UUID) -> None:
    headers, body = {"Authorization": f"Bearer {key}"}, {"body": {"record": {"id": str(job)}}}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def call() -> float:
            began = time.perf_counter()
            async with session.post(url, json=body) as answer:
                await answer.read()
                assert answer.status == 200, answer.status
            return (time.perf_counter() - began) * 1000

        for _ in range(20):
            await call()
        alone = [await call() for _ in range(CALLS)]
        together: list[float] = []
        for _ in range(CALLS // AT_ONCE):
            together += await asyncio.gather(*(call() for _ in range(AT_ONCE)))
    for name, times in (("alone", alone), (f"{AT_ONCE} at once", together)):
        print(
            f"webhook, {name}: median {percentile(times, 50):.1f} ms,"
            f" 99 of 100 within {percentile(times, 99):.1f} ms"
        )


async def tags(studio: Studio, user_id: UUID) -> None:
    """Setting three tags, with the rows by which they are found and without."""
    async with studio.database.as_service() as service:
        work = await one(
            service,
            "INSERT INTO works (user_id, template_id) VALUES (%s, %s) RETURNING id",
            *(user_id, KLEIN),
        )
        for name, change in (("with", f"tags = '{TAGS}'"), ("without", "title = 'x'")) * 2:
            times = []
            for _ in range(DELIVERIES):
                began = time.perf_counter()
                # Rolled back, so that each finds the work as it was.
                async with service.connection.transaction(force_rollback=True):
                    await one(service, f"UPDATE works SET {change} WHERE id = %s RETURNING 1", work)
                times.append((time.perf_counter() - began) * 1000)
            print(f"a work's row {name} tags: median {percentile(times, 50):.2f} ms")


if __name__ == "__main__":
    uvloop.run(measure())
