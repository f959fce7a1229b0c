"""What holds once everything has come to rest, whatever happened before."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from tests.chaos.world import TROUBLE, World

from affiche.db import queue
from affiche.pipeline.leftovers import Leftovers
from affiche.pipeline.line import ENTRYPOINT
from affiche.storage import keys

ENDED: Final = ("completed", "failed", "cancelled")
# From each state of a work to those that may follow; progress is told while it is processing.
LAWFUL: Final = {
    "created": {"taken", "failed", "cancelled"},
    "taken": {"processing", "pending", "failed", "cancelled"},
    "pending": {"taken", "failed", "cancelled"},
    "processing": {"processing", "progress", "pending", "taken", *ENDED},
    "progress": {"progress", "processing", "pending", "taken", *ENDED},
}
UNDER_WAY: Final = {
    "jobs under way": "SELECT count(*) FROM generation_jobs WHERE status NOT IN"
    " ('completed', 'failed', 'cancelled')",
    "works that have not ended": "SELECT count(*) FROM works WHERE status NOT IN"
    " ('completed', 'failed', 'cancelled')",
    "open withdrawals": "SELECT count(*) FROM withdrawals WHERE done_at IS NULL",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """`work_id`: whose history tells more, if it is one work's."""

    what: str
    work_id: UUID | None = None


async def at_rest(world: World, within: float) -> list[Violation]:
    """Wait until nothing is under way; what still is after `within` seconds."""
    left = {"everything": 0}
    until = asyncio.get_running_loop().time() + within
    while left:
        try:
            left = await _left(world)
        except TROUBLE as error:
            left = {f"the database does not answer: {error}": 1}
        if asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(0.2)
    found = [Violation(f"{what}: {number}") for what, number in left.items()]
    if left:
        ids = await _rows(world, "SELECT id FROM works WHERE status NOT IN" + str(ENDED))
        found += [Violation("this work has not ended", row["id"]) for row in ids[:5]]
    return found


async def violations(world: World) -> list[Violation]:
    """Of a world at rest, with nobody at work in it."""
    found = [violation async for violation in _pictures(world)]
    found += [violation async for violation in _events(world)]
    found += [violation async for violation in _sweeping(world)]
    return found


