"""What RunPod says of a job, state by state."""

import json
from typing import Any

import pytest

from affiche.domain.observations import Cancelled, Failed, Queued, Running
from affiche.engines.runpod.answers import observe, progress, read
from affiche.errors import (
    EngineRefused,
    EngineUnreachable,
    GpuFailed,
    OutOfMemory,
    OutputBroken,
    OutputMissing,
    PicturesUnreachable,
    ResultTooLarge,
    RunFailed,
    RunLost,
    RunTimedOut,
    WorkerUnfit,
)

from .facts import CANCELLED, FAILED, JOB, QUEUED, RUNNING, TIMED_OUT


@pytest.mark.parametrize(
    ("reply", "wanted"), [(QUEUED, Queued()), (RUNNING, Running()), (CANCELLED, Cancelled())]
)
def test_a_state(reply: Any, wanted: Any) -> None:
    assert read(JOB, reply.body).observation == wanted


@pytest.mark.parametrize("reply", [FAILED, TIMED_OUT])
def test_a_job_that_took_too_long(reply: Any) -> None:
    seen = read(JOB, reply.body).observation
    assert isinstance(seen, Failed)
    assert isinstance(seen.error, RunTimedOut)
    assert "6 min." in seen.error.message("en")


@pytest.mark.parametrize("status", ["PENDING", "", None, 7, ["COMPLETED"], "completed", "X" * 999])
def test_a_state_that_there_is_not(status: Any) -> None:
    with pytest.raises(EngineUnreachable) as caught:
        observe(JOB, {"id": JOB, "status": status})
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("update", "wanted"),
    [
        (None, Running()),
        ({}, Running()),
        (
            {"fraction": 0.25, "node": "3", "label": "KSampler", "stage": 1, "stages": 2},
            Running(0.25, "3", "KSampler"),
        ),
        ({"fraction": 1}, Running(1.0)),
        ({"fraction": 7}, Running(1.0)),
        ({"fraction": -1}, Running(0.0)),
        ({"fraction": "half", "node": None}, Running()),
        ({"fraction": True}, Running()),
        ({"fraction": float("nan"), "progress": 50}, Running(0.5)),
        ({"progress": 0.5}, Running(0.5)),
        ({"percent": 45.0}, Running(0.45)),
        (30, Running(0.3)),
        ("Step 3 of 20", Running()),
        (["anything"], Running()),
        ({"node": 3, "label": "<script>"}, Running(None, "3")),
        ({"node": "a" * 100, "label": "a" * 100}, Running()),
        ({"node": {"id": 1}, "label": ["x"]}, Running()),
        ({"fraction": 10**400}, Running()),
    ],
)
def test_progress(update: Any, wanted: Running) -> None:
    assert progress(update) == wanted


def failed(error: Any, output: Any = None) -> Any:
    seen = observe(JOB, {"id": JOB, "status": "FAILED", "error": error, "output": output})
    assert isinstance(seen, Failed)
    return seen.error


@pytest.mark.parametrize(
    ("code", "params", "error", "told"),
    [
        ("run_failed", {"where": " (SaveImage #9)", "node": "9"}, RunFailed, "(SaveImage #9)"),
        ("run_failed", {"node": "75:3"}, RunFailed, "failed (#75:3)."),
        ("run_failed", {"where": " (at /srv/comfy)"}, RunFailed, "the workflow failed."),
        ("run_failed", {}, RunFailed, "the workflow failed."),
        ("run_failed", "nonsense", RunFailed, "the workflow failed."),
        ("out_of_memory", {"where": " (KSampler #3)"}, OutOfMemory, "(KSampler #3)"),
        ("gpu_failed", {"where": ""}, GpuFailed, "graphics card failed."),
        ("engine_refused", {"reason": "VAELoader #7 (a)"}, EngineRefused, ": VAELoader #7 (a)."),
        ("engine_refused", {"reason": "/srv/models/x"}, EngineRefused, ": engine_refused."),
        ("engine_refused", {}, EngineRefused, ": engine_refused."),
        ("run_timed_out", {"minutes": 10}, RunTimedOut, "10 min."),
        ("run_timed_out", {"minutes": "9" * 99}, RunTimedOut, "1 min."),
        ("result_too_large", {"megabytes": 12.4, "most": 10}, ResultTooLarge, "12.4 MB, of which"),
        ("result_too_large", {}, ResultTooLarge, "? MB"),
        ("output_missing", {}, OutputMissing, "without a picture"),
        ("output_broken", {}, OutputBroken, "could not be read"),
        ("run_lost", {}, RunLost, "lost the run"),
        ("worker_unfit", {"reason": "no VAE in the folder vae"}, WorkerUnfit, "no VAE in"),
        ("engine_unreachable", {}, EngineUnreachable, "cannot be reached"),
        ("fetch_failed_for_now", {}, PicturesUnreachable, "this studio's address"),
        ("storage_failed", {}, OutputBroken, "could not be read"),
        ("invalid_inputs", {"problems": []}, EngineRefused, ": invalid_inputs."),
        ("graph_invalid", {"problems": []}, EngineRefused, ": graph_invalid."),
        ("fetch_failed", {"reason": "status"}, PicturesUnreachable, "this studio's address"),
        ("address_refused", {}, PicturesUnreachable, "this studio's address"),
        ("picture_too_large", {"limit": 20}, EngineRefused, ": picture_too_large."),
        ("internal", {}, RunFailed, "the workflow failed."),
        ("HTTP_500", {}, RunFailed, "the workflow failed."),
        (7, {}, RunFailed, "the workflow failed."),
    ],
)
def test_our_worker_s_codes(code: Any, params: Any, error: type[Any], told: str) -> None:
    found = failed("What the worker wrote.", {"code": code, "params": params})
    assert type(found) is error
    assert told in found.message("en")
    assert "What the worker wrote" not in found.message("en") + found.message("ko")
    assert "What the worker wrote" in str(found)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Missing required parameter: image", RunFailed),
        ("Processing failed: node 9", RunFailed),
        ("CUDA out of memory. Tried to allocate 20.00 MiB", OutOfMemory),
        ("torch.cuda.OutOfMemoryError: Allocation on device", OutOfMemory),
        ("job timed out after 1 retries", RunTimedOut),
        (None, RunFailed),
        ({"a": [1]}, RunFailed),
        (["x"], RunFailed),
        (
            json.dumps(
                {
                    "error_type": "<class 'RuntimeError'>",
                    "error_message": "CUDA out of memory",
                    "error_traceback": "Traceback …",
                    "worker_id": "w",
                }
            ),
            OutOfMemory,
        ),
        ("{" * 50_000, RunFailed),
    ],
)
def test_another_worker_s_words(said: Any, error: type[Any]) -> None:
    found = failed(said)
    assert type(found) is error
    assert len(str(found)) < 1200


def test_words_do_not_forge_lines_in_the_log() -> None:
    assert "\n" not in str(failed("one\nERROR two\x00\x1b[31m"))
