"""The image brush from end to end, node by node on the preview engine, and its mask's promise."""

import base64
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import pyvips
from psycopg.types.json import Jsonb
from tests.support import brush, staged
from tests.support.studios import at_work, ended, engine, photograph

from affiche.catalog.catalog import load
from affiche.emulators.comfyui import Server
from affiche.errors import InvalidInputs
from affiche.pipeline.crew import Crew
from affiche.storage.objects import Objects
from affiche.studio import templates, uploads, works
from affiche.studio.studio import Caller, Studio

OUTSIDE = (brush.WIDE - len(brush.LEFT)) * brush.HIGH


async def output_of(studio: Studio, caller: Caller, work: works.Work) -> bytes:
    (output,) = await works.outputs(studio, caller, [work.id])
    assert (output.width, output.height, output.mime_type) == (
        *(brush.WIDE, brush.HIGH),
        "image/png",
    )
    return await studio.objects.read("works", output.object_key)


async def test_a_style_is_painted_under_the_mask_and_nowhere_else(
    studio: Studio, alice: Caller, crew: Crew
) -> None:
    work, target = await brush.asked(studio, alice, prompt="파란 대리석", feather=6)
    work = await ended(studio, alice, work.id)
    assert (work.status, work.error_code) == ("completed", None)
    output = await output_of(studio, alice, work)
    assert brush.left_alone(target, output)
    assert brush.painted(target, output) > 10_000
    assert work.generation_metadata is not None
    assert work.generation_metadata["mask"] == {
        "promise": "kept",
        "outside_pixels": OUTSIDE,
        "changed_outside": 0,
        "feather": 6,
    }
    assert work.generation_metadata["width"] == brush.WIDE


async def test_each_of_several_outputs_keeps_it(studio: Studio, alice: Caller, crew: Crew) -> None:
    work, target = await brush.asked(studio, alice)
    files = {key: work.input_data[key] for key in ("image", "mask", "style")}
    request = works.Ask(
        template="image-brush", inputs={**files, "megapixels": 0.25}, output_count=3
    )
    work = await ended(studio, alice, (await works.ask(studio, alice, request)).id)
    outputs = await works.outputs(studio, alice, [work.id])
    assert len(outputs) == 3
    for output in outputs:
        data = await studio.objects.read("works", output.object_key)
        assert brush.left_alone(target, data)
    assert work.generation_metadata is not None
    assert work.generation_metadata["mask"]["promise"] == "kept"


async def test_what_the_engine_is_sent_is_the_mask_on_its_target(
    studio: Studio, alice: Caller, tmp_path: Path
) -> None:
    """A mask of half the size, in grey, goes out at the target's, readable by every channel."""
    async with engine(studio, tmp_path / "comfyui", pace=0.0), at_work(studio):
        work, _ = await brush.asked(studio, alice, mask=brush.mask(120, 80))
        await ended(studio, alice, work.id)
    (found,) = (tmp_path / "comfyui").rglob(f"*-{brush.WIDE}x{brush.HIGH}.png")
    image = pyvips.Image.new_from_file(str(found))
    assert (image.width, image.height, image.bands) == (brush.WIDE, brush.HIGH, 4)
    for x, covered in ((10, 0), (80, 255), (200, 0)):
        assert image(x, 80) == [covered] * 3 + [255 - covered]


@pytest.mark.parametrize("make", ["alpha", "webp", "other work's output"])
async def test_targets_of_every_make(studio: Studio, alice: Caller, crew: Crew, make: str) -> None:
    plain = pyvips.Image.new_from_buffer(photograph(brush.WIDE, brush.HIGH, ".png"), "")
    data = photograph(brush.WIDE, brush.HIGH, ".webp")
    if make == "alpha":
        alpha = pyvips.Image.xyz(brush.WIDE, brush.HIGH)[1].cast("uchar")
        data = bytes(plain.bandjoin(alpha).copy(interpretation="srgb").pngsave_buffer())
    work, target = await brush.asked(studio, alice, data)
    work = await ended(studio, alice, work.id)
    assert work.status == "completed", work.error_code
    (output,) = await works.outputs(studio, alice, [work.id])
    if make == "other work's output":
        again = {**work.input_data, "image": str(output.id)}
        request = works.Ask(template="image-brush", inputs=again)
        target = await studio.objects.read("works", output.object_key)
        work = await ended(studio, alice, (await works.ask(studio, alice, request)).id)
        (output,) = await works.outputs(studio, alice, [work.id])
    data = await studio.objects.read("works", output.object_key)
    before, after = (pyvips.Image.new_from_buffer(d, "") for d in (target, data))
    assert before.bands == after.bands
    for left, width in ((0, brush.LEFT.start), (brush.LEFT.stop, brush.WIDE - brush.LEFT.stop)):
        parts = [i.crop(left, 0, width, brush.HIGH) for i in (before, after)]
        assert bytes(parts[0].write_to_memory()) == bytes(parts[1].write_to_memory())
    assert work.generation_metadata is not None
    assert work.generation_metadata["mask"]["changed_outside"] == 0


MASKED = """
[[fields]]
type = "mask"
name = "mask"
target = "image"
label = "Mask"
"""


