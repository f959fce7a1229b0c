"""Works that are cancelled, take too long, wait for a GPU, lose their worker or come out too large,
with the real SDK's process between RunPod and our handler."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cloud.backstage import BUCKET_SECRET, COLD, ENDPOINT, KEY, Backstage, raised
from tests.cloud.place import Cloud, connected
from tests.cloud.witness import (
    check_no_secret,
    check_nothing_left,
    delivered,
    said,
    same,
    settled,
    watched,
)
from tests.support.small import write_template
from tests.support.studios import ask, at_work, reached

from affiche.catalog.catalog import load
from affiche.domain.templates import TimeOuts
from affiche.engines.runpod import engine as engine_module
from affiche.engines.runpod import requests
from affiche.studio import templates, uploads, works
from affiche.studio.studio import Caller, Studio

TIGHT, TINY, ROOMY = "ep-tight", "ep-tiny", "ep-roomy"
BUCKET = {
    "BUCKET_ENDPOINT_URL": "{bucket}",
    "BUCKET_NAME": "bucket",
    "BUCKET_ACCESS_KEY_ID": "test",
    "BUCKET_SECRET_ACCESS_KEY": BUCKET_SECRET,
}
ENDPOINTS: dict[str, dict[str, Any]] = {
    ENDPOINT: {},
    # Let go as soon as it has nothing to do.
    COLD: {"idle": 0.1},
    # What a worker may post, in MB; a picture of half a megapixel is about 0.5.
    TIGHT: {"environment": {"AFFICHE_WORKER_RESULT_MB": "0.2"}, "idle": 0.1},
    TINY: {"environment": {"AFFICHE_WORKER_RESULT_MB": "0.014"}, "idle": 0.1},
    ROOMY: {"environment": {"AFFICHE_WORKER_RESULT_MB": "0.2", **BUCKET}, "idle": 0.1},
}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backstage]:
    with raised(tmp_path_factory.mktemp("backstage"), ENDPOINTS) as found:
        yield found


@pytest.fixture
def backstage(
    behind: Backstage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Backstage:
    monkeypatch.setenv("RUNPOD_API_KEY", KEY)
    caplog.set_level(logging.DEBUG, "affiche")
    behind.clear()
    return behind


@pytest.fixture
async def cloud(
    studio: Studio,
    backstage: Backstage,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Cloud]:
    """At work on an endpoint, and looked over when the test is done."""
    remote_id = getattr(request, "param", ENDPOINT)
    async with (
        connected(studio, backstage.runpod, remote_id=remote_id) as found,
        at_work(found.studio),
    ):
        yield found
        await settled(backstage, remote_id)
    await check_nothing_left(found)
    await check_no_secret(found, caplog.text, backstage)


def on(remote_id: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("cloud", [remote_id], indirect=True)


async def running(backstage: Backstage, prompts: int = 1) -> None:
    """Until ComfyUI has so many."""
    async with asyncio.timeout(30):
        while backstage.comfyui.service.prompts.remaining < prompts:
            await asyncio.sleep(0.02)


# --- cancelled ------------------------------------------------------------------------------------


async def test_cancelled_in_the_queue_and_while_it_runs(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, cloud: Cloud
) -> None:
    first = await ask(studio, alice, picture, steps=40)
    await running(backstage)
    second = await ask(studio, alice, picture)
    await reached(studio, alice, second.id, "processing")
    assert (await works.cancel(studio, alice, second.id)).status == "cancelled"
    async with asyncio.timeout(20):
        while cloud.ended != {"CANCELLED": 1}:
            await asyncio.sleep(0.02)
    # It never came to a worker; the other one goes on.
    assert [job.status for job in backstage.jobs()] == ["IN_PROGRESS", "CANCELLED"]
    assert backstage.jobs()[1].worker_id is None
    assert (await works.cancel(studio, alice, first.id)).status == "cancelled"
    await settled(backstage)
    assert cloud.ended == {"CANCELLED": 2}
    assert await works.outputs(studio, alice, [first.id, second.id]) == []
    # The worker was interrupted, and is well: the next work is done by it.
    third, _ = await watched(studio, alice, await ask(studio, alice, picture))
    assert third.status == "completed"
    assert backstage.jobs()[2].worker_id == backstage.jobs()[0].worker_id
    assert backstage.comfyui.service.prompts.history


# --- too long -------------------------------------------------------------------------------------


@pytest.fixture
async def hurried(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A template whose runs may take a second."""
    monkeypatch.setattr(requests, "LEAST_RUN", 0.5)
    template = load(write_template(tmp_path / "templates"))
    template = replace(template, time_outs=TimeOuts(queue=60, run=1))
    await templates.install(studio.database, [template])
    return template.slug


