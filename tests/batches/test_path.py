"""A batch over seed 003's character from asking over HTTP to the zip, by the pipeline and the
preview engine."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import pytest
from tests.batches.test_asking import agrees, price, rows
from tests.characters.conftest import CAPTION, FILENAME, MILAN
from tests.support.servers import Client
from tests.support.studios import at_work, photograph

from affiche.domain.seeds import MAX_SEED
from affiche.emulators.comfyui import Server, serving
from affiche.studio.studio import Caller, Studio

LOOK: Final = "milan, long brunette hair, tan skin"
OTHER: Final = "linen shirt, standing at a window"
PHOTOS: Final = ((FILENAME, CAPTION), ("photo123.jpg", OTHER), ("no caption.jpg", ""))
POSITIVE: Final = (
    f"{LOOK}, {CAPTION}, professional photo",
    f"{LOOK}, {OTHER}, professional photo",
    f"{LOOK}, professional photo",
)
NEGATIVE: Final = "blonde hair, light hair, pale skin, blurry, deformed, bad anatomy"
DENOISE: Final = [0.5, 0.75]
WORKS: Final = len(PHOTOS) * 2 * len(DENOISE)
CREDITS: Final = 3


@pytest.fixture
async def preview(studio: Studio, tmp_path: Path) -> AsyncIterator[Server]:
    """The preview engine as the pipeline hosts it, with its faults at hand."""
    folder = tmp_path / "preview"
    async with serving(folder, pace=0.0, metadata=False, any_model=True) as server:
        async with studio.database.as_service() as service:
            await service.run("endpoints.moved", name="preview", url=server.url)
        yield server


async def furnished(client: Client) -> dict[str, Any]:
    """What is asked for: Milan over three references, each twice, with two strengths."""
    made = await client.post("/v1/characters", json=MILAN)
    assert made.status == 201
    references = []
    for n, (name, caption) in enumerate(PHOTOS):
        data = photograph(96, 64 + n)
        answer = await client.post(
            f"/v1/references?category=bikini-mirror-pics&name={name}",
            data=data,
            headers={"Content-Type": "image/jpeg"},
        )
        references.append(answer.json["id"])
        if caption:
            path = f"/v1/references/{references[-1]}"
            assert (
                await client.call("PATCH", path, json={"vision_description": caption})
            ).status == 200
    return {
        "template": "img2img-lora",
        "inputs": {
            "character": "milan",
            "cfg": 3.8,
            "steps": 28,
            "seed": 42,
            "positive_prompt_suffix": "professional photo",
            "negative_prompt_suffix": "blurry, deformed, bad anatomy",
        },
        "references": references,
        "variations": 2,
        "grid": {"x": {"field": "denoise", "values": DENOISE}},
        "name": "밀라노",
    }


async def test_a_batch_over_a_character_from_asking_to_the_zip(
    client: Client, studio: Studio, alice: Caller, preview: Server
) -> None:
    await price(studio, alice, 20, 100)
    wanted = await furnished(client)
    quote = (await client.post("/v1/batches/quote", json=wanted)).json
    assert (quote["works"], quote["credits"]) == (WORKS, WORKS * CREDITS)
    assert [(p["prompt"], p["negative_prompt"]) for p in quote["prompts"]] == [
        (positive, NEGATIVE) for positive in POSITIVE
    ]

    preview.faults.add("node", "fail", node="KSampler", nth=5, exception="ValueError")
    made = await client.post("/v1/batches", json=wanted)
    assert made.status == 201
    path = made.headers["Location"]
    assert await balance(studio, alice) == 120 - WORKS * CREDITS
    async with at_work(studio, host_preview=False):
        batch = await over(client, path)
        assert (batch["counts"]["completed"], batch["counts"]["failed"]) == (WORKS - 1, 1)
        # What was not delivered costs nothing.
        assert await balance(studio, alice) == 120 - (WORKS - 1) * CREDITS
        failed = (await places(client, f"{path}/works?status=failed"))[0]
        assert (await client.post(f"{path}/retry")).status == 201
        assert (await over(client, path))["counts"]["completed"] == WORKS
    assert await balance(studio, alice) == 120 - WORKS * CREDITS
    assert await agrees(studio)

    found = await places(client, f"{path}/works?limit=100")
    works = [place["work"] for place in found]
    again = works[failed["position"]]
    assert (again["retry_of"], again["seed"]) == (failed["work"]["id"], failed["work"]["seed"])
    assert {work["engine"] for work in works} == {"preview"}
    for place in found:
        work = place["work"]
        assert work["positive_prompt"] == POSITIVE[place["reference"]]
        assert work["negative_prompt"] == NEGATIVE
        assert work["inputs"]["denoise"] == DENOISE[place["x"]]
    told = await rows(
        studio,
        "SELECT w.number, j.prompt_used, j.negative_prompt_used FROM works w"
        " JOIN generation_jobs j ON j.work_id = w.id WHERE w.batch_position IS NOT NULL",
    )
    assert {number: tuple(rest) for number, *rest in told} == {
        place["work"]["number"]: (POSITIVE[place["reference"]], NEGATIVE) for place in found
    }
    check_seeds(found)

    await check_zip(client, path, found)


async def test_asked_again_with_its_seed_it_is_the_same_and_the_rest_can_be_cancelled(
    client: Client, studio: Studio, alice: Caller, preview: Server
) -> None:
    await price(studio, alice, 0, 100)
    wanted = await furnished(client)
    first = (await client.post("/v1/batches", json=wanted)).headers["Location"]
    plan = [planned(place) for place in await places(client, f"{first}/works?limit=100")]
    assert (await client.post(f"{first}/cancel")).json["counts"]["cancelled"] == WORKS
    assert await balance(studio, alice) == 100

    path = (await client.post("/v1/batches", json=wanted)).headers["Location"]
    assert [planned(each) for each in await places(client, f"{path}/works?limit=100")] == plan
    preview.faults.add("node", "hang", node="KSampler", nth=3, times=0)
    async with at_work(studio, host_preview=False):
        await reached(client, path, lambda batch: batch["counts"]["completed"] == 2)
        done = (await client.post(f"{path}/cancel")).json
        preview.faults.clear()
    assert (done["counts"]["completed"], done["counts"]["cancelled"]) == (2, WORKS - 2)
    assert done["ended"]
    assert await balance(studio, alice) == 100 - 2 * CREDITS
    assert await agrees(studio)
    archive = await zipped(client, path)
    assert len(pictures(archive)) == 2
    assert [row["status"] for row in table(archive)].count("cancelled") == WORKS - 2


# --- what is looked at --------------------------------------------------------------------------


async def reached(
    client: Client, path: str, state: Callable[[dict[str, Any]], bool], within: float = 120.0
) -> dict[str, Any]:
    """The batch once it is so; fails the test past `within` seconds."""
    for _ in range(int(within / 0.05)):
        batch: dict[str, Any] = (await client.get(path)).json
        if state(batch):
            return batch
        await asyncio.sleep(0.05)
    raise AssertionError(f"after {within} s: {batch['counts']}")


async def over(client: Client, path: str) -> dict[str, Any]:
    return await reached(client, path, lambda batch: bool(batch["ended"]))


async def places(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(path)).json["places"]
    return found


def planned(place: dict[str, Any]) -> tuple[Any, ...]:
    work = place["work"]
    position = tuple(place[name] for name in ("position", "reference", "variation", "y", "x"))
    return (*position, work["seed"], work["inputs"])


def check_seeds(found: list[dict[str, Any]]) -> None:
    """One for each variation, all different, the batch's own first, the same across its grid."""
    seeds: dict[tuple[int, int], set[int]] = {}
    for place in found:
        own = seeds.setdefault((place["reference"], place["variation"]), set())
        own.add(place["work"]["seed"])
    assert all(len(own) == 1 for own in seeds.values())
    drawn = [seed for own in seeds.values() for seed in own]
    assert len(set(drawn)) == len(drawn) == len(PHOTOS) * 2
    assert seeds[0, 0] == {42}
    assert all(1 <= seed <= MAX_SEED for seed in drawn)


