"""The whole of it: a control plane, RunPod's own SDK in a process, our handler, ComfyUI.

Only the control plane and ComfyUI are emulated; what is between them is what a container runs.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.comfy.graphs import copied, klein
from tests.emulators.cloud import Cloud, cloud_of
from tests.support.small import write_template

from affiche import __version__
from affiche.emulators.comfyui import Server
from affiche.emulators.runpod.endpoint import Endpoint
from affiche.pictures.kinds import sniff

from .conftest import TEXT, copying, decoded, slow

IMAGES = {"none.png": TEXT}
COMMAND = (sys.executable, "-m", "affiche.worker")
# The SDK alone takes seconds to be loaded, and many of them where a machine is busy.
PATIENCE = 60


@contextlib.asynccontextmanager
async def working(comfyui: str, *options: str, **environment: str) -> AsyncIterator[Cloud]:
    """A cloud with one worker, which has been started before the first job."""
    async with cloud_of(
        None,
        command=(*COMMAND, "--comfyui", comfyui, *options),
        environment={"AFFICHE_WORKER_START_SECONDS": "2", **environment},
        workers=1,
        standby=1,
        cold_start=0,
        hold=5,
        ping_interval=1,
        restart_pause=0.1,
    ) as cloud:
        yield cloud


async def ended(cloud: Cloud, given: Any) -> dict[str, Any]:
    """The status object of a job, once it has ended."""
    return await cloud.until(await cloud.run(given), seconds=PATIENCE)


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What workers post, in the order in which it arrives: job, and whether it is its result."""
    found: list[tuple[str, bool]] = []
    done = Endpoint.done

    def spied(self: Endpoint, worker: Any, job: str, said: dict[str, Any]) -> None:
        found.append((job, said.get("status") != "IN_PROGRESS"))
        done(self, worker, job, said)

    monkeypatch.setattr(Endpoint, "done", spied)
    return found


async def test_a_worker_s_day(
    comfyui: Server, tmp_path: Path, posted: list[tuple[str, bool]]
) -> None:
    package = write_template(tmp_path / "packages")
    async with working(comfyui.url, "--package", str(package)) as cloud:
        ping = await ended(cloud, {"ping": True})
        assert ping["output"] == {"pong": True, "worker": __version__}

        one = await ended(cloud, copying())
        assert one["status"] == "COMPLETED"
        assert sniff(decoded(one["output"]["images"][0])) == "png"

        asked = {"prompt": "a coast", "image_base64": TEXT, "seed": 5, "megapixels": 0.02}
        seeded = await ended(cloud, asked)
        assert seeded["status"] == "COMPLETED"
        assert set(seeded["output"]) >= {"image", "seed", "prompt_id"}

        await check_stages(cloud)
        await check_failures(cloud, comfyui)
        await check_cancel(cloud, comfyui)
        after = await ended(cloud, copying())
        assert after["status"] == "COMPLETED"
        assert after["workerId"] == ping["workerId"]
    check_order(posted)


async def check_stages(cloud: Cloud) -> None:
    """Long enough to be told of on the way."""
    take = {"node": "76", "input": "image", "stage": "cover"}
    stages = [
        {"name": "cover", "workflow": klein(steps=70), "images": IMAGES},
        {"name": "envelope", "workflow": copied(), "takes": [take], "outputs": ["9"]},
    ]
    job = await cloud.run({"stages": stages})
    async with asyncio.timeout(PATIENCE):
        while not (found := await cloud.status(job)).get("output", {}).get("fraction"):
            await asyncio.sleep(0.01)
    assert found["status"] == "IN_PROGRESS"
    assert found["output"]["stages"] == 2
    done = await cloud.until(job, seconds=PATIENCE)
    assert done["status"] == "COMPLETED"
    assert [image["stage"] for image in done["output"]["images"]] == ["envelope"]


