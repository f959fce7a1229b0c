"""Four processes admit from one database to several endpoints: caps, waits, shares and costs.

Its town is smaller in the tests; what is asserted there is measured here.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from tests.support.servers import add_person

from affiche import app, settings
from affiche.db import embedded, migrate
from affiche.db.address import parse
from affiche.studio import uploads
from affiche.studio.studio import Studio
from bench.figures import percentile
from bench.works import address, photograph, process

CAPS = (3, 5, 8)
WORKERS, USERS, EACH, HEAVY, SINGLES = 4, 10, 20, 150, 40
SECONDS = 0.3


@dataclass(frozen=True)
class Run:
    """What a row says of one job after all; times are the database's."""

    user_id: UUID
    endpoint_id: UUID
    priority: int
    status: str
    takes: int
    created_at: datetime
    taken_at: datetime
    ended_at: datetime

    @property
    def waited(self) -> float:
        return (self.taken_at - self.created_at).total_seconds()


@dataclass
class Town:
    """A studio with several engines, and processes that run its steps."""

    studio: Studio
    endpoints: dict[UUID, int]
    """The cap of each."""
    pictures: dict[UUID, UUID]

    async def move_in(self, name: str) -> UUID:
        """A new person, who has uploaded a picture."""
        who = await add_person(self.studio, name)
        file = await uploads.upload(self.studio, who, photograph(128), name="bench.jpg")
        self.pictures[who.id] = file.id
        return who.id

    async def ask(self, who: UUID, endpoint: UUID, count: int = 1, priority: int = 0) -> None:
        """So many works in one transaction, at that endpoint."""
        inputs = Jsonb({"image": str(self.pictures[who]), "prompt": "a quiet beach"})
        async with self.studio.database.as_service() as service:
            for _ in range(count):
                work = self.studio.new_id()
                await service.connection.execute(
                    "INSERT INTO works (id, user_id, template_id, input_data, seed)"
                    " SELECT %s, %s, id, %s, 7 FROM templates WHERE slug = 'klein-i2i'",
                    (work, who, inputs),
                )
                await service.connection.execute(
                    "INSERT INTO generation_jobs (work_id, endpoint_id, priority)"
                    " VALUES (%s, %s, %s)",
                    (work, endpoint, priority),
                )

    async def running(self) -> Counter[UUID]:
        query = (
            "SELECT endpoint_id, count(*) FROM generation_jobs"
            " WHERE status IN ('taken', 'processing') GROUP BY endpoint_id"
        )
        async with self.studio.database.singly() as service:
            found = await service.connection.execute(query)
            return Counter(dict(await found.fetchall()))

    async def waiting(self) -> int:
        query = "SELECT count(*) FROM works WHERE status IN ('pending', 'taken', 'processing')"
        async with self.studio.database.singly() as service:
            row = await (await service.connection.execute(query)).fetchone()
        return int(row[0]) if row else 0

    async def sampled(self, within: float) -> Counter[UUID]:
        """The most that ran at each endpoint, looked at all the time until nothing waits."""
        most: Counter[UUID] = Counter()
        async with asyncio.timeout(within):
            while await self.waiting():
                for _ in range(10):
                    most |= await self.running()
                    await asyncio.sleep(0.02)
        return most

    async def runs(self) -> list[Run]:
        query = (
            "SELECT user_id, endpoint_id, priority, status, takes, created_at, taken_at,"
            " coalesce(completed_at, failed_at, cancelled_at) FROM generation_jobs"
            " ORDER BY taken_at"
        )
        async with self.studio.database.singly() as service:
            found = await service.connection.execute(query)
            return [Run(*row) for row in await found.fetchall()]


def most_at_once(runs: Iterable[Run]) -> Counter[UUID]:
    """By endpoint, from the stamps; a place that became free may be taken in the same instant."""
    moments = sorted(
        [(run.ended_at, -1, run.endpoint_id) for run in runs]
        + [(run.taken_at, 1, run.endpoint_id) for run in runs]
    )
    now, most = Counter[UUID](), Counter[UUID]()
    for _, change, endpoint in moments:
        now[endpoint] += change
        most[endpoint] = max(most[endpoint], now[endpoint])
    return most


def jain(shares: Sequence[float]) -> float:
    """1 where all have the same, 1/n where one has all."""
    return sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))


def while_all_waited(runs: Sequence[Run], people: Iterable[UUID]) -> Counter[UUID]:
    """How often each was admitted until the first of them had nothing left to wait."""
    people = set(people)
    last = min(max(run.taken_at for run in runs if run.user_id == who) for who in people)
    return Counter(run.user_id for run in runs if run.user_id in people and run.taken_at <= last)


@asynccontextmanager
async def town(studio: Studio, caps: Sequence[int], seconds: float) -> AsyncIterator[Town]:
    """Its engines take `seconds` for every run, whatever else they run."""
    async with AsyncExitStack() as stack:
        urls = []
        for _ in caps:
            engine = await stack.enter_async_context(process("bench.instant", "64", str(seconds)))
            urls.append(await address(engine))
        async with studio.database.as_service() as service:
            for name in ("preview", "comfyui"):
                await service.run("endpoints.retire", name=name)
            for number, (cap, url) in enumerate(zip(caps, urls, strict=True)):
                await service.run(
                    "endpoints.put",
                    name=f"engine {number}",
                    kind="comfyui",
                    url=url,
                    works_at_once=cap,
                    position=number,
                )
            rows = await service.rows("endpoints.active")
        yield Town(studio, {row["id"]: row["works_at_once"] for row in rows}, {})


