"""The image brush over RunPod: what seed 004 sends, every shape in which it is answered, and a
promise that holds whatever the engine gave."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import pyvips
from tests.cloud.place import connected
from tests.pictures.pairs import MAKES, made
from tests.support import brush
from tests.support.studios import at_work, ended, photograph

from affiche.emulators.runpod import Progress, serving
from affiche.pictures import masks
from affiche.studio import works
from affiche.studio.studio import Caller, Studio

ROW = {"workflow_as": "text", "images_as": "list", "pictures_by": "base64"}
OUTSIDE = (brush.WIDE - len(brush.LEFT)) * brush.HIGH
SHAPES: dict[str, Callable[[str], Any]] = {
    "images[0].data": lambda data: {"images": [{"data": data}]},
    "images[0]": lambda data: {"images": [data]},
    "image": lambda data: {"image": data},
    "text": lambda data: data,
}
SIZES = [(240, 160), (1, 1), (480, 320), (64, 512), (750, 30)]


async def test_it_is_asked_as_seed_004_asks(studio: Studio, alice: Caller) -> None:
    asked: list[dict[str, Any]] = []

    async def paint(job: dict[str, Any], progress: Progress) -> Any:
        asked.append(job)
        return {"images": [{"data": base64.b64encode(photograph(64, 64)).decode()}]}

    async with (
        serving(paint, standby=1, control=True) as emulator,
        connected(studio, emulator, **ROW) as cloud,
        at_work(cloud.studio),
    ):
        work, target = await brush.asked(
            studio, alice, prompt="blue marble", strength=0.8, seed=123456
        )
        assert (await ended(studio, alice, work.id)).status == "completed"
    (given,) = asked
    assert set(given) == {"workflow", "images"}
    assert isinstance(given["workflow"], str)
    graph = json.loads(given["workflow"])
    assert graph["689"]["inputs"]["seed"] == 123456
    assert graph["658"]["inputs"]["text"] == "blue marble"
    assert graph["667"]["inputs"]["strength"] == 0.8
    assert [image["name"] for image in given["images"]] == [
        "input-1.png",
        "input-2.png",
        "mask.png",
    ]
    for node, name in (("422", "input-1.png"), ("590", "input-2.png"), ("698", "mask.png")):
        assert graph[node]["inputs"]["image"] == name
    sent = {i["name"]: base64.b64decode(i["image"], validate=True) for i in given["images"]}
    assert sent["input-1.png"] == target
    mask = pyvips.Image.new_from_buffer(sent["mask.png"], "")
    covered = masks.laid(brush.mask(), (brush.WIDE, brush.HIGH))
    assert bytes(mask[3].invert().write_to_memory()) == bytes(covered.image.write_to_memory())


async def test_without_a_prompt_the_graph_s_own_stands(studio: Studio, alice: Caller) -> None:
    asked: list[dict[str, Any]] = []

    async def paint(job: dict[str, Any], progress: Progress) -> Any:
        asked.append(job)
        return {"image": base64.b64encode(photograph(64, 64)).decode()}

    async with (
        serving(paint, standby=1, control=True) as emulator,
        connected(studio, emulator, **ROW) as cloud,
        at_work(cloud.studio),
    ):
        work, _ = await brush.asked(studio, alice)
        await ended(studio, alice, work.id)
    assert json.loads(asked[0]["workflow"])["658"]["inputs"]["text"] == ""


async def test_outside_the_mask_nothing_changes_whatever_the_engine_gives(
    studio: Studio, alice: Caller
) -> None:
    """Junk of every make, in every shape and size; the work's seed says which."""
    junk = [
        (make, shape, SIZES[n % len(SIZES)])
        for n, make in enumerate(MAKES)
        for shape in [list(SHAPES)[n % len(SHAPES)]]
    ]

    async def paint(job: dict[str, Any], progress: Progress) -> Any:
        make, shape, size = junk[json.loads(job["workflow"])["689"]["inputs"]["seed"] - 1]
        return SHAPES[shape](base64.b64encode(made(make, *size, 9)).decode())

    async with (
        serving(paint, standby=1, control=True) as emulator,
        connected(studio, emulator, **ROW) as cloud,
        at_work(cloud.studio),
    ):
        asked = [
            await brush.asked(studio, alice, seed=n + 1, feather=n * 4) for n in range(len(junk))
        ]
        for (work, target), (make, shape, size) in zip(asked, junk, strict=True):
            work = await ended(studio, alice, work.id)
            assert work.status == "completed", (make, shape, size, work.error_code)
            (output,) = await works.outputs(studio, alice, [work.id])
            data = await studio.objects.read("works", output.object_key)
            assert brush.left_alone(target, data), (make, shape, size)
            assert (brush.painted(target, data) > 0) == (make != "see-through")
            assert work.generation_metadata is not None
            kept = work.generation_metadata["mask"]
            assert (kept["promise"], kept["changed_outside"]) == ("kept", 0)
            assert kept["outside_pixels"] == OUTSIDE


@pytest.mark.parametrize(
    "given",
    [{"images": []}, {"image": ""}, {"images": [{"data": "bm8gcGljdHVyZQ=="}]}],
    ids=["none", "empty", "junk"],
)
async def test_where_the_engine_gave_nothing_nothing_is_delivered(
    studio: Studio, alice: Caller, given: Any
) -> None:
    async def paint(job: dict[str, Any], progress: Progress) -> Any:
        return given

    async with (
        serving(paint, standby=1, control=True) as emulator,
        connected(studio, emulator, **ROW) as cloud,
        at_work(cloud.studio),
    ):
        work, _ = await brush.asked(studio, alice)
        work = await ended(studio, alice, work.id)
    assert work.status == "failed"
    assert await works.outputs(studio, alice, [work.id]) == []
    assert "mask" not in (work.generation_metadata or {})