async def check_failures(cloud: Cloud, comfyui: Server) -> None:
    """Error as text beside output, as the SDK splits them."""
    comfyui.faults.add("node", "fail", node="9", exception="ValueError", message="no")
    failed = await ended(cloud, copying())
    assert failed["status"] == "FAILED"
    assert failed["output"]["code"] == "run_failed"
    assert "SaveImage #9" in failed["error"]
    refused = await ended(cloud, {"workflow": "{"})
    assert refused["status"] == "FAILED"
    assert refused["output"]["code"] == "invalid_inputs"
    assert refused["error"].startswith("workflow: ")


async def check_cancel(cloud: Cloud, comfyui: Server) -> None:
    job = await cloud.run({"workflow": slow(), "images": IMAGES})
    async with asyncio.timeout(PATIENCE):
        while comfyui.service.prompts.running is None:
            await asyncio.sleep(0.01)
    await cloud.post(f"/cancel/{job}")
    async with asyncio.timeout(PATIENCE):
        while comfyui.service.prompts.remaining:
            await asyncio.sleep(0.01)
    assert (await cloud.status(job))["status"] == "CANCELLED"


def check_order(posted: list[tuple[str, bool]]) -> None:
    """No update after its result, and there were updates."""
    results = [job for job, is_result in posted if is_result]
    assert len(results) == len(set(results))
    assert len(posted) > len(results)
    for at, (job, is_result) in enumerate(posted):
        assert is_result or job not in [j for j, last in posted[:at] if last]


async def test_a_card_that_fails_ends_the_process(comfyui: Server) -> None:
    """By itself, and as ill: nobody here stops it."""
    message = "CUDA error: an illegal memory access was encountered"
    comfyui.faults.add("node", "fail", node="9", exception="RuntimeError", message=message)
    async with cloud_of(None, workers=0, hold=90) as cloud:
        environment = cloud.server.worker_environment(cloud.name, "by-hand")
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "--comfyui", comfyui.url, env={**os.environ, **environment}
        )
        try:
            jobs = [await cloud.run(copying()) for _ in range(2)]
            failed = await cloud.until(jobs[0], seconds=PATIENCE)
            async with asyncio.timeout(PATIENCE):
                assert await process.wait() == 1
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        assert failed["output"]["code"] == "gpu_failed"
        # It took no further job before it went.
        assert (await cloud.status(jobs[1]))["status"] == "IN_QUEUE"


async def test_a_worker_that_is_not_fit_says_so_and_looks_again(comfyui: Server) -> None:
    await comfyui.stop()
    async with working(comfyui.url, AFFICHE_WORKER_START_SECONDS="0.3") as cloud:
        failed = await ended(cloud, copying())
        assert failed["output"]["code"] == "worker_unfit"
        assert "nothing listens" in failed["error"]
        await comfyui.start()
        again = await ended(cloud, copying())
        assert again["status"] == "COMPLETED"
        assert again["workerId"] == failed["workerId"]


async def test_a_job_tried_by_hand_leaves_nothing_open_and_is_not_logged_whole(
    comfyui: Server,
) -> None:
    """`--test_input` is the SDK's; of its own accord it would log every job whole."""
    job = json.dumps({"input": copying()})
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--comfyui", comfyui.url, "--test_input", job, stdout=PIPE, stderr=STDOUT
    )
    async with asyncio.timeout(PATIENCE):
        said, _ = await process.communicate()
    lines = said.decode().splitlines()
    assert process.returncode == 0
    assert "completed successfully" in said.decode()
    assert not [line for line in lines if line.startswith("DEBUG") or "Unclosed" in line]


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (("--package", "/nowhere/poster"), {}, "“poster” cannot be used"),
        ((), {"AFFICHE_WORKER_RESULT_MB": "much"}, "AFFICHE_WORKER_RESULT_MB"),
    ],
)
async def test_what_cannot_be_used_is_told_at_once(
    options: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, *options, stderr=PIPE, env=environment)
    async with asyncio.timeout(PATIENCE):
        _, said = await process.communicate()
    assert process.returncode == 1
    assert told in said.decode()
    assert "Traceback" not in said.decode()
