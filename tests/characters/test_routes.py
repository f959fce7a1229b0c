"""Characters and references on the wire: alice, bob who is in her project, and charlie, who is
not."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from tests.characters import archives, routes
from tests.characters.conftest import CAPTION, FILENAME, MILAN
from tests.support.servers import AsSomebody, Client
from tests.support.studios import at_work, photograph

from affiche.emulators.comfyui import Server as Comfy
from affiche.studio.studio import Caller, Studio


@dataclass
class People:
    """`project`: alice's, in which bob is a member."""

    alice: Client
    bob: Client
    charlie: Client
    project: str


@pytest.fixture
async def people(
    studio: Studio, alice: Caller, bob: Caller, charlie: Caller, as_somebody: AsSomebody
) -> People:
    a, b, c = [await as_somebody(who) for who in (alice, bob, charlie)]
    project = (await a.post("/v1/projects", json={"name": "ours"})).json["id"]
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=project, user_id=bob.id, role="member")
    return People(a, b, c, project)


async def made(client: Client, project: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/characters", json={**MILAN, "project_id": project, **more})
    assert answer.status == 201, answer.body
    assert answer.headers["Location"] == f"/v1/characters/{answer.json['id']}"
    found: dict[str, Any] = answer.json
    return found


async def brought(client: Client, project: str, data: bytes = b"") -> dict[str, Any]:
    address = f"/v1/references?project_id={project}&category=mirror&name={FILENAME}"
    answer = await client.post(
        address, data=data or photograph(), headers={"Content-Type": "image/jpeg"}
    )
    assert answer.status in (200, 201), answer.body
    found: dict[str, Any] = answer.json
    return found


async def test_a_character_from_making_to_deleting(people: People) -> None:
    found = await made(people.alice, people.project)
    assert found["slug"] == "milan"
    assert {name: found[name] for name in MILAN} == MILAN
    page = await people.alice.get(f"/v1/characters?project_id={people.project}")
    assert [each["id"] for each in page.json["characters"]] == [found["id"]]
    address = f"/v1/characters/{found['id']}"
    changed = await people.alice.call("PATCH", address, json={"hair_style": "a braid"})
    assert (changed.status, changed.json["hair_style"]) == (200, "a braid")
    told = await people.alice.get(f"{address}/statistics")
    assert (told.json["total"], told.json["success"]) == (0, None)
    assert (await people.alice.get(f"{address}/works")).json == {
        "works": [],
        "next": None,
        "previous": None,
    }
    gone = await people.alice.call("DELETE", address)
    assert gone.json == {"archived": False}
    assert (await people.alice.get(address)).status == 404


async def test_two_cannot_have_one_name(people: People) -> None:
    found = await made(people.alice, people.project)
    answer = await people.bob.post("/v1/characters", json={**MILAN, "project_id": people.project})
    assert (answer.status, answer.json["code"]) == (409, "character_taken")
    # In another project they can.
    assert (await people.bob.post("/v1/characters", json=MILAN)).status == 201
    other = await made(people.alice, people.project, slug="skyler")
    answer = await people.alice.call(
        "PATCH", f"/v1/characters/{other['id']}", json={"slug": found["slug"]}
    )
    assert answer.json["code"] == "character_taken"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"slug": "No Slug"}, "slug"),
        ({"slug": "01a20015-3c7e-7b40-8f16-5d2a9c04e7b3"}, "slug"),
        ({"lora_file": "../../etc/passwd"}, "lora_file"),
        ({"lora_file": "no-model.txt"}, "lora_file"),
        ({"lora_strength": 0.2}, "lora_strength"),
        ({"lora_strength": 1.01}, "lora_strength"),
        ({"skin_tone": "x" * 51}, "skin_tone"),
        ({"portrait_file_id": "01a20015-3c7e-7b40-8f16-5d2a9c04e7b3"}, "portrait_file_id"),
    ],
)
async def test_what_is_wrong_with_a_character_is_said(
    people: People, values: dict[str, Any], field: str
) -> None:
    answer = await people.alice.post("/v1/characters", json={**MILAN, **values})
    assert answer.status == 422
    assert field in answer.fields


async def test_a_name_in_hangul_has_a_slug_of_its_own(people: People) -> None:
    first = await people.alice.post("/v1/characters", json={"name": "밀라노"})
    second = await people.alice.post("/v1/characters", json={"name": "밀라노"})
    assert first.json["slug"] != second.json["slug"]
    assert first.json["slug"].startswith("character-")


async def test_pages_of_characters_hold_each_once(people: People) -> None:
    for number in range(5):
        await made(people.alice, people.project, slug=f"milan-{number}")
    address, seen = f"/v1/characters?project_id={people.project}&limit=2", []
    while address:
        page = (await people.bob.get(address)).json
        seen += [each["slug"] for each in page["characters"]]
        address = page["next"]
    assert seen == [f"milan-{number}" for number in range(5)]


