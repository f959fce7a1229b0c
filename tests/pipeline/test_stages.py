"""Works of several stages: one job after the other, each taking what the one before it gave."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg.rows import dict_row
from tests.support import small, staged
from tests.support.studios import ask, at_work, ended, engine, reached

from affiche.catalog.catalog import load
from affiche.emulators.comfyui import Server
from affiche.pipeline import restored, retention
from affiche.pipeline.leftovers import Leftovers
from affiche.studio import templates, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

pytestmark = pytest.mark.usefixtures("template")


@pytest.fixture
async def template(studio: Studio, tmp_path: Path) -> None:
    await templates.install(studio.database, [load(staged.write_template(tmp_path))])


@pytest.fixture
async def steady(studio: Studio, tmp_path: Path) -> AsyncIterator[Server]:
    """As the studio's only endpoint, with time to look at each stage."""
    async with engine(studio, tmp_path / "comfyui", pace=0.15) as server:
        yield server


async def asked(studio: Studio, caller: Caller, picture: File, outputs: int = 1) -> works.Work:
    inputs = {
        "image": str(picture.id),
        "prompt": "a quiet beach",
        "megapixels": small.MEGAPIXELS,
        "seed": 7,
    }
    request = works.Ask(template=staged.SLUG, inputs=inputs, output_count=outputs)
    return await works.ask(studio, caller, request)


async def rows(studio: Studio, query: str, *params: object) -> list[dict[str, Any]]:
    async with studio.database.as_service() as service:
        cursor = service.connection.cursor(row_factory=dict_row)
        await cursor.execute(query, params)  # type: ignore[arg-type]
        return await cursor.fetchall()


async def jobs(studio: Studio, work_id: UUID) -> list[dict[str, Any]]:
    return await rows(
        studio,
        "SELECT * FROM generation_jobs WHERE work_id = %s ORDER BY output_index, stage",
        work_id,
    )


async def told(studio: Studio, work_id: UUID) -> list[dict[str, Any]]:
    """The progress of every event, in order."""
    found = await rows(
        studio,
        "SELECT data -> 'progress' AS progress FROM events WHERE work_id = %s AND type ="
        " 'work.progress' ORDER BY id",
        work_id,
    )
    return [row["progress"] for row in found]


@pytest.mark.parametrize("outputs", [1, 3])
async def test_each_output_goes_through_both_stages(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, outputs: int
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await asked(studio, alice, picture, outputs)).id)
    assert work.status == "completed"
    found = await jobs(studio, work.id)
    assert [(j["output_index"], j["stage"], j["status"]) for j in found] == [
        (n, stage, "completed") for n in range(outputs) for stage in (0, 1)
    ]
    delivered = await works.outputs(studio, alice, [work.id])
    assert [file.id for file in delivered] == [j["output_file_id"] for j in found[1::2]]
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert first["output_file_id"] is None
        assert second["stage_file_id"] is None
        # Settled once: the same seed and picture.
        assert first["parameters"] == second["parameters"]
        (took,) = await rows(
            studio, "SELECT object_key FROM files WHERE id = %s", first["stage_file_id"]
        )
        assert (await studio.objects.read("works", took["object_key"])).startswith(b"\x89PNG")
    seeds = {j["parameters"]["seed"] for j in found}
    assert seeds == set(range(7, 7 + outputs))
    assert work.output_file_id == delivered[0].id


async def test_the_second_stage_paints_what_the_first_gave(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await asked(studio, alice, picture)).id)
        (first, second) = await jobs(studio, work.id)
        # What an ordinary work makes of the picture is what the first stage made of it.
        once = await ask(studio, alice, picture, megapixels=0.5, seed=7)
        assert (await ended(studio, alice, once.id)).status == "completed"
    names = {name.name for name in (comfyui.folder / "input").rglob("*.png")}
    assert f"{first['stage_file_id']}.png" in names
    assert f"{second['output_file_id']}.png" not in names