async def test_any_template_with_a_mask_keeps_it_in_its_last_stage(
    studio: Studio, alice: Caller, crew: Crew, tmp_path: Path
) -> None:
    """Two stages whose graphs know of no mask: what lies between is the engine's own picture, what
    is delivered is the target with the last one's under the mask."""
    folder = staged.write_template(tmp_path / "catalog")
    page = (folder / "template.toml").read_text(encoding="utf-8")
    (folder / "template.toml").write_text(page + MASKED, encoding="utf-8")
    await templates.install(studio.database, [load(folder)])
    image = await uploads.upload(studio, alice, photograph(brush.WIDE, brush.HIGH))
    mask = await uploads.upload(studio, alice, brush.mask())
    inputs = {"image": str(image.id), "mask": str(mask.id), "prompt": "a beach", "megapixels": 0.05}
    asked = await works.ask(studio, alice, works.Ask(template=staged.SLUG, inputs=inputs))
    work = await ended(studio, alice, asked.id)
    assert work.status == "completed", work.error_code
    target = await studio.objects.read(image.bucket_id, image.object_key)
    output = await output_of(studio, alice, work)
    assert brush.left_alone(target, output)
    assert brush.painted(target, output) > 10_000
    assert work.generation_metadata is not None
    assert work.generation_metadata["mask"]["feather"] == 8
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT width, height FROM files WHERE work_id = %s AND name = 'stage-1.png'",
            (work.id,),
        )
        between = await cursor.fetchone()
    assert between is not None
    assert between != (brush.WIDE, brush.HIGH)


# --- what is refused --------------------------------------------------------------------------


WRONG = {
    "mask_empty": brush.flat(0),
    "mask_full": brush.flat(255),
    "mask_misfit": brush.mask(brush.HIGH, brush.WIDE),
}


@pytest.mark.parametrize("way", ["upload", "inline"])
@pytest.mark.parametrize("code", WRONG)
async def test_a_mask_that_is_none_is_refused_at_asking(
    studio: Studio, alice: Caller, code: str, way: str
) -> None:
    data = WRONG[code]
    mask = data if way == "upload" else base64.b64encode(data).decode()
    with pytest.raises(InvalidInputs) as caught:
        await brush.asked(studio, alice, mask=mask)
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("mask", code)
    sentences = {language: problem.message(language) for language in ("ko", "en")}
    assert len(set(sentences.values())) == 2
    assert await works.page(studio, alice) == []


async def test_everything_else_is_named_with_it(studio: Studio, alice: Caller) -> None:
    with pytest.raises(InvalidInputs) as caught:
        await brush.asked(studio, alice, mask=WRONG["mask_empty"], strength=9, feather=-1)
    assert {p.field: p.code for p in caught.value.problems} == {
        "mask": "mask_empty",
        "strength": "too_large",
        "feather": "too_small",
    }


@pytest.mark.parametrize("code", WRONG)
async def test_one_that_was_not_looked_at_before_fails_the_work_plainly(
    studio: Studio, alice: Caller, crew: Crew, comfyui: Server, code: str
) -> None:
    """A work that is inserted, its mask in the row: nobody looked at it when it was asked for."""
    good, _ = await brush.asked(studio, alice)
    data = {**good.input_data, "mask": base64.b64encode(WRONG[code]).decode()}
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "INSERT INTO works (user_id, template_id, input_data) VALUES (%s, %s, %s) RETURNING id",
            (alice.id, good.template_id, Jsonb(data)),
        )
        row = await cursor.fetchone()
        assert row is not None
        await service.connection.execute(
            "INSERT INTO generation_jobs (work_id) VALUES (%s)", (row[0],)
        )
    work = await ended(studio, alice, row[0])
    assert (work.status, work.error_code) == ("failed", code)
    assert (await ended(studio, alice, good.id)).status == "completed"


async def test_a_mask_whose_object_is_gone_is_asked_for_again(
    studio: Studio, alice: Caller, crew: Crew
) -> None:
    first, _ = await brush.asked(studio, alice)
    await ended(studio, alice, first.id)
    mask = await uploads.get(studio, alice, UUID(first.input_data["mask"]))
    await studio.objects.delete("uploads", mask.object_key)
    with pytest.raises(InvalidInputs) as caught:
        await works.retry(studio, alice, first.id)
    assert {p.field: p.code for p in caught.value.problems} == {"mask": "file_unknown"}


# --- and when the promise cannot be kept ----------------------------------------------------------


class Forgetful(Objects):
    """A store that turns over one bit of the last pixel of whatever works have made."""

    async def put(self, bucket: str, key: str, data: bytes, media_type: str) -> None:
        if bucket == "works":
            image = pyvips.Image.new_from_buffer(data, "")
            whole = bytearray(bytes(image.write_to_memory()))
            whole[-1] ^= 1
            size = image.width, image.height, image.bands, "uchar"
            made = pyvips.Image.new_from_memory(bytes(whole), *size)
            data = bytes(made.copy(interpretation="srgb").pngsave_buffer())
        await super().put(bucket, key, data, media_type)


async def test_what_is_not_kept_is_not_delivered(
    studio: Studio, alice: Caller, comfyui: Server, tmp_path: Path
) -> None:
    spoiled = replace(studio, objects=Forgetful(tmp_path / "objects"))
    async with at_work(spoiled):
        work, _ = await brush.asked(studio, alice)
        work = await ended(studio, alice, work.id)
    assert (work.status, work.error_code) == ("failed", "mask_not_kept")
    assert await works.outputs(studio, alice, [work.id]) == []
    assert "mask" not in (work.generation_metadata or {})
