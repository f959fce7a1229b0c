"""Studios side by side, each on a database, a folder and an engine of its own, for one work at a
time."""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.pipeline.doors import Point, functions_that_write
from tests.pipeline.nursery import Nursery, nursery
from tests.pipeline.worker import Act, Order
from tests.support import studios
from tests.support.databases import TEMPLATE, Cluster
from tests.support.studios import engine, photograph

from affiche import app, settings
from affiche.db import queue
from affiche.db.database import Database
from affiche.emulators.comfyui import Server
from affiche.pipeline.line import ENTRYPOINT
from affiche.storage import keys
from affiche.storage.objects import Objects
from affiche.studio import people, uploads, works
from affiche.studio.studio import Caller, Studio

REST_WITHIN = 30.0


@dataclass(slots=True)
class Lane:
    """`accepted` counts how often the engine took a run, by its id."""

    studio: Studio
    alice: Caller
    server: Server
    picture: uploads.File
    functions: tuple[str, ...]
    folder: Path
    nursery: Nursery
    accepted: Counter[str]
    picture_url: str
    _numbers: "count[int]" = field(default_factory=count)

    def calm(self) -> None:
        """No fault but this: a run ends only when our row says that it began, so that things
        happen in the same order each time."""
        self.server.faults.clear()
        self.server.faults.add("node", "delay", node="SaveImage", times=10**9, seconds=0.15)

    def order(self, point: Point | None = None, act: Act = "none", **more: Any) -> Order:
        """For one work: a fresh folder for its trace and marks."""
        folder = self.folder / f"work-{next(self._numbers)}"
        folder.mkdir()
        return Order(
            database_url=self.studio.database.address.url,
            data=self.studio.settings.data,
            folder=folder,
            functions=self.functions,
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
        assert [len(data) for data in pictures] == [file.file_size for file in found]
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
        await studios.ended(self.studio, self.alice, work_id)

    async def at_rest(self, work_id: UUID) -> works.Work:
        """The work once it has ended and nothing of it is under way anywhere."""
        left = "nothing was looked at"
        for _ in range(int(REST_WITHIN / 0.03)):
            work = await works.get(self.studio, self.alice, work_id)
            left = "" if work.ended else f"the work is {work.status}"
            left = left or await self._left()
            if not left:
                return work
            await asyncio.sleep(0.03)
        raise AssertionError(f"after {REST_WITHIN} s {left}")

    async def _left(self) -> str:
        async with self.studio.database.singly() as service:
            cursor = await service.connection.execute(
                "SELECT (SELECT count(*) FROM generation_jobs"
                "   WHERE status IN ('pending', 'taken', 'processing')),"
                " (SELECT count(*) FROM withdrawals WHERE done_at IS NULL)"
            )
            row = await cursor.fetchone()
        assert row is not None
        entries = await queue.waiting(self.studio.database, [ENTRYPOINT])
        found = {
            "jobs under way": row[0],
            "open withdrawals": row[1],
            "queue entries": entries,
            "runs on the engine": self.server.service.prompts.remaining,
        }
        return ", ".join(f"{number} {what}" for what, number in found.items() if number)


@asynccontextmanager
async def lane(cluster: Cluster) -> AsyncIterator[Lane]:
    name = await asyncio.to_thread(cluster.create, TEMPLATE)
    try:
        with tempfile.TemporaryDirectory(prefix="affiche-lane-") as folder:
            async with _opened(cluster, name, Path(folder)) as made:
                yield made
    finally:
        with suppress(Exception):
            await asyncio.to_thread(cluster.drop, name)


@asynccontextmanager
async def _opened(cluster: Cluster, name: str, folder: Path) -> AsyncIterator[Lane]:
    address = cluster.address(name)
    chosen, _ = settings.read({"AFFICHE_DATA": str(folder), "DATABASE_URL": address.url})
    async with Database(address, size=3) as database:
        objects = Objects(folder / "objects")
        studio = Studio(chosen, database, objects, app.signing_secret(folder))
        async with engine(studio, folder / "comfyui", pace=0.0) as server, nursery() as children:
            alice = await people.first_user(studio)
            picture = await uploads.upload(studio, alice, photograph(64, 64), name="ramp.jpg")
            (server.folder / "input" / "ramp.jpg").write_bytes(photograph(64, 64))
            functions = await functions_that_write(address.url)
            yield Lane(
                *(studio, alice, server, picture, functions, folder, children),
                accepted=_counting(server),
                picture_url=f"{server.url}/view?filename=ramp.jpg&type=input",
            )


def _counting(server: Server) -> Counter[str]:
    counted, real = Counter[str](), server.service.prompts.put

    def put(number: float, id: str, *more: Any, **how: Any) -> None:
        counted[id] += 1
        real(number, id, *more, **how)

    vars(server.service.prompts)["put"] = put
    return counted


def read_trace(order: Order) -> list[dict[str, Any]]:
    if not order.trace.exists():
        return []
    return [json.loads(line) for line in order.trace.read_text().splitlines()]