@asynccontextmanager
async def workers(count: int, environment: Mapping[str, str]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for _ in range(count):
            await stack.enter_async_context(process("bench.worker", **environment))
        yield


@asynccontextmanager
async def own_studio(folder: Path) -> AsyncIterator[tuple[Studio, embedded.Server]]:
    """On a server that records its statements."""
    extra = {"shared_preload_libraries": "pg_stat_statements"}
    async with embedded.running(folder / "server", extra) as server:
        chosen, _ = settings.read({"AFFICHE_DATA": str(folder), "DATABASE_URL": server.url})
        await migrate.migrate(parse(server.url))
        async with app.opened(chosen, migrating=True) as studio:
            yield studio, server


async def load(here: Town) -> tuple[list[UUID], UUID]:
    """People who ask for the same, one who asks for very much; and newcomers, meanwhile."""
    people = [await here.move_in(f"person{n}") for n in range(USERS)]
    heavy = await here.move_in("heavy")
    places = list(here.endpoints)
    await here.ask(heavy, places[0], HEAVY)
    for place in places:
        for who in people:
            await here.ask(who, place, EACH // len(places))
    return people, heavy


async def newcomers(here: Town, count: int, pause: float) -> list[UUID]:
    """One work each, every fourth an urgent one, where the most is waiting."""
    who = [await here.move_in(f"newcomer{n}") for n in range(count)]
    busiest = next(iter(here.endpoints))
    for number, each in enumerate(who):
        await here.ask(each, busiest, priority=int(number % 4 == 3))
        await asyncio.sleep(pause)
    return who


async def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as name:
        async with (
            own_studio(Path(name)) as (studio, server),
            town(studio, CAPS, SECONDS) as here,
        ):
            with psycopg.connect(
                server.superuser_url(embedded.DATABASE), autocommit=True
            ) as superuser:
                superuser.execute("CREATE EXTENSION pg_stat_statements")
                people, heavy = await load(here)
                superuser.execute("SELECT pg_stat_statements_reset()")
                environment = {"AFFICHE_DATA": name, "DATABASE_URL": server.url}
                begun = time.monotonic()
                async with workers(WORKERS, environment):
                    arriving = asyncio.create_task(newcomers(here, SINGLES, 0.25))
                    most = await here.sampled(within=600)
                    late = await arriving
                    most |= await here.sampled(within=600)
                    took = time.monotonic() - begun
                tell(here, await here.runs(), most, took, (people, heavy, late))
                statements(superuser, len(await here.runs()))


def tell(
    here: Town,
    runs: list[Run],
    most: Counter[UUID],
    took: float,
    who: tuple[list[UUID], UUID, list[UUID]],
) -> None:
    people, heavy, late = who
    exact = most_at_once(runs)
    print(f"{WORKERS} processes, {len(runs)} works, {len(runs) / took:.1f} admitted a second")
    for endpoint, cap in here.endpoints.items():
        print(f"  cap {cap}: most seen {most[endpoint]}, most by the stamps {exact[endpoint]}")
    shares = while_all_waited(runs, people)
    print(f"  Jain's index of {USERS} who asked for the same: {jain(list(shares.values())):.3f}")
    waits = {
        "the same for all": [r.waited for r in runs if r.user_id in people],
        "one's large batch": [r.waited for r in runs if r.user_id == heavy],
        "newcomers": [r.waited for r in runs if r.user_id in late and not r.priority],
        "urgent newcomers": [r.waited for r in runs if r.user_id in late and r.priority],
    }
    for title, values in waits.items():
        print(
            f"  waited, {title:18} p50 {percentile(values, 50):5.1f} s  most {max(values):5.1f} s"
        )
    returned, failed = (
        sum(run.takes > 0 for run in runs),
        sum(run.status != "completed" for run in runs),
    )
    print(f"  {returned} came back, {failed} did not complete")


# Words by which the statements of admission are known.
OWN = "place_changes|priority, turn|AND is_active FOR|run_at = run_at|min\\(run_at\\)|e.is_active"
# Those that look on.
NOT_ITS = "GROUP BY endpoint_id|FROM works WHERE status IN|pg_stat|CREATE"


def statements(superuser: psycopg.Connection[tuple[object, ...]], works: int) -> None:
    """How many there were for each work, and those that admission runs."""
    query = (
        "SELECT sum(calls), sum(total_exec_time) FROM pg_stat_statements s"
        " JOIN pg_database d ON d.oid = s.dbid"
        " WHERE toplevel AND datname = current_database() AND query !~ %s"
    )
    found = superuser.execute(query, (NOT_ITS,)).fetchone() or (0, 0)
    calls, spent = (float(str(each)) for each in found)
    print(f"  {calls / works:.1f} statements and {spent / works:.1f} ms of the server a work")
    query = (
        "SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 60), calls, mean_exec_time,"
        " rows::float / calls FROM pg_stat_statements WHERE toplevel AND query ~ %s"
        " AND query !~ %s ORDER BY calls DESC"
    )
    for text, count, mean, rows in superuser.execute(query, (OWN, NOT_ITS)).fetchall():
        print(f"    {count:>6} × {float(str(mean)):6.2f} ms, {float(str(rows)):5.1f} rows  {text}")
