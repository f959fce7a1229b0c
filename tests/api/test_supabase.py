"""The first studio's edge function, asked word for word as its users ask it."""

from typing import Any
from uuid import UUID

import pytest
from tests.support.servers import Client

from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

PATHS = ("/functions/v1/works/generate", "/functions/works/generate")


async def project_of(studio: Studio, caller: Caller) -> str:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT id::text FROM projects WHERE user_id = %s", (caller.id,)
        )
        row = await cursor.fetchone()
    assert row
    return str(row[0])


@pytest.fixture
async def body(client: Client, studio: Studio, alice: Caller, picture: File) -> dict[str, Any]:
    template = (await client.get("/v1/templates/XiCON_KLEIN_Poster_Maker_v1")).json
    return {
        "type": "promotional_image",
        "project_id": await project_of(studio, alice),
        "template_id": template["id"],
        "output_count": 1,
        "input_data": {
            "reference_image": str(picture.id),
            "prompt": "Replace the background with mountains at sunset",
            "seed": 432262096973502,
        },
    }


@pytest.mark.parametrize("path", PATHS)
async def test_asked_and_answered_as_it_was(
    client: Client, studio: Studio, alice: Caller, body: dict[str, Any], path: str
) -> None:
    answer = await client.post(path, json=body)
    assert answer.status == 200
    work_id = answer.json["work_id"]
    assert answer.json == {"work_id": work_id, "status": "pending", "estimated_time": 30}
    work = await works.get(studio, alice, UUID(work_id))
    assert work.seed == 432262096973502
    assert work.input_data == body["input_data"]
    assert str(work.project_id) == body["project_id"]


async def test_a_picture_at_an_address_is_taken_as_it_is(
    client: Client, body: dict[str, Any]
) -> None:
    body["input_data"]["reference_image"] = "https://storage.example.co/o/reference.jpg"
    assert (await client.post(PATHS[0], json=body)).status == 200


async def test_the_type_must_be_the_template_s(
    client: Client, studio: Studio, alice: Caller, body: dict[str, Any]
) -> None:
    answer = await client.post(PATHS[0], json=body | {"type": "product_video"})
    assert (answer.status, answer.fields) == (422, {"type": "work_type"})
    assert answer.json["fields"][0]["message"] == "This template makes promotional_image."
    assert await works.page(studio, alice) == []


async def test_what_is_not_there(client: Client, body: dict[str, Any]) -> None:
    nothing = "01a1fe6a-a666-737b-82bf-000000000000"
    for wrong in ({"template_id": nothing}, {"project_id": nothing}):
        answer = await client.post(PATHS[0], json=body | wrong)
        assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_what_is_wrong_is_named(client: Client, body: dict[str, Any]) -> None:
    inputs = body["input_data"] | {"prompt": "x" * 501, "seed": 2**64}
    answer = await client.post(PATHS[0], json=body | {"input_data": inputs})
    assert (answer.status, answer.fields) == (422, {"prompt": "too_long", "seed": "too_large"})
    answer = await client.post(PATHS[0], json=body | {"output_count": 0, "user_id": "x"})
    assert answer.fields == {"output_count": "too_small", "user_id": "unknown"}
    del body["type"]
    assert (await client.post(PATHS[0], json=body)).fields == {"type": "required"}


async def test_the_same_request_twice(client: Client, body: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "k"}
    first = await client.post(PATHS[0], json=body, headers=key)
    second = await client.post(PATHS[1], json=body, headers=key)
    assert first.json == second.json
