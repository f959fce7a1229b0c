"""A thousand streams of one process: how soon an event is at all of them, what they cost, and
whether one that comes back has missed anything.

A time is from before the transaction that writes the events to the line at the client, which runs
in a process of its own on the same machine.
"""

import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from affiche import app, settings
from affiche.studio import people
from affiche.studio.studio import Studio
from bench.figures import megabytes, of_postgres, of_process, percentile
from bench.works import address, process

STREAMS, ROUNDS, IDLE = 1000, 10, 10.0
EVENTS = 1000
TELL = """
WITH told AS (
  INSERT INTO events (user_id, type, data)
  SELECT id, 'bench', jsonb_build_object('mark', %(mark)s::text) FROM unnest(%(ids)s::uuid[]) id
  RETURNING user_id)
SELECT pg_notify('affiche_event', user_id::text) FROM told
"""


@dataclass
class Ear:
    """One stream: when it last heard which mark, and all marks that it heard."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    last_id: str = ""
    marks: list[str] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)

    async def listen(self) -> None:
        while line := await self.reader.readline():
            if line.startswith(b"id: "):
                self.last_id = line[4:].strip().decode()
            elif line.startswith(b"data: ") and b'"mark": "' in line:
                mark = line.split(b'"mark": "')[1].split(b'"')[0].decode()
                self.at[mark] = time.monotonic()
                self.marks.append(mark)


async def connect(url: str, key: str, cursor: str = "") -> Ear:
    """Plain HTTP by hand: a client's library would be half of what is measured."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    lines = [
        "GET /v1/events HTTP/1.1",
        f"Host: {place.netloc}",
        f"Authorization: Bearer {key}",
        *([f"Last-Event-ID: {cursor}"] if cursor else []),
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise SystemExit(f"a stream was refused: {status!r}")
    while not (line := await reader.readline()).startswith(b"id: "):
        pass
    return Ear(reader, writer, line[4:].strip().decode())


async def tell(studio: Studio, ids: list[UUID], mark: str) -> float:
    """Write one event for each of these users; when that was begun."""
    begun = time.monotonic()
    async with studio.database.as_service() as service:
        await service.connection.execute(TELL, {"ids": ids, "mark": mark})
    return begun


@asynccontextmanager
async def listening(
    url: str, keys: list[str], each: int
) -> AsyncIterator[tuple[list[Ear], list[asyncio.Task[None]]]]:
    ears: list[Ear] = []
    for first in range(0, len(keys), 50):
        some = [k for k in keys[first : first + 50] for _ in range(each)]
        ears += await asyncio.gather(*(connect(url, key) for key in some))
    tasks = [asyncio.create_task(ear.listen()) for ear in ears]
    try:
        yield ears, tasks
    finally:
        for ear in ears:
            ear.writer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def add_people(studio: Studio, count: int) -> tuple[list[UUID], list[str]]:
    ids, keys = [], []
    async with studio.database.as_service() as service:
        for n in range(count):
            ids.append(studio.new_id())
            await service.run(
                "people.add",
                id=ids[-1],
                email=f"{uuid4()}@example.com",
                name=f"u{n}",
                language="en",
                is_operator=False,
            )
    for user_id in ids:
        keys.append(await people.make_key(studio, user_id, "bench"))
    return ids, keys


async def measure(count: int = STREAMS) -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        data = Path(folder) / "data"
        chosen, _ = settings.read({"AFFICHE_DATA": str(data)})
        async with (
            app.opened(chosen, migrating=True) as studio,
            process("bench.serving", AFFICHE_DATA=str(data)) as server,
        ):
            url = await address(server)
            base = megabytes(server.pid)
            print(f"{'one process, no stream':38} {base:6.0f} MB")
            for people_count, each in ((count, 1), (count // 20, 20)):
                await _measure(studio, data, url, server.pid, people_count, each, base)
            await _come_back(studio, url)


async def _measure(
    studio: Studio, data: Path, url: str, pid: int, count: int, each: int, base: float
) -> None:
    ids, keys = await add_people(studio, count)
    async with listening(url, keys, each) as (ears, _):
        title = f"{len(ears)} streams of {count} people"
        found: list[float] = []
        lates: list[float] = []
        # As long as they arrive, they read for themselves.
        await asyncio.sleep(5)
        for n in range(ROUNDS):
            mark = f"{count}-{n}"
            begun = await tell(studio, ids, mark)
            for _ in range(3000):
                if all(mark in ear.at for ear in ears):
                    break
                await asyncio.sleep(0.01)
            missing = sum(mark not in ear.at for ear in ears)
            if missing:
                raise SystemExit(f"{missing} streams did not hear {mark} within 30 s")
            times = [(ear.at[mark] - begun) * 1000 for ear in ears]
            found += times
            lates.append(max(times))
            await asyncio.sleep(0.5)
        print(
            f"{title:38} an event for each, at all of them: p50 {percentile(found, 50):5.0f} ms"
            f"   p99 {percentile(found, 99):5.0f} ms   last {max(lates):5.0f} ms"
        )
        one = []
        for n in range(ROUNDS):
            await asyncio.sleep(0.3)
            mark = f"one-{count}-{n}"
            begun = await tell(studio, ids[:1], mark)
            while not all(mark in ear.at for ear in ears[:each]):
                await asyncio.sleep(0.001)
            one += [(ear.at[mark] - begun) * 1000 for ear in ears[:each]]
        print(f"{'':38} an event for one: p50 {percentile(one, 50):5.1f} ms")
        await asyncio.sleep(10)
        own, postgres, began = of_process(pid), of_postgres(data), time.monotonic()
        await asyncio.sleep(IDLE)
        span, held = time.monotonic() - began, megabytes(pid)
        print(
            f"{'':38} in silence: {100 * (of_process(pid) - own) / span:4.1f} % of a core"
            f" + PostgreSQL {100 * (of_postgres(data) - postgres) / span:4.1f} %;"
            f" {held:.0f} MB, {(held - base) * 1024 / len(ears):.0f} KB a stream"
        )
    await asyncio.sleep(1)


async def _come_back(studio: Studio, url: str) -> None:
    """A stream that breaks off again and again, while a thousand events are written."""
    (user_id,), (key,) = await add_people(studio, 1)
    cursor, heard, breaks = "", list[str](), 0

    async def write() -> None:
        for n in range(EVENTS):
            await tell(studio, [user_id], str(n))

    ear = await connect(url, key)
    cursor = ear.last_id
    writing = asyncio.create_task(write())
    until = time.monotonic() + 60
    while len(set(heard)) < EVENTS and time.monotonic() < until:
        task = asyncio.create_task(ear.listen())
        await asyncio.sleep(0.2)
        ear.writer.transport.abort()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        heard += ear.marks
        cursor, breaks = ear.last_id, breaks + 1
        ear = await connect(url, key, cursor)
    ear.writer.close()
    await writing
    missed, twice = EVENTS - len(set(heard)), len(heard) - len(set(heard))
    print(
        f"{EVENTS} events over {breaks} reconnections: {missed} missed, {twice} twice,"
        f" {'in' if heard == sorted(heard, key=int) else 'out of'} order"
    )
    if missed:
        raise SystemExit("events were missed")
