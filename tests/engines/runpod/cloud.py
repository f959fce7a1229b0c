"""An emulated RunPod whose one worker is ours, beside an emulated ComfyUI."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.engines.emulated import Emulated

from affiche.comfy.transport import Limits
from affiche.domain.observations import Queued
from affiche.emulators import comfyui, runpod
from affiche.engines.access import Access
from affiche.engines.engine import Engine
from affiche.engines.registry import make
from affiche.worker.handler import Worker
from affiche.worker.settings import WorkerSettings

from .facts import endpoint


class Cloud(Emulated):
    """Graphs and what goes wrong in them are ComfyUI's; the rest is RunPod's."""

    waiting = Queued()
    impatient = Limits(upload=0.5)

    def __init__(self, cloud: runpod.Server, server: comfyui.Server) -> None:
        super().__init__("runpod", server)
        self._cloud = cloud

    def engine(self, limits: Limits | None = None) -> Engine:
        return make("runpod", self._cloud.url, limits=limits, access=self.access())

    def access(self, **changes: Any) -> Access:
        return Access(endpoint(remote_id="ep1", **changes), self._cloud.key)

    def release(self) -> None:
        super().release()
        self._cloud.faults.clear()

    def forget_next(self) -> None:
        self._cloud.faults.add("run", "vanish")

    def refuse_next(self, status: int) -> None:
        self._cloud.faults.add("run", "refuse", status=status, html=True)

    def hang_next_submission(self) -> None:
        self._cloud.faults.add("run", "hang")

    def lose_next_answer(self) -> None:
        self._cloud.faults.add("run", "drop")

    def delete_outputs(self) -> None:
        self._cloud.endpoint("ep1").jobs.clear()

    async def restart(self, away: float = 0.0) -> None:
        """As an outage: what was asked before is not known any more."""
        await self._cloud.stop()
        await asyncio.sleep(away)
        self._cloud.service = type(self._cloud.service)(self._cloud.service.options)
        await self._cloud.start()


@asynccontextmanager
async def cloud(folder: Path, **options: Any) -> AsyncGenerator[Cloud, None]:
    async with comfyui.serving(folder, pace=0.02) as server:
        worker = Worker(
            WorkerSettings(comfyui=server.url, start_seconds=5.0), post=_post, progress_pause=0.01
        )

        async def handle(given: dict[str, Any], progress: runpod.Progress) -> Any:
            return await worker.handle({"id": "job", "input": given, "tell": progress})

        async with runpod.serving(handle, workers=1, **options) as over:
            yield Cloud(over, server)


async def _post(job: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    job["tell"](dict(update))
