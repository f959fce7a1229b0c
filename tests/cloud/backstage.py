"""What lies behind the studio, all of it real but the GPU and the cloud: RunPod's own SDK in
processes that the emulated platform starts, our handler in them, an emulated ComfyUI, a bucket.

It runs on a loop of its own, in a thread, so that the tests of a file share one: a worker takes
seconds to start.
"""

import asyncio
import sys
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar

import pyvips
from tests.storage import s3

from affiche.emulators import comfyui, runpod
from affiche.emulators.comfyui.faults import parse as parse_comfyui
from affiche.emulators.runpod.faults import parse as parse_runpod
from affiche.emulators.runpod.jobs import Job

T = TypeVar("T")
KEY: Final = "rpa_7THIS0KEY0IS0SHOWN0NOWHERE"
BUCKET_SECRET: Final = "5this0secret0is0shown0nowhere"
ENDPOINT, COLD = "ep-test", "ep-cold"
WORKER: Final = (sys.executable, "-m", "affiche.worker")
# Time enough to see a run under way; most take four steps.
PACE: Final = 0.08
_SECONDS: Final = 60.0


class Backstage:
    """`log` is what all workers wrote."""

    def __init__(self, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self._loop = loop
        self._folder = folder
        self.log = folder / "workers.log"
        self.log.touch()
        self.runpod: runpod.Server
        self.comfyui: comfyui.Server
        self.bucket: s3.Store

    async def raise_(self, opened: AsyncExitStack, endpoints: Mapping[str, Any]) -> None:
        enter = opened.enter_async_context
        self.bucket = await enter(s3.serving())
        self.comfyui = await enter(comfyui.serving(self._folder / "comfyui", pace=PACE))
        given = {
            name: {
                **terms,
                "command": self._command(terms.get("command", WORKER)),
                "environment": self._environment(terms.get("environment", {})),
            }
            for name, terms in endpoints.items()
        }
        self.runpod = await enter(
            runpod.serving(
                endpoints=given,
                key=KEY,
                workers=1,
                idle=600,
                hold=5,
                ping_interval=1,
                lost_after=3,
                restart_pause=0.1,
                retry_pause=0.2,
            )
        )

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Do something where all this runs."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_SECONDS)

    def plan(self, *faults: str) -> None:
        """Faults as the command line names them; ComfyUI's begin with "comfyui:"."""

        async def put() -> None:
            for fault in faults:
                if fault.startswith("comfyui:"):
                    self.comfyui.faults.put(parse_comfyui(fault.removeprefix("comfyui:")))
                else:
                    self.runpod.faults.put(parse_runpod(fault))

        self.call(put())

    def struck(self, faults: Sequence[str]) -> bool:
        """Whether each of them has, at least once."""
        found = {(s.fault.point, s.fault.kind) for s in self.runpod.faults.struck}
        found |= {("comfyui", s.fault.point, s.fault.kind) for s in self.comfyui.faults.struck}
        wanted = [fault.split(":") for fault in faults]
        return all(tuple(w[: 3 if w[0] == "comfyui" else 2]) in found for w in wanted)

    def clear(self) -> None:
        """All is well, nothing runs, nothing was counted."""

        async def cleared() -> None:
            self.runpod.faults.clear()
            self.comfyui.faults.clear()
            self.runpod.faults.struck.clear()
            self.comfyui.faults.struck.clear()
            for endpoint in self.runpod.service.endpoints.values():
                for job in list(endpoint.jobs.values()):
                    endpoint.delete(job)
            self.runpod.forget_counts()
            async with asyncio.timeout(_SECONDS):
                while self.comfyui.service.prompts.remaining:
                    await asyncio.sleep(0.02)
            self.bucket.objects.clear()

        self.call(cleared())

    def jobs(self, endpoint: str = ENDPOINT) -> list[Job]:
        """RunPod's own, the oldest first."""
        return sorted(self.runpod.endpoint(endpoint).jobs.values(), key=lambda job: job.number)

    def under_way(self, endpoint: str = ENDPOINT) -> tuple[int, int, int]:
        """Jobs in RunPod's queue, those in progress, prompts on ComfyUI."""
        jobs = self.runpod.endpoint(endpoint).health()["jobs"]
        return jobs["inQueue"], jobs["inProgress"], self.comfyui.service.prompts.remaining

    def painted(self) -> list[pyvips.Image]:
        """What ComfyUI saved, the latest first."""
        found = (self.comfyui.folder / "output").rglob("*.png")
        latest = sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return [pyvips.Image.new_from_file(str(path)) for path in latest[:4]]

    def _command(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return ("sh", "-c", 'exec "$@" >>"$0" 2>&1', str(self.log), *words)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """`{bucket}` in a value is the bucket's address."""
        given = {
            "COMFY_API_URL": self.comfyui.url,
            "AFFICHE_WORKER_START_SECONDS": "5",
            "AFFICHE_FETCH_PRIVATE": "127.0.0.1",
        }
        return given | {k: v.replace("{bucket}", self.bucket.url) for k, v in more.items()}


@contextmanager
def raised(folder: Path, endpoints: Mapping[str, Any] | None = None) -> Iterator[Backstage]:
    """`endpoints`: terms by id, `command` and `environment` of their workers beside the rest."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="backstage")
    thread.start()
    found, opened = Backstage(loop, folder), AsyncExitStack()
    try:
        found.call(found.raise_(opened, endpoints or {ENDPOINT: {}}))
        yield found
    finally:
        found.call(opened.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
