"""The floor: a bare pgqueuer job on the same PostgreSQL and driver, that does nothing."""

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from pgqueuer import PgQueuer
from pgqueuer.models import Job

from affiche.db import embedded, migrate, queue
from affiche.db.address import parse
from affiche.db.database import Database
from affiche.db.listener import Listener
from bench.figures import percentile

AT_REST, AT_ONCE = 60, 200


class Floor:
    """Times from the enqueueing transaction's start to the handler's."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.begun: dict[str, float] = {}
        self.times: list[float] = []
        self.done = asyncio.Event()
        self.wanted = 1

    async def handler(self, job: Job) -> None:
        assert job.payload is not None
        self.times.append(time.monotonic() - self.begun[job.payload.decode()])
        if len(self.times) >= self.wanted:
            self.done.set()

    async def put(self) -> None:
        name = str(uuid4())
        self.begun[name] = time.monotonic()
        async with self.database.as_service() as service:
            await queue.enqueue(service, [("floor", name.encode(), name)])

    async def expect(self, count: int) -> None:
        self.times.clear()
        self.done.clear()
        self.wanted = count


async def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        async with embedded.running(Path(folder)) as server:
            address = parse(server.url)
            await migrate.migrate(address)
            async with Database(address) as database:
                await _measure(database)


async def _measure(database: Database) -> None:
    listener = Listener(database.direct)
    driver = queue.PoolDriver(database, listener)
    listening = asyncio.create_task(listener.run())
    await listener.ready.wait()
    floor = Floor(database)
    queuer = PgQueuer(driver, channel=queue.CHANNEL, queries=queue.queries(driver))
    queuer.entrypoint("floor")(floor.handler)
    running = asyncio.create_task(
        queuer.run(dequeue_timeout=timedelta(seconds=2), batch_size=8, max_concurrent_tasks=16)
    )
    rest = []
    for _ in range(AT_REST):
        await floor.expect(1)
        await floor.put()
        await floor.done.wait()
        rest.append(floor.times[0])
        await asyncio.sleep(0.02)
    await floor.expect(AT_ONCE)
    begun = time.monotonic()
    for _ in range(AT_ONCE):
        await floor.put()
    await floor.done.wait()
    rate = AT_ONCE / (time.monotonic() - begun)
    print(
        f"bare pgqueuer job    at rest   p50 {percentile(rest, 50) * 1000:6.1f} ms"
        f"   p99 {percentile(rest, 99) * 1000:6.1f} ms"
    )
    print(f"bare pgqueuer job    {AT_ONCE} at once   {rate:6.1f} jobs/s")
    queuer.shutdown.set()
    await running
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
