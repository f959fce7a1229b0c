"""Works that wait on an engine: what they cost while nothing happens, and how soon one that has
ended is complete.

Most of them were submitted by a process that is gone, as after a restart: no socket speaks of
these. A few are this process's own.
"""

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from psycopg import Connection
from tests.db import crowd
from tests.db.people import value

from affiche.db import embedded
from affiche.studio import people, uploads
from bench.figures import megabytes, of_postgres, of_process
from bench.works import address, ask, photograph, process, studio

SETTLE, WATCH, ENDS, OWN = 60.0, 60.0, 20, 20
WRITTEN = """SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_all_tables
WHERE schemaname IN ('public', 'pgqueuer')"""
ON_ENGINE = "SELECT external_id FROM generation_jobs WHERE status = 'processing' ORDER BY id"
COMPLETED = """SELECT extract(epoch FROM completed_at)::float FROM generation_jobs
WHERE external_id = %s AND status = 'completed'"""


@dataclass(frozen=True)
class Reading:
    """At a moment: seconds of processor time of the process and of PostgreSQL, rows written."""

    at: float
    own: float
    database: float
    written: int


def fill(database: Connection[Any], count: int) -> None:
    """`count` works on an engine, and a thousand that have ended."""
    crowd.fill(database, crowd.Size(works=count + 1000, waiting=0, running=count))
    database.execute("""UPDATE generation_jobs SET parameters = '{"seed": 1}'""")
    database.execute("SET session_replication_role = origin")


def reading(pid: int, data: Path, database: Connection[Any]) -> Reading:
    return Reading(time.monotonic(), of_process(pid), of_postgres(data), value(database, WRITTEN))


async def completed(database: Connection[Any], url: str, runs: list[str]) -> list[float]:
    """Milliseconds from the engine's end of each run to its work's completion."""
    found = []
    async with aiohttp.ClientSession() as session:
        for run in runs:
            begun = time.time()
            async with session.post(f"{url}/_end/{run}") as answer:
                answer.raise_for_status()
            while (at := value(database, COMPLETED, run)) is None:
                await asyncio.sleep(0.01)
            found.append((at - begun) * 1000)
    return found


async def measure(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder:
        data, ids = Path(folder) / "data", Path(folder) / "ids"
        async with studio(data, "http://127.0.0.1:9") as opened, embedded.running(data) as server:
            me = await people.first_user(opened)
            file = await uploads.upload(opened, me, photograph(256), name="bench.jpg")
            url = server.superuser_url(embedded.DATABASE)
            with psycopg.connect(url, autocommit=True, prepare_threshold=None) as database:
                fill(database, count)
                before = [row[0] for row in database.execute(ON_ENGINE).fetchall()]
                ids.write_text("\n".join(before), "utf-8")
                for n in range(OWN):
                    await ask(opened, me, file.id, n)
                async with process("bench.holding", str(ids)) as engine:
                    at = await address(engine)
                    database.execute(
                        "UPDATE endpoints SET url = %s, works_at_once = %s WHERE kind = 'comfyui'",
                        (at, count + 1000),
                    )
                    await _watch(data, database, at, count, before)


async def _watch(
    data: Path, database: Connection[Any], url: str, count: int, before: list[str]
) -> None:
    async with process("bench.worker", AFFICHE_DATA=str(data)) as worker:
        await asyncio.sleep(SETTLE)
        known = set(before)
        own = [row[0] for row in database.execute(ON_ENGINE).fetchall() if row[0] not in known]
        first = reading(worker.pid, data, database)
        await asyncio.sleep(WATCH)
        last = reading(worker.pid, data, database)
        span = last.at - first.at
        print(
            f"{count:>9,} wait   {megabytes(worker.pid):6.0f} MB"
            f"   {100 * (last.own - first.own) / span:5.1f} % of a core"
            f" + PostgreSQL {100 * (last.database - first.database) / span:5.1f} %"
            f"   {(last.written - first.written) / span * 60:8.0f} rows written a minute"
        )
        for title, runs in (("its own", own), ("another's", before[:ENDS])):
            times = await completed(database, url, runs)
            print(
                f"{'':>9}   completed after the engine's end, {title}:"
                f" median {statistics.median(times):6.0f} ms, most {max(times):6.0f} ms"
            )
