"""The path of one work: what comes in, what is kept, what is recorded."""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
import pyvips
from aiohttp import web
from psycopg.types.json import Jsonb
from tests.support.studios import ask, at_work, ended, photograph

from affiche.domain.seeds import MAX_SEED
from affiche.emulators.comfyui import Server
from affiche.errors import InvalidInputs
from affiche.pipeline.crew import Crew
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio


@asynccontextmanager
async def site(data: bytes, content_type: str = "image/jpeg") -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=data, content_type=content_type)

    app = web.Application()
    app.router.add_get("/photo.jpg", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/photo.jpg"
    await runner.cleanup()


async def test_an_upload_becomes_a_picture(
    studio: Studio, alice: Caller, crew: Crew, picture: uploads.File
) -> None:
    asked = await ask(studio, alice, picture, "배경을 노을 지는 해변으로 바꿔줘", seed=42)
    work = await ended(studio, alice, asked.id)
    assert (work.status, work.engine, work.seed) == ("completed", "comfyui", 42)
    assert work.title == "I2I 작품"
    assert work.tags == ["I2I", "Image_to_Image", "AI생성"]
    assert work.generation_metadata is not None
    assert work.generation_metadata["original_prompt"] == "배경을 노을 지는 해변으로 바꿔줘"
    (output,) = await works.outputs(studio, alice, [work.id])
    data = await studio.objects.read("works", output.object_key)
    decoded = pyvips.Image.new_from_buffer(data, "", fail_on="error")
    assert (decoded.width, decoded.height) == (output.width, output.height) == (720, 720)
    assert output.path == f"{alice.id}/{work.id}/output.png"
    assert output.file_size == len(data)
    assert b"prompt" not in data
    thumbnail = io.BytesIO(
        b"".join([p async for p in await uploads.read_thumbnail(studio, output)])
    )
    assert pyvips.Image.new_from_buffer(thumbnail.getvalue(), "").width <= 512


async def test_every_way_of_giving_a_picture_gives_the_same(
    studio: Studio, alice: Caller, crew: Crew, picture: uploads.File
) -> None:
    data = photograph()
    encoded = base64.b64encode(data).decode()
    async with site(data) as url:
        ways = [str(picture.id), encoded, f"data:image/jpeg;base64,{encoded}", url]
        found = set()
        for way in ways:
            inputs = {"image": way, "prompt": "a quiet beach", "seed": 7, "megapixels": 0.5}
            request = works.Ask(template="klein-i2i", inputs=inputs)
            work = await ended(studio, alice, (await works.ask(studio, alice, request)).id)
            (output,) = await works.outputs(studio, alice, [work.id])
            found.add(await studio.objects.read("works", output.object_key))
    assert len(found) == 1


async def test_an_address_that_gives_no_picture_fails_the_work_plainly(
    studio: Studio, alice: Caller, crew: Crew
) -> None:
    async with site(b"<html>not a picture</html>") as url:
        inputs = {"image": url, "prompt": "a quiet beach"}
        request = works.Ask(template="klein-i2i", inputs=inputs)
        work = await ended(studio, alice, (await works.ask(studio, alice, request)).id)
    assert (work.status, work.error_code) == ("failed", "picture_unknown")


async def test_several_outputs_differ_in_their_seed_alone(
    studio: Studio, alice: Caller, crew: Crew, picture: uploads.File
) -> None:
    inputs = {"image": str(picture.id), "prompt": "a beach", "seed": MAX_SEED, "megapixels": 0.5}
    request = works.Ask(template="klein-i2i", inputs=inputs, output_count=3)
    work = await ended(studio, alice, (await works.ask(studio, alice, request)).id)
    outputs = await works.outputs(studio, alice, [work.id])
    assert sorted(o.name for o in outputs) == ["output-2.png", "output-3.png", "output.png"]
    assert len({await studio.objects.read("works", o.object_key) for o in outputs}) == 3
    assert work.output_file_id == next(o.id for o in outputs if o.name == "output.png")


async def test_a_work_inserted_by_sql_runs_like_any_other(
    studio: Studio, alice: Caller, crew: Crew
) -> None:
    work_id = uuid4()
    data = {"prompt": "배경을 산 풍경으로 바꿔줘", "steps": 4, "cfg": 1.0, "seed": 0}
    data["image_base64"] = base64.b64encode(photograph()).decode()
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO works (id, user_id, template_id, input_data, status)"
            " VALUES (%s, %s, '82064257-1bef-45d8-a6ba-715f33c887cc', %s, 'pending')",
            (work_id, alice.id, Jsonb(data)),
        )
        await service.connection.execute(
            "INSERT INTO generation_jobs (id, work_id, status, priority)"
            " VALUES (%s, %s, 'pending', 1)",
            (uuid4(), work_id),
        )
    work = await ended(studio, alice, work_id)
    assert work.status == "completed"
    assert work.seed is not None
    assert 1 <= work.seed <= MAX_SEED
    assert UUID(work.input_data["image"])


async def test_a_work_inserted_without_its_picture_fails_by_field(
    studio: Studio, alice: Caller, crew: Crew
) -> None:
    work_id = uuid4()
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO works (id, user_id, template_id, input_data)"
            " VALUES (%s, %s, '82064257-1bef-45d8-a6ba-715f33c887cc', %s)",
            (work_id, alice.id, Jsonb({"prompt": "edit prompt", "steps": 20})),
        )
        await service.connection.execute(
            "INSERT INTO generation_jobs (work_id) VALUES (%s)", (work_id,)
        )
    work = await ended(studio, alice, work_id)
    assert (work.status, work.error_code) == ("failed", "invalid_inputs")


@pytest.mark.parametrize("seed", [None, 0, -999, "", 1.5])
async def test_a_seed_that_is_none_is_drawn_and_recorded(
    studio: Studio, alice: Caller, picture: uploads.File, seed: object
) -> None:
    first = await ask(studio, alice, picture, seed=seed)
    second = await ask(studio, alice, picture, seed=seed)
    assert first.seed != second.seed
    assert first.input_data["seed"] == first.seed


async def test_what_is_wrong_is_refused_by_field_and_leaves_nothing(
    studio: Studio, alice: Caller
) -> None:
    broken = base64.b64encode(photograph()[:-200]).decode()
    inputs = {"image": broken, "prompt": "x" * 501, "seed": 2**64, "steps": 41, "colour": "red"}
    with pytest.raises(InvalidInputs) as caught:
        await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs))
    wrong = {p.field: p.code for p in caught.value.problems}
    assert wrong == {
        "image": "picture_broken",
        "prompt": "too_long",
        "seed": "too_large",
        "steps": "too_large",
        "colour": "unknown",
    }
    for problem in caught.value.problems:
        assert problem.message("ko") != problem.message("en")
    assert [entry async for entry in studio.objects.list("uploads")] == []
    assert await works.page(studio, alice) == []


async def test_stopping_and_starting_loses_nothing(
    studio: Studio, alice: Caller, comfyui: Server, picture: uploads.File
) -> None:
    async with at_work(studio):
        asked = [await ask(studio, alice, picture, f"beach {n}") for n in range(12)]
    async with at_work(studio):
        for work in asked:
            assert (await ended(studio, alice, work.id)).status == "completed"
    rows = await works.outputs(studio, alice, [w.id for w in asked])
    assert len(rows) == 12
