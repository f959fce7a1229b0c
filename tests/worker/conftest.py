"""A worker beside an emulated ComfyUI, its handler called as RunPod's SDK calls it."""

import base64
import random
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.comfy.graphs import Graph, copied, klein
from tests.pictures.samples import coded, photograph

from affiche.domain.templates import Template
from affiche.emulators.comfyui import Server, serving
from affiche.worker.handler import Worker
from affiche.worker.settings import WorkerSettings

PICTURE = coded(photograph(64, 48), "png")
TEXT = base64.b64encode(PICTURE).decode()


@pytest.fixture
async def comfyui(tmp_path: Path) -> AsyncIterator[Server]:
    """Answers at once; a run of `slow()` takes some seconds unless it is stopped."""
    async with serving(tmp_path / "comfyui", pace=0.02) as server:
        yield server


class Bench:
    """A worker with its progress written down; jobs are called by what they bring in."""

    def __init__(self, worker: Worker, told: list[dict[str, Any]]) -> None:
        self.worker = worker
        self.told = told

    async def __call__(self, input: Any, **job: Any) -> dict[str, Any]:
        return await self.worker.handle({"id": "job-1", **job, "input": input})


MakeBench = Callable[..., Bench]


@pytest.fixture
def bench(comfyui: Server) -> MakeBench:
    def made(template: Template | None = None, fitness: Any = None, **changes: Any) -> Bench:
        told: list[dict[str, Any]] = []

        async def post(job: Mapping[str, Any], update: Mapping[str, Any]) -> None:
            told.append(dict(update))

        settings = {"comfyui": comfyui.url, "start_seconds": 5.0, **changes}
        more = {} if fitness is None else {"fitness": fitness}
        worker = Worker(
            WorkerSettings(**settings),
            template,
            post=post,
            rng=random.Random(7),
            progress_pause=0.01,
            **more,
        )
        return Bench(worker, told)

    return made


def copying(name: str = "none.png", **more: Any) -> dict[str, Any]:
    """The least that is a job: a picture goes in and comes out."""
    return {"workflow": copied(), "images": [{"name": name, "image": TEXT}], **more}


def slow() -> Graph:
    return klein(steps=500)


def decoded(entry: Mapping[str, Any]) -> bytes:
    assert entry["type"] == "base64"
    return base64.b64decode(entry["data"], validate=True)