async def balance(studio: Studio, caller: Caller) -> int:
    query = "SELECT subscription_credits + purchased_credits FROM users WHERE id = %s"
    return int((await rows(studio, query, caller.id))[0][0])


async def zipped(client: Client, path: str) -> zipfile.ZipFile:
    answer = await client.get(f"{path}/zip")
    assert answer.status == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    return archive


def pictures(archive: zipfile.ZipFile) -> list[str]:
    return [n.removeprefix("pictures/") for n in archive.namelist() if n.startswith("pictures/")]


def table(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("works.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def check_zip(client: Client, path: str, found: list[dict[str, Any]]) -> None:
    """`{character}_{reference}_{counter}.png`, each once, and what the table says of it."""
    archive = await zipped(client, path)
    expected = [
        f"milan_{Path(PHOTOS[place['reference']][0]).stem}_{place['work']['number']:05}_.png"
        for place in found
    ]
    assert pictures(archive) == expected
    assert "contact-sheet-01.jpg" in archive.namelist()
    lines = table(archive)
    assert [line["file"] for line in lines] == expected
    for line, place in zip(lines, found, strict=True):
        assert line["prompt"] == POSITIVE[place["reference"]]
        assert line["negative_prompt"] == NEGATIVE
        assert line["seed"] == str(place["work"]["seed"])
        assert (line["x"], float(line["denoise"])) == (str(place["x"] + 1), DENOISE[place["x"]])
        assert (line["steps"], line["cfg"]) == ("28", "3.8")
        picture = (await client.get(place["work"]["outputs"][0]["url"])).body
        assert archive.read(f"pictures/{line['file']}") == picture