async def _left(world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for what, statement in UNDER_WAY.items():
        found[what] = (await _rows(world, statement))[0]["count"]
    found["queue entries"] = await queue.waiting(world.studio.database, [ENTRYPOINT])
    found["runs on the engine"] = world.engine.service.prompts.remaining
    return {what: number for what, number in found.items() if number}


async def _pictures(world: World) -> AsyncIterator[Violation]:
    """Each completed job has its own stored picture, no other job has any, and works agree."""
    jobs = await _rows(
        world,
        "SELECT j.work_id, j.status, j.output_file_id, f.object_key, f.file_size,"
        " f.thumbnail_key, w.status AS work_status FROM generation_jobs j"
        " JOIN works w ON w.id = j.work_id LEFT JOIN files f ON f.id = j.output_file_id",
    )
    seen: set[UUID] = set()
    delivering: set[UUID] = set()
    for job in jobs:
        work_id, file_id = job["work_id"], job["output_file_id"]
        if (job["status"] == "completed") != (file_id is not None):
            yield Violation(f"a job is {job['status']}, its picture {file_id}", work_id)
        if file_id is None:
            continue
        delivering.add(work_id)
        if file_id in seen:
            yield Violation("two jobs have one picture", work_id)
        seen.add(file_id)
        data = await world.studio.objects.read("works", job["object_key"])
        if len(data) != job["file_size"]:
            yield Violation(f"{len(data)} bytes are stored, not {job['file_size']}", work_id)
        if not await world.studio.objects.exists("thumbs", job["thumbnail_key"]):
            yield Violation("the thumbnail is missing", work_id)
    for job in jobs:
        delivered = job["work_id"] in delivering
        if delivered and job["work_status"] == "failed":
            yield Violation("failed, though a picture was delivered", job["work_id"])
        if job["work_status"] == "completed" and not delivered:
            yield Violation("completed without a picture", job["work_id"])


async def _events(world: World) -> AsyncIterator[Violation]:
    """By their ids, which are given while the work's row is locked: so they happened."""
    rows = await _rows(
        world, "SELECT work_id, type FROM events WHERE type LIKE 'work.%%' ORDER BY id"
    )
    told: dict[UUID, list[str]] = {}
    for row in rows:
        told.setdefault(row["work_id"], []).append(row["type"].removeprefix("work."))
    works = await _rows(world, "SELECT id, status FROM works")
    for work in works:
        events = told.get(work["id"], [])
        lawful = events[:1] == ["created"] and all(
            after in LAWFUL.get(before, ()) for before, after in pairwise(events)
        )
        if not lawful or events[-1] != work["status"]:
            yield Violation(f"{work['status']} by way of {' '.join(events)}", work["id"])


async def _sweeping(world: World) -> AsyncIterator[Violation]:
    """With no grace left, one look through the store leaves what rows name and nothing else."""
    planted = keys.work(world.people[0].id, world.studio.new_id(), world.studio.new_id())
    await world.studio.objects.put("works", planted, b"nobody's", "image/png")
    leftovers = Leftovers(world.studio, pause=0)
    leftovers.grace = timedelta(0)
    world.done["orphans swept"] = await leftovers.look_through() - 1
    named = {
        row["key"]
        for row in await _rows(
            world,
            "SELECT bucket_id || '/' || object_key AS key FROM files"
            " UNION ALL SELECT 'thumbs/' || thumbnail_key FROM files",
        )
    }
    folder = world.data / "objects"
    stored = await asyncio.to_thread(
        lambda: {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    )
    buckets = tuple(f"{bucket}/" for bucket in keys.BUCKETS)
    for key in sorted(stored - named)[:10]:
        if key.startswith(buckets):
            yield Violation(f"an object that no row names outlives the sweep: {key}")
    for key in sorted(named - stored)[:10]:
        yield Violation(f"a row names an object that is not there: {key}")


async def history(world: World, work_id: UUID) -> list[str]:
    """Everything on record about one work, a line each."""
    lines: list[str] = []
    for table, statement in HISTORY.items():
        for row in await _rows(world, statement, work_id):
            told = {k: v for k, v in row.items() if v is not None}
            lines.append(f"{table}: " + ", ".join(f"{k}={v}" for k, v in told.items()))
    return lines


HISTORY: Final = {
    "work": "SELECT status, error_code, created_at, taken_at, processing_at, completed_at,"
    " failed_at, cancelled_at, output_file_id FROM works WHERE id = %s",
    "job": "SELECT id, output_index, status, step, takes, token, entry, external_id, run_at,"
    " observe_at, deadline_at, updated_at, error_code, output_file_id FROM generation_jobs"
    " WHERE work_id = %s ORDER BY output_index",
    "withdrawal": "SELECT w.external_id, w.tries, w.run_at, w.done_at FROM withdrawals w"
    " JOIN generation_jobs j ON j.id = w.job_id WHERE j.work_id = %s",
    "file": "SELECT id, object_key, created_at FROM files WHERE work_id = %s",
    "event": "SELECT created_at, type, data FROM events WHERE work_id = %s ORDER BY id",
    "queue": "SELECT q.id, q.status, q.dedupe_key, q.heartbeat FROM pgqueuer.pgqueuer q"
    " JOIN generation_jobs j ON q.dedupe_key LIKE j.id || '%%' WHERE j.work_id = %s",
}


async def _rows(world: World, statement: str, *params: Any) -> list[dict[str, Any]]:
    async with (
        world.studio.database.singly() as service,
        service.connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(statement, params)
        return await cursor.fetchall()