async def test_a_portrait_is_shown_to_the_project_s_people(people: People) -> None:
    file = (await people.alice.upload(photograph())).json
    found = await made(people.alice, people.project, portrait_file_id=file["id"])
    assert found["portrait_url"] == file["url"]
    assert (await people.bob.get(file["url"])).status == 200
    assert (await people.charlie.get(file["url"])).status == 404


async def test_a_reference_from_bringing_to_deleting(people: People) -> None:
    found = await brought(people.alice, people.project)
    assert found["storage_path"] == f"mirror/{FILENAME}"
    assert (await people.alice.get(found["thumbnail_url"])).status == 200
    again = await people.alice.post(
        f"/v1/references?project_id={people.project}",
        data=photograph(),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert (again.status, again.json["id"]) == (200, found["id"])
    address = f"/v1/references/{found['id']}"
    written = {"vision_description": f" {CAPTION}\n", "caption_ko": "거울 셀카"}
    changed = (await people.bob.call("PATCH", address, json=written)).json
    assert (changed["vision_description"], changed["caption_ko"]) == (CAPTION, "거울 셀카")
    assert changed["caption_state"] == "edited"
    emptied = await people.bob.call(
        "PATCH", address, json={"vision_description": "", "caption_ko": " "}
    )
    assert emptied.json["vision_description"] is emptied.json["caption_ko"] is None
    assert emptied.json["caption_state"] == "none"
    assert (await people.alice.call("DELETE", address)).status == 204
    assert (await people.alice.get(address)).status == 404


async def test_a_form_with_a_picture_and_one_with_an_archive(people: People) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", photograph(), filename="해변.jpg")
    one = await people.alice.post("/v1/references?category=beach", data=form)
    assert (one.status, one.json["filename"]) == (201, "해변.jpg")
    form = aiohttp.FormData(quote_fields=False)
    form.add_field(
        "file", archives.zipped({"a/1.jpg": photograph(50), "b.png": b"no"}), filename="x.zip"
    )
    many = await people.alice.post("/v1/references/import", data=form)
    assert (len(many.json["added"]), many.json["known"]) == (1, [])
    assert [each["code"] for each in many.json["refused"]] == ["picture_unknown"]
    told = (await people.alice.get("/v1/references/categories")).json["categories"]
    assert told == [{"category": "a", "pictures": 1}, {"category": "beach", "pictures": 1}]


@pytest.mark.parametrize(
    ("path", "kind", "data", "status", "code"),
    [
        ("/v1/references", "text/plain", b"x", 415, "media_type"),
        ("/v1/references", "image/png", b"no picture", 415, "picture_unknown"),
        ("/v1/references/import", "image/png", b"x", 415, "media_type"),
        ("/v1/references/import", "application/zip", b"x", 422, "archive_refused"),
    ],
)
async def test_what_is_no_picture_or_no_archive_is_refused(
    people: People, path: str, kind: str, data: bytes, status: int, code: str
) -> None:
    answer = await people.alice.post(path, data=data, headers={"Content-Type": kind})
    assert (answer.status, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("route", sorted(routes.NAMED))
async def test_what_is_the_project_s_is_its_people_s_and_nobody_else_s(
    people: People, route: str
) -> None:
    character = await made(people.alice, people.project)
    reference = await brought(people.alice, people.project)
    method, path = route.split()
    path = path.format(character_id=character["id"], reference_id=reference["id"])
    more = (routes.CHARACTERS | routes.REFERENCES)[route]
    assert (await people.charlie.call(method, path, **more)).status == 404
    stranger = Client(people.alice.server, people.alice.session)
    assert (await stranger.call(method, path, **more)).status == 401
    # Only what cannot be undone is left to whoever made it, and to admins.
    wanted = 403 if method == "DELETE" else 200
    assert (await people.bob.call(method, path, **more)).status == wanted
    assert (await people.alice.call(method, path, **more)).status in (200, 204)


@pytest.mark.parametrize("path", ["/v1/characters", "/v1/references", "/v1/references/categories"])
async def test_a_list_of_another_s_project_is_not_there(people: People, path: str) -> None:
    await made(people.alice, people.project)
    await brought(people.alice, people.project)
    address = f"{path}?project_id={people.project}"
    assert (await people.bob.get(address)).status == 200
    assert (await people.charlie.get(address)).status == 404
    own = (await people.charlie.get(path)).json
    assert not next(value for name, value in own.items() if name != "next")


async def test_nobody_puts_anything_into_another_s_project(people: People) -> None:
    asked = {**MILAN, "project_id": people.project}
    assert (await people.charlie.post("/v1/characters", json=asked)).status == 404
    for path, kind in (("", "image/jpeg"), ("/import", "application/zip")):
        answer = await people.charlie.post(
            f"/v1/references{path}?project_id={people.project}",
            data=archives.zipped({}) if path else photograph(),
            headers={"Content-Type": kind},
        )
        assert answer.status == 404
    prompt = {"template": "img2img-lora", "inputs": {}, "project_id": people.project}
    assert (await people.charlie.post("/v1/prompts", json=prompt)).status == 404


async def test_another_s_character_is_none_to_ask_with(people: People) -> None:
    character = await made(people.alice, people.project)
    inputs = {"character": character["id"], "reference": "https://example.com/a.jpg"}
    body = {"template": "img2img-lora", "inputs": inputs}
    answer = await people.charlie.post("/v1/works", json=body)
    assert answer.fields["character"] == "character_unknown"


async def test_the_prompts_are_shown_before_anything_is_asked(
    people: People, comfyui: Comfy
) -> None:
    character = await made(people.alice, people.project)
    reference = await brought(people.alice, people.project)
    inputs = {"character": character["slug"], "reference": reference["id"]}
    body = {"template": "img2img-lora", "inputs": inputs, "project_id": people.project}
    shown = (await people.bob.post("/v1/prompts", json=body)).json
    assert shown["positive"] == "milan, long brunette hair, tan skin"
    assert [(n["code"], n["refuses"]) for n in shown["notices"]] == [
        ("reference_uncaptioned", False)
    ]
    await people.alice.call(
        "PATCH", f"/v1/references/{reference['id']}", json={"vision_description": CAPTION}
    )
    inputs |= {"negative_prompt_suffix": "blurry, deformed, bad anatomy"}
    shown = (await people.bob.post("/v1/prompts", json=body)).json
    assert shown == {
        "positive": f"milan, long brunette hair, tan skin, {CAPTION}",
        "negative": "blonde hair, light hair, pale skin, blurry, deformed, bad anatomy",
        "translated": [
            {
                "field": "negative_prompt_suffix",
                "english": "blurry, deformed, bad anatomy",
                "status": "english",
            }
        ],
        "notices": [],
    }
    await people.alice.call(
        "PATCH", f"/v1/characters/{character['id']}", json={"lora_file": "other.safetensors"}
    )
    shown = (await people.bob.post("/v1/prompts", json=body)).json
    (notice,) = shown["notices"]
    assert (notice["code"], notice["refuses"]) == ("lora_missing", True)
    assert notice["hint"]
    answer = await people.bob.post("/v1/works", json=body)
    assert (answer.status, answer.json["code"]) == (409, "lora_missing")


async def test_the_gallery_and_the_numbers_of_a_character(
    studio: Studio, people: People, comfyui: Comfy, alice: Caller
) -> None:
    character = await made(people.alice, people.project)
    reference = await brought(people.alice, people.project)
    inputs = {"character": "milan", "reference": reference["id"], "steps": 10}
    body = {"template": "img2img-lora", "inputs": inputs, "project_id": people.project}
    work = (await people.bob.post("/v1/works", json=body)).json
    assert work["character"] == {"id": character["id"], "slug": "milan", "name": "Milan"}
    assert work["reference"]["filename"] == FILENAME
    address = f"/v1/characters/{character['id']}"
    told = (await people.alice.get(f"{address}/statistics")).json
    assert (told["under_way"], told["total"], told["success"]) == (1, 1, None)
    async with at_work(studio):
        for _ in range(600):
            work = (await people.bob.get(f"/v1/works/{work['id']}")).json
            if work["status"] not in ("pending", "taken", "processing"):
                break
            await asyncio.sleep(0.05)
    assert work["status"] == "completed", work["error"]
    assert work["positive_prompt"] == "milan, long brunette hair, tan skin"
    told = (await people.alice.get(f"{address}/statistics")).json
    assert (told["under_way"], told["total"], told["success"]) == (0, 1, 1.0)
    assert told["last_used_at"] == work["created_at"]
    gallery = (await people.alice.get(f"{address}/works?status=completed")).json
    assert [each["id"] for each in gallery["works"]] == [work["id"]]
    assert (await people.alice.get(f"{address}/works?status=failed")).json["works"] == []
    picture = await people.alice.get(f"{work['outputs'][0]['url']}?download=true")
    name = f"milan_{FILENAME.removesuffix('.jpg')}_{work['number']:05}_.png"
    assert name in picture.headers["Content-Disposition"]
    # With works it is put away, and its works stay.
    assert (await people.alice.call("DELETE", address)).json == {"archived": True}
    assert (await people.alice.get(f"{address}/works")).json["works"]
    answer = await people.bob.post("/v1/works", json=body)
    assert answer.fields == {"character": "character_unknown"}
    back = await people.alice.call("PATCH", address, json={"archived": False})
    assert back.json["archived_at"] is None