async def test_a_second_stage_that_fails_fails_its_output_alone(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await asked(studio, alice, picture, outputs=2)
        while not any(j["stage"] for j in await jobs(studio, work.id)):
            await asyncio.sleep(0.01)
        comfyui.faults.add("node", "fail", node="VAEDecode", exception="ValueError", message="no")
        work = await ended(studio, alice, work.id)
    assert work.status == "completed"
    found = await jobs(studio, work.id)
    assert sorted(j["status"] for j in found) == ["completed", "completed", "completed", "failed"]
    assert len(await works.outputs(studio, alice, [work.id])) == 1


async def test_a_work_whose_second_stage_fails_fails_with_its_reason(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await asked(studio, alice, picture)
        await second_stage(studio, work.id, "processing")
        steady.faults.add("node", "fail", node="VAEDecode", exception="ValueError")
        work = await ended(studio, alice, work.id)
    assert (work.status, work.error_code) == ("failed", "run_failed")
    assert await works.outputs(studio, alice, [work.id]) == []
    (first, second) = await jobs(studio, work.id)
    assert (first["status"], second["status"]) == ("completed", "failed")


async def second_stage(studio: Studio, work_id: UUID, *statuses: str) -> dict[str, Any]:
    for _ in range(3000):
        found = [j for j in await jobs(studio, work_id) if j["stage"] and j["status"] in statuses]
        if found:
            return found[0]
        await asyncio.sleep(0.01)
    raise AssertionError(f"no second stage is {statuses}")


async def test_a_second_stage_that_is_lost_is_taken_again_and_fetches_nothing_anew(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await asked(studio, alice, picture)
        await second_stage(studio, work.id, "processing")
        steady.faults.add("node", "restart", node="VAEDecode")
        work = await ended(studio, alice, work.id, within=60)
    assert work.status == "completed"
    (first, second) = await jobs(studio, work.id)
    assert (first["takes"], second["takes"]) == (0, 1)
    assert len(await works.outputs(studio, alice, [work.id])) == 1


async def test_cancelled_between_the_stages_nothing_runs_any_more(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await asked(studio, alice, picture)
        # No place for the second.
        await reached(studio, alice, work.id, "processing")
        async with studio.database.as_service() as service:
            await service.connection.execute("UPDATE endpoints SET is_active = false")
        await second_stage(studio, work.id, "pending")
        assert (await works.get(studio, alice, work.id)).status == "processing"
        work = await works.cancel(studio, alice, work.id)
        assert work.status == "cancelled"
        async with studio.database.as_service() as service:
            await service.connection.execute("UPDATE endpoints SET is_active = name = 'comfyui'")
        await asyncio.sleep(0.3)
    assert [j["status"] for j in await jobs(studio, work.id)] == ["completed", "cancelled"]
    assert await works.outputs(studio, alice, [work.id]) == []
    with_retry = await works.retry(studio, alice, work.id)
    async with at_work(studio):
        assert (await ended(studio, alice, with_retry.id)).status == "completed"


async def test_progress_runs_over_all_stages_and_says_which(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await asked(studio, alice, picture)).id, within=60)
    assert work.status == "completed"
    progress = await told(studio, work.id)
    assert {p["stages"] for p in progress} == {2}
    assert [p["stage"] for p in progress] == sorted(p["stage"] for p in progress)
    assert {p["stage"] for p in progress} == {1, 2}
    percents = [p["percent"] for p in progress]
    assert percents == sorted(percents)
    assert all(p["percent"] < 50 for p in progress if p["stage"] == 1)
    assert {"percent": 50, "stage": 2, "stages": 2} in progress
    assert all(p["percent"] >= 50 for p in progress if p["stage"] == 2)


async def test_a_work_of_one_stage_says_nothing_of_stages(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ask(studio, alice, picture)
        await ended(studio, alice, work.id)
    assert not any("stage" in progress for progress in await told(studio, work.id))


# --- what is kept, and for how long ------------------------------------------------------------


def later(studio: Studio, by: timedelta) -> Studio:
    return replace(studio, now=lambda: datetime.now(UTC) + by)


async def keys_of(studio: Studio, work_id: UUID) -> dict[str, str]:
    """Object keys by name, of all files of the work."""
    found = await rows(studio, "SELECT name, object_key FROM files WHERE work_id = %s", work_id)
    return {row["name"]: row["object_key"] for row in found}


async def test_the_picture_between_the_stages_stays_as_long_as_its_jobs(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await asked(studio, alice, picture)).id)
    kept = await keys_of(studio, work.id)
    assert kept.keys() == {"stage-1.png", "output.png"}
    assert await Leftovers(later(studio, timedelta(days=2)), pause=0).look_through() == 0
    in_a_year = later(studio, timedelta(days=365))
    assert (await retention.forget(in_a_year))["jobs"] == 2
    assert (await keys_of(studio, work.id)).keys() == {"output.png"}
    # Without jobs, whatever file of it there is counts as one of its outputs.
    (output,) = await works.outputs(studio, alice, [work.id])
    await Leftovers(in_a_year, pause=0).look_through()
    assert not await studio.objects.exists("works", kept["stage-1.png"])
    assert await studio.objects.exists("works", output.object_key)


async def test_of_a_work_that_was_cancelled_late_the_first_picture_stays_as_long(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await asked(studio, alice, picture)
        await second_stage(studio, work.id, "processing")
        work = await works.cancel(studio, alice, work.id)
    kept = await keys_of(studio, work.id)
    assert kept.keys() == {"stage-1.png"}
    await Leftovers(later(studio, timedelta(days=2)), pause=0).look_through()
    assert await studio.objects.exists("works", kept["stage-1.png"])
    assert await works.outputs(studio, alice, [work.id]) == []


async def test_a_restored_studio_goes_on_at_the_stage_where_it_was(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await asked(studio, alice, picture)
        await second_stage(studio, work.id, "processing")
    async with studio.database.as_service() as transaction:
        assert await restored.begin_anew(transaction) == 1
    async with at_work(studio):
        work = await ended(studio, alice, work.id)
    assert work.status == "completed"
    assert [j["stage"] for j in await jobs(studio, work.id)] == [0, 1]


async def test_a_second_stage_asked_for_by_hand_finds_what_the_first_gave(
    studio: Studio, alice: Caller, steady: Server, picture: File
) -> None:
    """Without parameters: they are settled from the work's own inputs, as a first stage's are."""
    async with at_work(studio):
        work = await asked(studio, alice, picture)
        first = await second_stage(studio, work.id, "processing")
        async with studio.database.as_service() as service:
            await service.connection.execute(
                "INSERT INTO generation_jobs (work_id, stage) VALUES (%s, 1)", (work.id,)
            )
        work = await ended(studio, alice, work.id)
    assert work.status == "completed"
    (_, *seconds) = await jobs(studio, work.id)
    assert [j["status"] for j in seconds] == ["completed"] * 2
    assert seconds[1]["parameters"] == first["parameters"]
    assert len({j["output_file_id"] for j in seconds}) == 1