@pytest.mark.parametrize(
    ("faults", "ended"),
    [
        # RunPod ends it; and if it does not, we do.
        ((), {"TIMED_OUT": 1}),
        (("work:stick",), {"CANCELLED": 1}),
    ],
)
async def test_too_long(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    backstage: Backstage,
    cloud: Cloud,
    hurried: str,
    faults: tuple[str, ...],
    ended: dict[str, int],
) -> None:
    backstage.plan(*faults)
    inputs = {"image": str(picture.id), "prompt": "a coast", "megapixels": 0.02, "steps": 40}
    asked = await works.ask(studio, alice, works.Ask(template=hurried, inputs=inputs))
    work, _ = await watched(studio, alice, asked)
    assert (work.status, work.error_code) == ("failed", "run_timed_out")
    told = await said(studio, alice, work)
    assert "1분 안에" in told["ko"]
    assert "longer than 1 min." in told["en"]
    await settled(backstage)
    assert cloud.ended == ended
    assert cloud.asked["run"] == 1


# --- the GPU --------------------------------------------------------------------------------------


@on(COLD)
async def test_a_gpu_that_wakes_up_is_told_of(
    studio: Studio,
    alice: Caller,
    picture: uploads.File,
    backstage: Backstage,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_module, "WAKING_AFTER", 0.2)
    backstage.plan("worker:delay:seconds=2")
    work, seen = await watched(studio, alice, await ask(studio, alice, picture))
    assert work.status == "completed"
    assert seen.wakings
    assert all(seconds % 5 == 0 for seconds in seen.wakings)
    assert f"GPU를 깨우는 중, 약 {seen.wakings[0]}초" in seen.labels["ko"]
    assert f"Waking the GPU up, about {seen.wakings[0]} s" in seen.labels["en"]
    assert seen.labels["en"][-1] == "Done"
    (job,) = await cloud.rows("SELECT * FROM generation_jobs WHERE work_id = %(w)s", w=work.id)
    assert job["woke"]
    assert job["waited_seconds"] > 2


async def test_a_worker_that_is_killed_is_replaced(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, cloud: Cloud
) -> None:
    backstage.plan("work:kill:seconds=0.3")
    work, _ = await watched(studio, alice, await ask(studio, alice, picture, steps=10))
    assert work.status == "completed"
    await settled(backstage)
    (job,) = backstage.jobs()
    assert (job.retries, job.status) == (1, "COMPLETED")
    assert (await cloud.job(work.id))["takes"] == 0
    assert same(await delivered(studio, alice, work), backstage.painted()[0])


async def test_a_job_whose_workers_are_all_killed_fails(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, cloud: Cloud
) -> None:
    backstage.plan("work:kill:times=0")
    work, _ = await watched(studio, alice, await ask(studio, alice, picture, steps=10), 90)
    # As RunPod puts it: the job timed out after one retry.
    assert (work.status, work.error_code) == ("failed", "run_timed_out")
    assert cloud.ended == {"FAILED": 1}


# --- too large ------------------------------------------------------------------------------------


@on(TIGHT)
async def test_a_result_that_is_too_large_is_made_smaller(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, cloud: Cloud
) -> None:
    work, _ = await watched(studio, alice, await ask(studio, alice, picture))
    assert work.status == "completed"
    (file,) = await works.outputs(studio, alice, [work.id])
    assert file.mime_type == "image/webp"
    got, painted = await delivered(studio, alice, work), backstage.painted()[0]
    assert (got.width, got.height) == (painted.width, painted.height)
    assert (got[0:3] - painted[0:3]).abs().avg() < 8


@on(ROOMY)
async def test_a_result_that_is_too_large_goes_by_the_bucket(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, cloud: Cloud
) -> None:
    work, _ = await watched(studio, alice, await ask(studio, alice, picture))
    assert work.status == "completed"
    assert same(await delivered(studio, alice, work), backstage.painted()[0])
    assert len(backstage.bucket.objects) == 1
    assert not backstage.bucket.unsigned


@on(TINY)
async def test_a_result_that_is_too_large_for_any_way_is_a_failure_that_says_so(
    studio: Studio, alice: Caller, picture: uploads.File, backstage: Backstage, cloud: Cloud
) -> None:
    work, _ = await watched(studio, alice, await ask(studio, alice, picture))
    assert (work.status, work.error_code) == ("failed", "result_too_large")
    told = await said(studio, alice, work)
    assert "0.0 MB까지" in told["ko"]
    assert "carries 0.0." in told["en"]
    assert cloud.ended == {"FAILED": 1}
