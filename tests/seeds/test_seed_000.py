"""Seed 000's poster template, its graph and its request, as it describes them."""

from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from tests.seeds.columns import columns
from tests.support.servers import Client
from tests.support.studios import ended

from affiche.catalog.catalog import shipped
from affiche.pipeline.crew import Crew
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

POSTER = next(t for t in shipped() if t.slug == "klein-poster")
NODES = POSTER.stages[0].workflow.graph.nodes
LINKS = {
    "75:80": {"image": "76"},
    "75:81": {"image": "75:80"},
    "75:66": {"width": "75:81", "height": "75:81"},
    "75:74": {"clip": "75:71"},
    "75:82": {"conditioning": "75:74"},
    "75:79:78": {"pixels": "75:80", "vae": "75:72"},
    "75:79:77": {"conditioning": "75:74", "latent": "75:79:78"},
    "75:79:76": {"conditioning": "75:82", "latent": "75:79:78"},
    "75:63": {"model": "75:70", "positive": "75:79:77", "negative": "75:79:76"},
    "75:64": {
        "noise": "75:73",
        "guider": "75:63",
        "sampler": "75:61",
        "sigmas": "75:62",
        "latent_image": "75:66",
    },
    "75:65": {"samples": "75:64", "vae": "75:72"},
    "9": {"images": "75:65"},
}


def test_the_description_is_the_seed_s() -> None:
    assert POSTER.description.ko == (
        "Flux2 Klein 9B 모델을 사용한 고품질 이미지 편집."
        " 프롬프트 기반으로 이미지를 자연스럽게 수정합니다."
    )


def test_each_field_goes_to_its_node() -> None:
    (stage,) = POSTER.stages
    assert {b.name: (b.node, b.class_type, b.input) for b in stage.workflow.bindings} == {
        "reference_image": ("76", "LoadImage", "image"),
        "prompt": ("75:74", "CLIPTextEncode", "text"),
        "seed": ("75:73", "RandomNoise", "noise_seed"),
    }
    assert stage.workflow.outputs == ("9",)


def test_the_nodes_are_linked_as_drawn() -> None:
    linked = {
        id_: {name: link.node for name, link in node.links().items()}
        for id_, node in NODES.items()
        if node.links()
    }
    assert linked == {**LINKS, "75:62": {"width": "75:81", "height": "75:81"}}


def test_width_and_height_are_those_of_the_scaled_reference() -> None:
    for node in ("75:66", "75:62"):
        links = NODES[node].links()
        assert (links["width"].index, links["height"].index) == (0, 1)


def test_each_loader_names_its_file() -> None:
    assert NODES["75:70"].inputs["unet_name"] == "flux-2-klein-9b-fp8.safetensors"
    assert NODES["75:71"].inputs["clip_name"] == "qwen_3_8b_fp8mixed.safetensors"
    assert NODES["75:72"].inputs["vae_name"] == "flux2-vae.safetensors"


def test_every_column_that_its_statements_use(service: Connection[Any]) -> None:
    assert columns(service, "users") >= set(
        {
            "subscription_credits": "integer",
            "purchased_credits": "integer",
        }.items()
    )
    assert columns(service, "works") >= set(
        {
            "project_id": "uuid",
            "template_id": "uuid",
            "output_count": "integer",
            "input_data": "jsonb",
            "output_data": "jsonb",
            "file_id": "uuid",
            "status": "text",
            "credits_used": "integer",
            "subscription_credits_used": "integer",
            "purchased_credits_used": "integer",
            "created_at": "timestamp with time zone",
            "updated_at": "timestamp with time zone",
        }.items()
    )
    assert columns(service, "generation_jobs") >= set(
        {
            "work_id": "uuid",
            "status": "text",
            "priority": "integer",
            "created_at": "timestamp with time zone",
            "updated_at": "timestamp with time zone",
        }.items()
    )
    assert columns(service, "files") >= set(
        {
            "file_path": "text",
            "file_size": "bigint",
            "mime_type": "text",
        }.items()
    )
    assert columns(service, "templates") >= set(
        {
            "template_name": "text",
            "work_type": "text",
            "title": "text",
            "description": "text",
            "estimated_time": "integer",
            "is_active": "boolean",
            "display_order": "integer",
            "form_fields": "jsonb",
            "request_dto": "jsonb",
        }.items()
    )


