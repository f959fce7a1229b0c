"""The handler on an emulated ComfyUI: what comes out when all goes well."""

import asyncio
import base64

import pytest
from tests.comfy.graphs import copied, klein, node
from tests.fetch.servers import always, serving, whole
from tests.pictures.samples import coded, photograph, pixels

from affiche import __version__
from affiche.catalog.catalog import shipped
from affiche.emulators.comfyui import Server
from affiche.pictures.kinds import sniff

from .conftest import PICTURE, TEXT, MakeBench, copying, decoded

KLEIN = next(template for template in shipped() if template.slug == "klein-i2i")
POSTER = next(template for template in shipped() if template.slug == "poster")


def uploads(comfyui: Server) -> list[str]:
    return sorted(p.name for p in (comfyui.folder / "input" / "affiche").iterdir())


async def test_a_ping_asks_nothing_of_comfyui(bench: MakeBench, comfyui: Server) -> None:
    await comfyui.stop()
    assert await bench()({"ping": True}) == {"pong": True, "worker": __version__}


async def test_a_workflow_gives_its_picture(bench: MakeBench, comfyui: Server) -> None:
    answered = await bench()(copying())
    (image,) = answered["images"]
    assert image["node"] == "9"
    assert image["media_type"] == "image/png"
    assert image["filename"].endswith(".png")
    assert sniff(decoded(image)) == "png"
    assert answered["prompt_id"]
    assert answered["seconds"] > 0
    assert set(answered) == {"images", "prompt_id", "seconds"}
    assert len(uploads(comfyui)) == 1


async def test_the_same_job_twice_runs_twice(bench: MakeBench, comfyui: Server) -> None:
    """ComfyUI would answer the second out of its cache, with the first one's file."""
    worker = bench()
    first, second = await worker(copying()), await worker(copying())
    assert first["images"][0]["filename"] != second["images"][0]["filename"]
    assert len(uploads(comfyui)) == 1


async def test_a_package_answers_as_the_seed_says(bench: MakeBench) -> None:
    asked = {"prompt": "a coast", "image_base64": TEXT, "megapixels": 0.5, "seed": 5}
    answered = await bench(KLEIN)(asked)
    assert sniff(base64.b64decode(answered["image"])) == "png"
    assert answered["seed"] == 5
    assert answered["prompt_id"]
    assert "images" not in answered


async def test_no_parameters_without_a_package(bench: MakeBench) -> None:
    answered = await bench()({"prompt": "a coast", "image_base64": TEXT})
    assert answered["code"] == "invalid_inputs"


async def test_two_stages_in_one_job(bench: MakeBench) -> None:
    """The second one's picture is of the size that the first one made."""
    stages = [
        {"name": "cover", "workflow": klein(), "images": {"none.png": TEXT}, "outputs": ["9"]},
        {
            "name": "envelope",
            "workflow": copied(),
            "takes": [{"node": "76", "input": "image", "stage": "cover"}],
            "outputs": ["9"],
        },
    ]
    worker = bench()
    answered = await worker({"stages": stages})
    (image,) = answered["images"]
    assert image["stage"] == "envelope"
    assert [stage["name"] for stage in answered["stages"]] == ["cover", "envelope"]
    assert answered["prompt_id"] == answered["stages"][1]["prompt_id"]
    alone = await worker({"workflow": klein(), "images": {"none.png": TEXT}})
    assert pixels(decoded(image)) == pixels(decoded(alone["images"][0]))


async def test_the_poster_s_stages_in_one_job(bench: MakeBench) -> None:
    """Seed 002's pipeline, as the package of a worker."""
    asked = {"image_base64": TEXT, "headline": "Summer", "prompt": "a beach", "steps": 4, "seed": 3}
    worker = bench(POSTER)
    answered = await worker(asked)
    assert sniff(base64.b64decode(answered["image"])) == "png"
    assert answered["stage"] == "envelope"
    assert answered["seed"] == 3
    assert [stage["name"] for stage in answered["stages"]] == ["cover", "envelope"]
    assert {update["stage"] for update in worker.told} == {1, 2}


async def test_stages_that_nobody_takes_from_are_all_results(bench: MakeBench) -> None:
    stages = [
        {"name": name, "workflow": copied(), "images": {"none.png": TEXT}} for name in ("a", "b")
    ]
    answered = await bench()({"stages": stages})
    assert [image["stage"] for image in answered["images"]] == ["a", "b"]


async def test_only_declared_outputs_count(bench: MakeBench) -> None:
    graph = copied()
    graph["10"] = node("SaveImage", images=["76", 0], filename_prefix="more")
    images = {"none.png": TEXT}
    worker = bench()
    both = await worker({"workflow": graph, "images": images})
    assert {image["node"] for image in both["images"]} == {"9", "10"}
    one = await worker({"workflow": graph, "images": images, "outputs": ["10"]})
    assert [image["node"] for image in one["images"]] == ["10"]


async def test_a_preview_counts_where_nothing_else_is_given(bench: MakeBench) -> None:
    graph = copied()
    graph["10"] = node("PreviewImage", images=["76", 0])
    images = {"none.png": TEXT}
    worker = bench()
    both = await worker({"workflow": graph, "images": images})
    assert [image["node"] for image in both["images"]] == ["9"]
    del graph["9"]
    alone = await worker({"workflow": graph, "images": images})
    assert [image["node"] for image in alone["images"]] == ["10"]


async def test_progress_goes_up_over_all_stages(bench: MakeBench) -> None:
    stages = [
        {"name": name, "workflow": klein(seed=seed), "images": {"none.png": TEXT}}
        for seed, name in enumerate(("a", "b"), 1)
    ]
    worker = bench()
    await worker({"stages": stages})
    fractions = [update["fraction"] for update in worker.told]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < 0.5 < fractions[-1] <= 1
    assert {(update["stage"], update["stages"]) for update in worker.told} == {(1, 2), (2, 2)}
    assert "Paint" in {update["label"] for update in worker.told}


async def test_a_picture_by_address_is_fetched(bench: MakeBench) -> None:
    async with serving(always(whole(PICTURE))) as host:
        url = f"http://127.0.0.1:{host.port}/a.png"
        asked = {"workflow": copied(), "images": {"none.png": url}}
        answered = await bench(fetch_private=frozenset({"127.0.0.1"}))(asked)
        refused = await bench()(asked)
    assert answered["images"]
    assert refused["code"] == "address_refused"
    assert refused["params"] == {"field": "images[0].image"}


@pytest.mark.parametrize(
    ("data", "code"), [(b"%PDF-1.7", "picture_type"), (b"nothing known", "picture_unknown")]
)
async def test_what_is_no_picture_costs_no_run(
    bench: MakeBench, comfyui: Server, data: bytes, code: str
) -> None:
    images = {"none.png": base64.b64encode(data).decode()}
    answered = await bench()({"workflow": copied(), "images": images})
    assert answered["code"] == code
    assert answered["error"].startswith("images[0].image: ")
    assert not comfyui.service.prompts.history


async def test_jobs_that_come_at_once_have_their_own_pictures(bench: MakeBench) -> None:
    sizes = [(32, 16), (48, 24), (64, 32)]
    pictures = [coded(photograph(*size), "png") for size in sizes]
    worker = bench()
    answers = await asyncio.gather(
        *(
            worker(
                {
                    "workflow": copied(),
                    "images": {"none.png": base64.b64encode(data).decode()},
                }
            )
            for data in pictures
        )
    )
    assert [size_of(decoded(a["images"][0])) for a in answers] == sizes


def size_of(data: bytes) -> tuple[int, int]:
    """Of a PNG."""
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
