"""Studios side by side, each on a database, a folder and an engine of its own, for one work at a
time."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.pipeline.doors import Point, functions_that_write
from tests.pipeline.nursery import Nursery, nursery
from tests.pipeline.plants import Plant
from tests.pipeline.worker import Act, Order
from tests.support import small, staged
from tests.support.databases import TEMPLATE, Cluster
from tests.support.studios import photograph

from affiche import app, settings
from affiche.catalog.catalog import load
from affiche.db.database import Database
from affiche.storage import keys
from affiche.storage.objects import Objects
from affiche.studio import people, templates, uploads, works
from affiche.studio.studio import Caller, Studio

REST_WITHIN, LOOK_SECONDS = 90.0, 0.1
Planting = Callable[[Studio, Path], AbstractAsyncContextManager[Plant]]
UNDER_WAY = """SELECT
  (SELECT count(*) FROM works WHERE status IN ('pending', 'taken', 'processing')),
  (SELECT count(*) FROM generation_jobs WHERE status IN ('pending', 'taken', 'processing')),
  (SELECT count(*) FROM withdrawals WHERE done_at IS NULL),
  (SELECT count(*) FROM pgqueuer.pgqueuer)"""

HISTORY = (
    "SELECT to_jsonb(j) - 'parameters' - 'outputs' FROM generation_jobs j"
    " WHERE status IN ('pending', 'taken', 'processing')",
    "SELECT to_jsonb(q) FROM pgqueuer.pgqueuer q",
    "SELECT to_jsonb(l) FROM pgqueuer.pgqueuer_log l ORDER BY id DESC LIMIT 10",
    "SELECT json_build_array(pid, state, wait_event, xact_start, left(query, 80))"
    " FROM pg_stat_activity WHERE datname = current_database()",
)


@dataclass(slots=True)
class Lane:
    studio: Studio
    alice: Caller
    plant: Plant
    picture: uploads.File
    functions: tuple[str, ...]
    folder: Path
    nursery: Nursery
    _numbers: "count[int]" = field(default_factory=count)

    def order(self, point: Point | None = None, act: Act = "none", **more: Any) -> Order:
        """For one work: a fresh folder for its trace and marks."""
        folder = self.folder / f"work-{next(self._numbers)}"
        folder.mkdir()
        return Order(
            database_url=self.studio.database.address.url,
            data=self.studio.settings.data,
            folder=folder,
            functions=self.functions,
            settings=tuple(self.plant.settings.items()),
            point=point,
            act=act,
            **more,
        )

    async def jobs(self, work_id: UUID) -> list[dict[str, Any]]:
        async with self.studio.database.singly() as service:
            cursor = await service.connection.execute(
                "SELECT id, status, step, takes, output_file_id FROM generation_jobs"
                " WHERE work_id = %s ORDER BY output_index",
                (work_id,),
            )
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def pictures(self, work_id: UUID) -> list[bytes]:
        """The bytes of what was delivered, as stored; each is as long as its row says."""
        found = await works.outputs(self.studio, self.alice, [work_id])
        pictures = [await self.studio.objects.read("works", file.object_key) for file in found]
        lengths, said = [len(data) for data in pictures], [file.file_size for file in found]
        assert lengths == said, f"{lengths} bytes are stored where rows say {said}"
        return pictures

    async def orphans(self) -> set[str]:
        """Stored objects that no row of a file names, as bucket/key."""
        async with self.studio.database.singly() as service:
            cursor = await service.connection.execute(
                "SELECT bucket_id || '/' || object_key FROM files"
                " UNION ALL SELECT 'thumbs/' || thumbnail_key FROM files"
            )
            named = {row[0] for row in await cursor.fetchall()}
        stored = set()
        for bucket in keys.BUCKETS:
            stored |= {f"{bucket}/{e.key}" async for e in self.studio.objects.list(bucket)}
        return stored - named

    async def ended(self, work_id: UUID) -> None:
        for _ in range(int(REST_WITHIN / LOOK_SECONDS)):
            if (await works.get(self.studio, self.alice, work_id)).ended:
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"not ended after {REST_WITHIN} s\n{await self._history()}")

    async def at_rest(self, work_id: UUID) -> works.Work:
        """The work once it has ended and nothing of it is under way anywhere."""
        left = "nothing was looked at"
        for _ in range(int(REST_WITHIN / LOOK_SECONDS)):
            left = await self._left()
            if not left:
                return await works.get(self.studio, self.alice, work_id)
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"after {REST_WITHIN} s: {left}\n{await self._history()}")

    async def _left(self) -> str:
        async with self.studio.database.singly() as service:
            cursor = await service.connection.execute(UNDER_WAY)
            row = await cursor.fetchone()
        assert row is not None
        found = (*row, self.plant.remaining)
        names = ("works", "jobs", "withdrawals", "queue entries", "runs on the engine")
        told = zip(found, names, strict=True)
        return ", ".join(f"{number} {name}" for number, name in told if number)

    async def _history(self) -> str:
        """What is under way, who holds it in the queue, and what the sessions do."""
        lines: list[str] = []
        async with self.studio.database.singly() as service:
            for statement in HISTORY:
                cursor = await service.connection.execute(statement)
                lines += [str(row[0]) for row in await cursor.fetchall()]
        return "\n".join(lines)


@asynccontextmanager
async def lane(cluster: Cluster, planting: Planting) -> AsyncIterator[Lane]:
    name = await asyncio.to_thread(cluster.create, TEMPLATE)
    try:
        with tempfile.TemporaryDirectory(prefix="affiche-lane-") as folder:
            async with _opened(cluster, name, Path(folder), planting) as made:
                yield made
    finally:
        with suppress(Exception):
            await asyncio.to_thread(cluster.drop, name)


@asynccontextmanager
async def _opened(
    cluster: Cluster, name: str, folder: Path, planting: Planting
) -> AsyncIterator[Lane]:
    address = cluster.address(name)
    chosen, _ = settings.read({"AFFICHE_DATA": str(folder), "DATABASE_URL": address.url})
    async with Database(address, size=3) as database:
        objects = Objects(folder / "objects")
        studio = Studio(chosen, database, objects, app.signing_secret(folder))
        async with planting(studio, folder) as plant, nursery() as children:
            made = [staged.write_template(folder), small.write_template(folder)]
            await templates.install(database, [load(each) for each in made])
            alice = await people.first_user(studio)
            picture = await uploads.upload(studio, alice, photograph(64, 64), name="ramp.jpg")
            functions = await functions_that_write(address.url)
            yield Lane(studio, alice, plant, picture, functions, folder, children)


def read_trace(order: Order) -> list[dict[str, Any]]:
    if not order.trace.exists():
        return []
    return [json.loads(line) for line in order.trace.read_text().splitlines()]
