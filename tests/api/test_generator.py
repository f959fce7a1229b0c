"""Seed 003's API, asked word for word as its page asks it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from tests.support.servers import Answer, AsSomebody, Client
from tests.support.studios import ended, photograph

from affiche.pipeline.crew import Crew
from affiche.studio import characters, generations, imports
from affiche.studio.characters import Character
from affiche.studio.imports import Brought
from affiche.studio.studio import Caller, Studio

MILAN = {
    "name": "Milan",
    "slug": "milan",
    "skin_tone": "tan",
    "hair_style": "long brunette hair",
    "lora_file": "milan.safetensors",
    "trigger_word": "milan",
    "negative_prompt": "blonde hair, light hair, pale skin",
}
PARAMETERS: dict[str, Any] = {
    "denoise": 0.75,
    "cfg": 3.8,
    "steps": 28,
    "seed": -1,
    "lora_strength": 0.65,
    "positive_prompt_suffix": "orange top, professional photo",
    "negative_prompt_suffix": "blurry, deformed, bad anatomy",
}


@pytest.fixture
async def milan(studio: Studio, alice: Caller) -> Character:
    return await characters.make(studio, alice, MILAN)


async def sent(client: Client, field: str = "image", name: str = "photo123.jpg") -> Answer:
    form = aiohttp.FormData()
    form.add_field(field, photograph(), filename=name)
    return await client.post("/api/upload-image", data=form)


async def asked(client: Client, milan: Character, **changed: Any) -> Answer:
    body: dict[str, Any] = {
        "modelId": milan.number,
        "workflowSlug": "img2img-lora",
        "uploadedImageFilename": (await sent(client)).json["filename"],
        "parameters": PARAMETERS,
    }
    return await client.post("/api/generate", json=body | changed)


async def test_a_picture_is_uploaded_asked_for_and_looked_at(
    client: Client, nobody: Client, studio: Studio, alice: Caller, milan: Character, crew: Crew
) -> None:
    upload = await sent(client)
    assert upload.status == 200
    assert set(upload.json) == {"success", "filename"}
    assert upload.json["success"] is True

    answer = await asked(client, milan, uploadedImageFilename=upload.json["filename"])
    assert answer.status == 200, answer.json
    job_id, run_id = answer.json["jobId"], answer.json["runpodJobId"]
    assert answer.json == {"success": True, "jobId": job_id, "runpodJobId": run_id}

    found = await generations.get(studio, alice, job_id)
    await ended(studio, alice, found.work_id)
    job = (await client.post(f"/api/jobs/{job_id}/check")).json
    assert job == (await client.get(f"/api/jobs/{job_id}")).json
    assert (job["status"], job["error_message"]) == ("completed", None)
    assert job["runpod_job_id"] == run_id, "as ComfyUI's history has it"
    assert (job["model_id"], job["models"]) == (milan.number, {"name": "Milan", "slug": "milan"})
    assert job["prompt_used"] == (
        "milan, long brunette hair, tan skin, orange top, professional photo"
    )
    assert job["negative_prompt_used"] == (
        "blonde hair, light hair, pale skin, blurry, deformed, bad anatomy"
    )
    known = {key: PARAMETERS[key] for key in ("denoise", "cfg", "steps", "lora_strength")}
    assert job["parameters"].items() >= known.items()
    assert job["parameters"]["seed"] > 0
    assert job["created_at"] < job["started_at"] < job["completed_at"]
    assert [each["id"] for each in (await client.get("/api/jobs")).json] == [job_id]

    link = job["result_image_url"].removeprefix(client.server.url)
    shown = await nobody.get(link)
    assert (shown.status, shown.body[:4]) == (200, b"\x89PNG"), "by whoever has the link"


async def test_a_reference_that_is_uploaded_again_brings_its_caption(
    client: Client, studio: Studio, alice: Caller, milan: Character, crew: Crew
) -> None:
    words = "mirror selfie, neutral lighting"
    brought = Brought(photograph(), "photo123.jpg", "mirrors", words)
    await imports.bring(studio, alice, brought)
    answer = await asked(client, milan)
    assert answer.status == 200, answer.json
    found = await generations.get(studio, alice, answer.json["jobId"])
    await ended(studio, alice, found.work_id)
    job = (await client.get(f"/api/jobs/{found.number}")).json
    assert job["prompt_used"] == (
        "milan, long brunette hair, tan skin, mirror selfie, neutral lighting, "
        "orange top, professional photo"
    )
    page = (await client.get("/v1/references")).json
    assert len(page["references"]) == 1


async def test_what_waits_is_queued(client: Client, milan: Character) -> None:
    job_id = (await asked(client, milan)).json["jobId"]
    job = (await client.post(f"/api/jobs/{job_id}/check")).json
    assert (job["status"], job["result_image_url"], job["started_at"]) == ("queued", None, None)


async def test_a_check_has_the_engine_asked_at_once(
    client: Client, studio: Studio, alice: Caller, milan: Character
) -> None:
    job_id = (await asked(client, milan)).json["jobId"]
    found = await generations.get(studio, alice, job_id)
    async with studio.database.as_service() as service:
        for status in ("taken", "processing"):
            await service.connection.execute(
                "UPDATE generation_jobs SET status = %s, step = 'observe', step_started_at = NULL,"
                " observe_at = now() + %s WHERE id = %s",
                (status, timedelta(hours=1), found.id),
            )
    assert (await client.post(f"/api/jobs/{job_id}/check")).json["status"] == "processing"
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT observe_at <= now() FROM generation_jobs WHERE id = %s", (found.id,)
        )
        assert await cursor.fetchone() == (True,)


async def test_jobs_come_in_pages_newest_first(client: Client, milan: Character) -> None:
    made = [(await asked(client, milan)).json["jobId"] for _ in range(3)]
    first = (await client.get("/api/jobs?limit=2")).json
    assert [each["id"] for each in first] == made[:0:-1]
    second = (await client.get(f"/api/jobs?limit=2&before={first[-1]['id']}")).json
    assert [each["id"] for each in second] == made[:1]


async def test_the_same_key_gives_the_same_job(client: Client, milan: Character) -> None:
    name = (await sent(client)).json["filename"]
    keyed = client.headers | {"Idempotency-Key": "once"}
    client = Client(client.server, client.session, keyed)
    body = {
        "modelId": milan.number,
        "workflowSlug": "img2img-lora",
        "uploadedImageFilename": name,
        "parameters": PARAMETERS,
    }
    first = await client.post("/api/generate", json=body)
    assert (await client.post("/api/generate", json=body)).json == first.json
    other = body | {"parameters": PARAMETERS | {"steps": 30}}
    assert (await client.post("/api/generate", json=other)).status == 409


async def test_what_is_wrong_is_named(client: Client, milan: Character) -> None:
    for name in ("reference.jpg", "../../etc/passwd", str(uuid4()) + ".jpg"):
        answer = await asked(client, milan, uploadedImageFilename=name)
        assert (answer.status, list(answer.fields.values())) == (422, ["file_unknown"]), name
    for wrong in ({"modelId": 2**62}, {"workflowSlug": "none"}, {"workflowSlug": "klein-i2i"}):
        assert (await asked(client, milan, **wrong)).json["code"] == "not_found", wrong
    answer = await asked(client, milan, parameters=PARAMETERS | {"denoise": 1.5, "steps": 9})
    assert (answer.status, answer.fields) == (422, {"denoise": "too_large", "steps": "too_small"})
    answer = await sent(client, field="file")
    assert (answer.status, answer.fields) == (422, {"image": "required", "file": "unknown"})
    for number in ("0", "-1", str(2**63), "x"):
        assert (await client.get(f"/api/jobs/{number}")).status == 404
        assert (await client.post(f"/api/jobs/{number}/check")).status == 404


async def test_nobody_sees_another_s(
    client: Client, as_somebody: AsSomebody, nobody: Client, charlie: Caller, milan: Character
) -> None:
    job_id = (await asked(client, milan)).json["jobId"]
    theirs = await as_somebody(charlie)
    assert (await theirs.get("/api/jobs")).json == []
    for path in (f"/api/jobs/{job_id}", "/api/jobs?before=" + str(job_id)):
        assert (await theirs.get(path)).status == 404
    assert (await theirs.post(f"/api/jobs/{job_id}/check")).status == 404
    assert (await asked(theirs, milan)).status == 404, "somebody else's character"
    for path in ("/api/jobs", f"/api/jobs/{job_id}", "/api/workflows"):
        assert (await nobody.get(path)).status == 401
    assert (await sent(nobody)).status == 401


async def test_the_workflows_there_are(client: Client) -> None:
    found = (await client.get("/api/workflows")).json
    assert [each["slug"] for each in found] == ["img2img-lora"]
    names = {each["name"]: each for each in found[0]["editable_params"]}
    ranges = {"denoise": (0.5, 1.0), "cfg": (1, 15), "steps": (10, 50), "lora_strength": (0.3, 1.0)}
    assert {n: (names[n]["min"], names[n]["max"]) for n in ranges} == ranges
