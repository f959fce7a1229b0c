"""What a job is answered with when ComfyUI, the card or the socket fails."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.comfy.graphs import copied, klein, node

from affiche.emulators.comfyui import Server
from affiche.errors import GpuFailed, OutOfMemory, RunFailed
from affiche.worker.failures import diagnosed

from .conftest import TEXT, Bench, MakeBench, copying, decoded, slow

IMAGES = {"none.png": TEXT}
OOM: dict[str, Any] = {"exception": "torch.OutOfMemoryError", "message": "Allocation on device"}


def left(comfyui: Server) -> int:
    return comfyui.service.prompts.remaining


def struck(comfyui: Server) -> list[str]:
    return [each.fault.kind for each in comfyui.faults.struck]


async def until_running(comfyui: Server) -> None:
    async with asyncio.timeout(10):
        while comfyui.service.prompts.running is None:
            await asyncio.sleep(0.01)


async def until_struck(comfyui: Server) -> None:
    async with asyncio.timeout(10):
        while not comfyui.faults.struck:
            await asyncio.sleep(0.01)


async def test_a_node_that_fails_is_named_without_the_server_s_words(
    bench: MakeBench, comfyui: Server
) -> None:
    secret = "/srv/models/private.safetensors is broken"
    comfyui.faults.add("node", "fail", node="75:64", exception="ValueError", message=secret)
    answered = await bench()({"workflow": klein(), "images": IMAGES})
    assert answered["code"] == "run_failed"
    assert "SamplerCustomAdvanced #75:64" in answered["error"]
    assert answered["params"]["node"] == "75:64"
    assert "private" not in json.dumps(answered)


async def test_what_a_failed_run_gave_before_comes_with_the_failure(
    bench: MakeBench, comfyui: Server
) -> None:
    comfyui.faults.add("node", "fail", node="12", exception="ValueError", message="no")
    graph = copied()
    graph["11"] = node("ImageInvert", image=["76", 0])
    graph["12"] = node("SaveImage", images=["11", 0], filename_prefix="second")
    answered = await bench()({"workflow": graph, "images": IMAGES})
    assert answered["code"] == "run_failed"
    assert [image["node"] for image in answered["images"]] == ["9"]


async def test_the_first_stage_comes_with_the_failure_of_the_second(
    bench: MakeBench, comfyui: Server
) -> None:
    comfyui.faults.add("node", "fail", nth=2, node="9", exception="ValueError", message="no")
    take = {"node": "76", "input": "image", "stage": "a"}
    stages = [
        {"name": "a", "workflow": copied(), "images": IMAGES},
        {"name": "b", "workflow": copied(), "takes": [take]},
    ]
    answered = await bench()({"stages": stages})
    assert answered["code"] == "run_failed"
    assert [image["stage"] for image in answered["images"]] == ["a"]


async def test_memory_is_freed_once_and_the_run_begun_again(
    bench: MakeBench, comfyui: Server
) -> None:
    comfyui.faults.add("node", "fail", node="75:64", **OOM)
    answered = await bench()({"workflow": klein(), "images": IMAGES})
    assert answered["images"]
    assert len(comfyui.service.prompts.history) == 2


async def test_memory_that_runs_out_twice_fails_the_job(bench: MakeBench, comfyui: Server) -> None:
    comfyui.faults.add("node", "fail", times=0, node="75:64", **OOM)
    answered = await bench()({"workflow": klein(), "images": IMAGES})
    assert answered["code"] == "out_of_memory"
    assert "refresh_worker" not in answered
    assert len(comfyui.service.prompts.history) == 2


async def test_a_card_that_fails_ends_the_worker(bench: MakeBench, comfyui: Server) -> None:
    message = "CUDA error: an illegal memory access was encountered"
    comfyui.faults.add("node", "fail", node="75:64", exception="RuntimeError", message=message)
    worker, left_behind = bench(), []
    worker.worker._on_fault = lambda: left_behind.append(True)
    answered = await worker({"workflow": klein(), "images": IMAGES})
    assert answered["code"] == "gpu_failed"
    assert answered["refresh_worker"] is True
    assert left_behind == [True]


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("torch.AcceleratorError: CUDA error: device-side assert triggered", GpuFailed),
        ("RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", GpuFailed),
        ("RuntimeError: CUDA error: no kernel image is available for execution", GpuFailed),
        ("RuntimeError: shape '[1, 2]' is invalid for input of size 3", RunFailed),
        (None, RunFailed),
    ],
)
def test_a_card_s_fault_is_told_from_a_graph_s(detail: str | None, expected: type) -> None:
    assert type(diagnosed(RunFailed(where="", node=None, detail=detail))) is expected


def test_memory_that_ran_out_is_no_fault_of_the_card() -> None:
    error = OutOfMemory(where="", node=None, detail="torch.OutOfMemoryError: CUDA error: full")
    assert diagnosed(error) is error


async def test_a_graph_that_is_refused_says_which_input_and_what_it_lacks(
    bench: MakeBench, comfyui: Server, tmp_path: Path
) -> None:
    graph = klein()
    graph["75:72"]["inputs"]["vae_name"] = "absent.safetensors"
    answered = await bench(volume=tmp_path)({"workflow": graph, "images": IMAGES})
    assert answered["code"] == "engine_refused"
    assert "VAELoader #75:72 vae_name" in answered["error"]
    assert "models/vae/absent.safetensors is missing" in answered["error"]
    assert not left(comfyui)


async def test_a_graph_that_is_taken_in_part_is_refused_and_stopped(
    bench: MakeBench, comfyui: Server
) -> None:
    comfyui.faults.add("prompt", "partial")
    answered = await bench()({"workflow": slow(), "images": IMAGES})
    assert answered["code"] == "engine_refused"
    assert not left(comfyui)


async def test_no_output_is_a_failure(bench: MakeBench, comfyui: Server) -> None:
    comfyui.faults.add("end", "empty")
    answered = await bench()(copying())
    assert answered["code"] == "output_missing"
    assert "images" not in answered


async def test_a_declared_output_that_gave_nothing_is_a_failure_with_what_there_is(
    bench: MakeBench,
) -> None:
    graph = copied()
    graph["11"] = node("ImageInvert", image=["76", 0])
    answered = await bench()({"workflow": graph, "images": IMAGES, "outputs": ["9", "11"]})
    assert answered["code"] == "output_missing"
    assert answered["params"]["nodes"] == ["11"]
    assert [image["node"] for image in answered["images"]] == ["9"]


async def test_a_file_that_is_gone_is_a_failure(bench: MakeBench, comfyui: Server) -> None:
    comfyui.faults.add("end", "gone")
    assert (await bench()(copying()))["code"] == "output_missing"


async def test_a_file_that_broke_off_is_asked_for_again(bench: MakeBench, comfyui: Server) -> None:
    comfyui.faults.add("view", "lie")
    answered = await bench()(copying())
    assert decoded(answered["images"][0]).endswith(b"IEND\xaeB`\x82")
    assert struck(comfyui) == ["lie"]


@pytest.mark.parametrize(
    ("point", "kind", "more"),
    [
        ("socket", "lose", {"frame": "execution_success", "times": 0}),
        ("socket", "deafen", {"frame": "executing"}),
        ("socket", "drop", {"frame": "execution_success"}),
        ("socket", "junk", {"frame": "progress"}),
        ("node", "drop", {"node": "75:64"}),
        ("end", "drop", {}),
        ("end", "delay", {"seconds": 0.3}),
        ("ws", "refuse", {"times": 0}),
        ("history", "refuse", {"times": 3, "status": 503}),
        ("prompt", "drop", {}),
        ("jobs", "refuse", {"times": 2, "status": 502}),
    ],
)
async def test_a_finish_is_found_whatever_was_not_heard(
    bench: MakeBench, comfyui: Server, point: str, kind: Any, more: dict[str, Any]
) -> None:
    comfyui.faults.add(point, kind, **more)
    worker = bench()
    worker.worker.runner._look = 0.2
    answered = await worker({"workflow": klein(steps=15), "images": IMAGES})
    assert answered.get("images"), answered
    assert kind in struck(comfyui)
    assert not left(comfyui)


async def test_an_end_without_a_record_is_a_lost_run(bench: MakeBench, comfyui: Server) -> None:
    comfyui.faults.add("end", "lose")
    worker = bench()
    worker.worker.runner._look = 0.2
    assert (await worker(copying()))["code"] == "run_lost"


async def test_a_server_that_starts_anew_has_lost_the_run(
    bench: MakeBench, comfyui: Server
) -> None:
    comfyui.faults.add("node", "restart", node="75:64", seconds=0.3)
    worker = bench()
    worker.worker.runner._look = 0.2
    assert (await worker({"workflow": klein(), "images": IMAGES}))["code"] == "run_lost"
    assert (await worker(copying()))["images"]


async def test_a_run_that_takes_too_long_is_stopped(bench: MakeBench, comfyui: Server) -> None:
    answered = await bench(run_seconds=0.6)({"workflow": slow(), "images": IMAGES})
    assert answered["code"] == "run_timed_out"
    assert answered["params"] == {"minutes": 0.01}
    assert not left(comfyui)


async def cancelled(worker: Bench, comfyui: Server) -> None:
    job = asyncio.create_task(worker({"workflow": slow(), "images": IMAGES}))
    await until_running(comfyui)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job


async def test_a_cancelled_job_leaves_nothing_in_the_queue(
    bench: MakeBench, comfyui: Server
) -> None:
    worker = bench()
    await cancelled(worker, comfyui)
    assert not left(comfyui)
    assert (await worker(copying()))["images"]


async def test_a_job_that_waits_is_taken_out_when_cancelled(
    bench: MakeBench, comfyui: Server
) -> None:
    first = asyncio.create_task(bench()({"workflow": slow(), "images": IMAGES}))
    await until_running(comfyui)
    second = asyncio.create_task(bench()(copying()))
    async with asyncio.timeout(10):
        while left(comfyui) < 2:
            await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert left(comfyui) == 1
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert not left(comfyui)


async def test_a_job_cancelled_in_the_middle_of_its_submission_is_not_left_behind(
    bench: MakeBench, comfyui: Server
) -> None:
    comfyui.faults.add("prompt", "delay", seconds=0.3)
    job = asyncio.create_task(bench()({"workflow": slow(), "images": IMAGES}))
    await until_struck(comfyui)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    assert not left(comfyui)


async def test_what_would_not_stop_is_stopped_before_the_next_job(
    bench: MakeBench, comfyui: Server
) -> None:
    """An interrupt does not act while a model is being loaded."""
    comfyui.faults.add("node", "hang", node="75:70")
    worker = bench()
    worker.worker.runner._stop = 0.2
    job = asyncio.create_task(worker({"workflow": slow(), "images": IMAGES}))
    await until_struck(comfyui)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    assert left(comfyui) == 1
    comfyui.faults.clear()
    worker.worker.runner._stop = 10.0
    answered = await worker(copying())
    assert answered["images"]
    assert not left(comfyui)


async def test_somebody_else_s_interrupt_loses_the_run(bench: MakeBench, comfyui: Server) -> None:
    comfyui.faults.add("node", "interrupt", node="75:64")
    assert (await bench()({"workflow": klein(), "images": IMAGES}))["code"] == "run_lost"
