"""Faults by chance: whatever happens, each job has its answer and nothing is left behind."""

import asyncio
from pathlib import Path

import pytest
from tests.comfy.graphs import klein

from affiche.emulators.comfyui import Chance, serving

from .conftest import TEXT, MakeBench, copying, slow

IMAGES = {"none.png": TEXT}
JOBS = 14
KNOWN = {
    "engine_busy", "engine_refused", "engine_unreachable", "gpu_failed", "out_of_memory",
    "output_missing", "run_failed", "run_lost", "worker_unfit",
}  # fmt: skip


@pytest.mark.parametrize("seed", [2, 3, 4])
async def test_every_job_is_answered_and_the_queue_left_clean(
    bench: MakeBench, tmp_path: Path, seed: int
) -> None:
    async with serving(tmp_path / "faulty", pace=0.002) as comfyui:
        worker = bench(comfyui=comfyui.url)
        worker.worker.runner._look = 0.2
        comfyui.faults.chance = Chance(0.04, seed)
        for number in range(JOBS):
            if number % 5 == 4:
                job = asyncio.create_task(worker({"workflow": slow(), "images": IMAGES}))
                await asyncio.sleep(0.1)
                job.cancel()
                await asyncio.gather(job, return_exceptions=True)
                continue
            graph = {"workflow": klein(seed=number + 1), "images": IMAGES}
            answered = await worker(graph if number % 2 else copying())
            assert answered.get("images") or answered["code"] in KNOWN, answered
        assert comfyui.faults.struck
        comfyui.faults.clear()
        assert (await worker(copying()))["images"]
        assert not comfyui.service.prompts.remaining
