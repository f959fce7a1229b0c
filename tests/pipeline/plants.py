"""The engines of the lanes, as the matrix sees them: how often they were given a run, what still
goes on there, and what became of each run."""

import asyncio
import base64
import json
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pyvips
from tests.cloud.place import ENDPOINT, connected
from tests.support.studios import engine, photograph

from affiche.emulators import comfyui, runpod
from affiche.studio.studio import Studio

RUN_SECONDS, FILES = 0.3, ("LoadImage", "SaveImage")
RUNS = """SELECT array_agg(DISTINCT j.external_id) FILTER (WHERE j.status = 'completed'),
  array_agg(DISTINCT w.external_id) FILTER (WHERE w.id IS NOT NULL),
  (SELECT count(*) FROM runs r JOIN generation_jobs o ON o.id = r.job_id
    WHERE o.work_id = %(work_id)s
      AND (r.external_id IS NULL OR r.external_id IS DISTINCT FROM o.external_id))
FROM generation_jobs j LEFT JOIN withdrawals w ON w.job_id = j.id WHERE j.work_id = %(work_id)s"""


class Plant(Protocol):
    """An engine; `settings` are what a process that works needs to know of it."""

    settings: Mapping[str, str]
    picture_url: str

    def calm(self) -> None:
        """No fault, and nothing remembered: things shall happen in the same order each time."""

    def fault(self, point: str, kind: str, **details: Any) -> None: ...

    @property
    def given(self) -> int:
        """How often it took a run."""

    @property
    def remaining(self) -> int:
        """Runs that have not ended, or whose end is still being told."""

    async def amiss(self, studio: Studio, work_id: UUID) -> str:
        """What is wrong with the runs of the work, which has ended."""


@dataclass(slots=True)
class Comfyui:
    server: comfyui.Server
    taken: Counter[str]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def picture_url(self) -> str:
        return f"{self.server.url}/view?filename=ramp.jpg&type=input"

    def calm(self) -> None:
        """A run ends only when our row says that it began."""
        self.server.faults.clear()
        self.server.service.cache.clear()
        self.server.faults.add("node", "delay", node="SaveImage", times=10**9, seconds=0.15)

    def fault(self, point: str, kind: str, **details: Any) -> None:
        self.server.faults.add(point, kind, **details)  # type: ignore[arg-type]

    @property
    def given(self) -> int:
        return self.taken.total()

    @property
    def remaining(self) -> int:
        return self.server.service.prompts.remaining

    async def amiss(self, studio: Studio, work_id: UUID) -> str:
        """Nothing: a run that is left there is found by the name that we gave it."""
        return ""


@asynccontextmanager
async def on_comfyui(studio: Studio, folder: Path) -> AsyncIterator[Comfyui]:
    async with engine(studio, folder / "comfyui", pace=0.0) as server:
        (server.folder / "input" / "ramp.jpg").write_bytes(photograph(64, 64))
        yield Comfyui(server, _counting(server))


def _counting(server: comfyui.Server) -> Counter[str]:
    counted, real = Counter[str](), server.service.prompts.put

    def put(number: float, id: str, *more: Any, **how: Any) -> None:
        counted[id] += 1
        real(number, id, *more, **how)

    vars(server.service.prompts)["put"] = put
    return counted


@dataclass(slots=True)
class Runpod:
    """`told`: the ends of runs are posted to a door, which survives whoever is killed."""

    server: runpod.Server
    told: bool
    settings: Mapping[str, str]
    picture_url: str = ""
    _before: frozenset[str] = frozenset()

    def calm(self) -> None:
        self.server.faults.clear()
        self._before = frozenset(self._jobs)

    def fault(self, point: str, kind: str, **details: Any) -> None:
        self.server.faults.add(point, kind, **details)  # type: ignore[arg-type]

    @property
    def given(self) -> int:
        return len(self._jobs)

    @property
    def remaining(self) -> int:
        counted = self.server.counted()
        ends = counted["ended"].get("COMPLETED", 0) + counted["ended"].get("FAILED", 0)
        untold = ends - counted["webhooks"]["answered"] if self.told else 0
        return untold + sum(not job.over for job in self._jobs.values())

    async def amiss(self, studio: Studio, work_id: UUID) -> str:
        """At most one run too many; and each that is not the work's own was stopped there, or
        withdrawn when its end was told. Where nothing is told, its name was learnt too late or
        never."""
        async with studio.database.singly() as service:
            cursor = await service.connection.execute(RUNS, {"work_id": work_id})
            row = await cursor.fetchone()
        assert row is not None
        known, late = {*(row[0] or ()), *(row[1] or ())}, row[2]
        own = {name: job for name, job in self._jobs.items() if name not in self._before}
        strangers = [n for n, job in own.items() if n not in known and job.status != "CANCELLED"]
        if len(own) > 2:
            return f"RunPod was given {len(own)} runs"
        if len(strangers) > (0 if self.told else late):
            return f"nobody knows of the runs {', '.join(strangers)}"
        return ""

    @property
    def _jobs(self) -> dict[str, Any]:
        return self.server.endpoint(ENDPOINT).jobs


async def _paint(job: dict[str, Any], progress: runpod.Progress) -> Any:
    """A worker whose picture is that of the graph, whatever files are called there."""
    if job.get("ping"):
        return {"pong": True}
    await asyncio.sleep(RUN_SECONDS)
    nodes = [n for n in job["workflow"].values() if n["class_type"] not in FILES]
    shade = zlib.crc32(json.dumps(nodes, sort_keys=True).encode()) & 0xFFFFFF
    plain = pyvips.Image.black(64, 64) + list(shade.to_bytes(3, "big"))
    data = plain.cast("uchar").copy(interpretation="srgb").pngsave_buffer()
    picture = {"filename": "a.png", "type": "base64", "data": base64.b64encode(data).decode()}
    return {"images": [picture]}


@asynccontextmanager
async def on_runpod(studio: Studio, *, told: bool) -> AsyncIterator[Runpod]:
    async with (
        runpod.serving(_paint, standby=1, workers=3, retry_pause=0.5) as server,
        connected(studio, server, webhooks=told, door=told) as cloud,
    ):
        public = {"AFFICHE_PUBLIC_URL": cloud.studio.settings.public_url or ""}
        yield Runpod(server, told, {"RUNPOD_API_KEY": runpod.KEY, **public})