def test_the_database_holds_the_record_that_the_seed_lists(service: Connection[Any]) -> None:
    row = service.execute(
        "SELECT work_type, title, description, estimated_time, is_active, display_order"
        " FROM templates WHERE template_name = 'XiCON_KLEIN_Poster_Maker_v1'"
    ).fetchone()
    assert row == (
        "promotional_image",
        "Flux2 Klein 이미지 편집",
        POSTER.description.ko,
        30,
        True,
        100,
    )


async def test_the_page_shows_the_three_fields(client: Client) -> None:
    gallery = (await client.get("/", headers={"Accept": "text/html", "Accept-Language": "ko"})).body
    assert "Flux2 Klein 이미지 편집" in gallery.decode()
    headers = {"Accept": "text/html", "Accept-Language": "ko"}
    page = (await client.get("/templates/klein-poster", headers=headers)).body.decode()
    for words in ("참조 이미지", "편집 프롬프트", "랜덤 시드", "JPG, PNG 파일 | 20MB 이하"):
        assert words in page
    assert 'name="reference_image"' in page
    assert 'name="prompt"' in page
    assert 'name="seed"' in page


async def test_a_template_that_is_off_is_not_shown(client: Client, studio: Studio) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE templates SET is_active = false WHERE id = %s", (POSTER.id,)
        )
    shown = (await client.get("/v1/templates")).json["templates"]
    slugs = {template["slug"] for template in shown}
    assert "klein-i2i" in slugs
    assert POSTER.slug not in slugs


def example(picture: File, outputs: int = 1) -> dict[str, Any]:
    """The curl example with a picture of ours."""
    return {
        "type": "promotional_image",
        "template_id": str(POSTER.id),
        "output_count": outputs,
        "input_data": {
            "reference_image": str(picture.id),
            "prompt": "Replace background with mountains at sunset",
            "seed": 12345,
        },
    }


async def test_output_count_goes_from_1_to_10(client: Client, picture: File) -> None:
    path = "/functions/v1/works/generate"
    for outputs, code in ((0, "too_small"), (11, "too_large")):
        answer = await client.post(path, json=example(picture, outputs))
        assert (answer.status, answer.fields) == (422, {"output_count": code})
    assert (await client.post(path, json=example(picture, 10))).status == 200


@pytest.mark.parametrize("outputs", [1, 3])
async def test_asking_puts_one_pending_job_for_each_output(
    client: Client, studio: Studio, picture: File, outputs: int
) -> None:
    answer = await client.post("/functions/v1/works/generate", json=example(picture, outputs))
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT status, output_index FROM generation_jobs WHERE work_id = %s"
            " ORDER BY output_index",
            (answer.json["work_id"],),
        )
        assert await cursor.fetchall() == [("pending", n) for n in range(outputs)]


async def delivered(client: Client, studio: Studio, alice: Caller, picture: File) -> works.Work:
    answer = await client.post("/functions/v1/works/generate", json=example(picture))
    assert answer.json == {
        "work_id": answer.json["work_id"],
        "status": "pending",
        "estimated_time": 30,
    }
    return await ended(studio, alice, UUID(answer.json["work_id"]))


async def output_data(studio: Studio, work: works.Work) -> dict[str, Any]:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT output_data FROM works WHERE id = %s", (work.id,)
        )
        row = await cursor.fetchone()
    assert row
    found: dict[str, Any] = row[0]
    return found


async def test_a_poster_is_asked_for_and_delivered(
    client: Client, studio: Studio, alice: Caller, crew: Crew, picture: File
) -> None:
    work = await delivered(client, studio, alice, picture)
    assert (work.status, work.seed) == ("completed", 12345)
    (output,) = await works.outputs(studio, alice, [work.id])
    assert (output.bucket_id, output.path) == ("works", f"{alice.id}/{work.id}/output.png")
    assert output.mime_type == "image/png"
    kept = await output_data(studio, work)
    assert (kept["model"], kept["seed"]) == ("flux-2-klein-9b-fp8", 12345)
    assert kept["processing_time"] > 0


async def test_its_record_says_how_it_was_made(
    client: Client, studio: Studio, alice: Caller, crew: Crew, picture: File
) -> None:
    kept = await output_data(studio, await delivered(client, studio, alice, picture))
    assert (kept["steps"], kept["cfg"], kept["sampler"]) == (4, 1, "euler")
