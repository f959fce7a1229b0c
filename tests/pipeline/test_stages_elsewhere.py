"""All stages of a work in one job, on a worker that does stages: an emulated RunPod whose worker is
ours, beside an emulated ComfyUI.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.engines.runpod.cloud import Cloud, cloud
from tests.pipeline.test_stages import asked, jobs, second_stage, told
from tests.support import staged
from tests.support.studios import at_work, ended

from affiche.catalog.catalog import load
from affiche.emulators.comfyui import Server
from affiche.studio import templates, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


@pytest.fixture
async def template(studio: Studio, tmp_path: Path) -> None:
    await templates.install(studio.database, [load(staged.write_template(tmp_path, stages=3))])


@pytest.fixture
async def elsewhere(
    studio: Studio, template: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Cloud]:
    """As the studio's first endpoint."""
    async with cloud(tmp_path / "elsewhere") as made:
        access = made.access()
        monkeypatch.setenv("RUNPOD_API_KEY", access.key)
        async with studio.database.as_service() as service:
            await service.run(
                "endpoints.put_runpod",
                name="runpod",
                url=made._cloud.url,
                works_at_once=4,
                position=1,
                remote_id="ep1",
                secret="RUNPOD_API_KEY",
                request_shape="workflow",
                images_as="list",
                workflow_as="object",
                pictures_by="base64",
                does_stages=True,
            )
        yield made


async def switch(studio: Studio, does_stages: bool) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE endpoints SET does_stages = %s WHERE name = 'runpod'", (does_stages,)
        )


async def test_one_job_runs_all_stages(
    studio: Studio, alice: Caller, elsewhere: Cloud, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await asked(studio, alice, picture, 2)).id, within=60)
    assert work.status == "completed", work.error_code
    found = await jobs(studio, work.id)
    assert [(j["stage"], j["stages"], j["stage_file_id"]) for j in found] == [(0, 3, None)] * 2
    delivered = await works.outputs(studio, alice, [work.id])
    assert [file.id for file in delivered] == [j["output_file_id"] for j in found]
    assert all(p["stages"] == 3 and 1 <= p["stage"] <= 3 for p in await told(studio, work.id))


async def test_both_ways_give_the_same_picture(
    studio: Studio, alice: Caller, elsewhere: Cloud, picture: File
) -> None:
    """One job for all stages, one for each, and one for what is left by another endpoint."""
    made = []
    async with at_work(studio):
        for does_stages in (True, False):
            await switch(studio, does_stages)
            # As long as a process may go by what it read.
            await asyncio.sleep(2.1)
            work = await asked(studio, alice, picture)
            if not does_stages:
                await second_stage(studio, work.id, "processing", "completed")
                await switch(studio, True)
            made.append(await ended(studio, alice, work.id, within=60))
    assert [work.status for work in made] == ["completed"] * 2
    pictures = [await picture_of(studio, alice, work.id) for work in made]
    assert pictures[0] == pictures[1]
    ran = [j["stages"] for j in await jobs(studio, made[1].id)]
    assert sum(ran) == 3
    assert len(ran) > 1


async def picture_of(studio: Studio, alice: Caller, work_id: UUID) -> bytes:
    (file,) = await works.outputs(studio, alice, [work_id])
    return await studio.objects.read("works", file.object_key)


async def test_a_stage_that_fails_there_fails_the_work_with_its_reason(
    studio: Studio, alice: Caller, elsewhere: Cloud, picture: File
) -> None:
    server: Server = elsewhere._server
    server.faults.add("node", "fail", node="VAEDecode", exception="ValueError", times=9)
    async with at_work(studio):
        work = await ended(studio, alice, (await asked(studio, alice, picture)).id, within=60)
    assert (work.status, work.error_code) == ("failed", "run_failed")
    assert await works.outputs(studio, alice, [work.id]) == []
