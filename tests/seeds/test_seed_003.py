"""Seed 003's facts that hold before there are characters: its template file, names, tables."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from tests.db import people
from tests.seeds.columns import columns
from tests.support.studios import ask, ended

from affiche.db.address import parse
from affiche.graphs.bindings import bind, placeholders
from affiche.graphs.graph import load
from affiche.pipeline.crew import Crew
from affiche.settings import environment_names, read
from affiche.studio import characters
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

# The seed's file names no classes; those are ComfyUI's.
TEMPLATE: dict[str, Any] = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "{{reference_image}}"}},
    "4": {
        "class_type": "LoraLoaderModelOnly",
        "inputs": {"lora_name": "{{lora_file}}", "strength_model": "{{lora_strength}}"},
    },
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{positive_prompt}}"}},
    "8": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{negative_prompt}}"}},
    "10": {
        "class_type": "KSampler",
        "inputs": {
            "seed": "{{seed}}",
            "steps": "{{steps}}",
            "cfg": "{{cfg}}",
            "denoise": "{{denoise}}",
        },
    },
    "12": {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "{{model_name}}_{{reference_filename}}"},
    },
}
GIVEN: dict[str, Any] = {
    "reference_image": "reference.jpg",
    "lora_file": "milan.safetensors",
    "lora_strength": 0.65,
    "positive_prompt": "milan, long brunette hair, tan skin, orange top, mirror selfie",
    "negative_prompt": "blonde hair, light hair, pale skin, blurry, deformed, bad anatomy",
    "seed": 7,
    "steps": 28,
    "cfg": 3.8,
    "denoise": 0.75,
    "model_name": "milan",
    "reference_filename": "photo123",
}


def test_the_template_file_asks_for_the_eleven_variables() -> None:
    assert placeholders(load(TEMPLATE)) == set(GIVEN)


def test_the_template_file_is_filled() -> None:
    bound = bind(load(TEMPLATE), (), GIVEN).api()
    assert {id_: node["inputs"] for id_, node in bound.items()} == {
        "1": {"image": "reference.jpg"},
        "4": {"lora_name": "milan.safetensors", "strength_model": 0.65},
        "7": {"text": GIVEN["positive_prompt"]},
        "8": {"text": GIVEN["negative_prompt"]},
        "10": {"seed": 7, "steps": 28, "cfg": 3.8, "denoise": 0.75},
        "12": {"filename_prefix": "milan_photo123"},
    }


def test_workflows_have_the_columns_that_the_seed_lists(service: Connection[Any]) -> None:
    assert columns(service, "workflows") >= {
        ("id", "uuid"),
        ("number", "bigint"),
        ("name", "text"),
        ("slug", "text"),
        ("description", "text"),
        ("comfyui_workflow", "jsonb"),
        ("editable_params", "jsonb"),
    }


def test_jobs_have_the_columns_that_the_seed_lists(service: Connection[Any]) -> None:
    when = "timestamp with time zone"
    assert columns(service, "generation_jobs") >= {
        ("id", "uuid"),
        ("number", "bigint"),
        ("workflow_id", "uuid"),
        ("parameters", "jsonb"),
        ("prompt_used", "text"),
        ("negative_prompt_used", "text"),
        ("runpod_job_id", "text"),
        ("status", "text"),
        ("result_image_url", "text"),
        ("error_message", "text"),
        ("created_at", when),
        ("started_at", when),
        ("completed_at", when),
    }


def test_the_other_names_of_a_job_s_run_and_picture(
    service: Connection[Any], someone: UUID
) -> None:
    job = people.job(service, people.work(service, someone))
    file = people.file(service, someone)
    service.execute(
        "UPDATE generation_jobs SET external_id = 'abc-123-def', output_file_id = %s WHERE id = %s",
        (file, job),
    )
    query = "SELECT runpod_job_id, result_image_url FROM generation_jobs WHERE id = %s"
    assert service.execute(query, (job,)).fetchone() == ("abc-123-def", f"/v1/files/{file}")


def test_a_job_knows_its_workflow(service: Connection[Any], someone: UUID) -> None:
    job = people.job(service, people.work(service, someone))
    query = """SELECT w.comfyui_workflow -> '9' ->> 'class_type' FROM generation_jobs j
      JOIN workflows w ON w.id = j.workflow_id WHERE j.id = %s"""
    assert people.value(service, query, job) == "SaveImage"


async def test_a_job_records_what_it_ran_with(
    studio: Studio, alice: Caller, crew: Crew, picture: File
) -> None:
    work = await ended(studio, alice, (await ask(studio, alice, picture, seed=7)).id)
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT status, parameters, prompt_used, result_image_url,"
            " created_at < started_at AND started_at < completed_at"
            " FROM generation_jobs WHERE work_id = %s",
            (work.id,),
        )
        assert await cursor.fetchall() == [
            (
                "completed",
                {
                    "image": str(picture.id),
                    "prompt": "a quiet beach",
                    "steps": 4,
                    "cfg": 1.0,
                    "megapixels": 0.5,
                    "seed": 7,
                },
                "a quiet beach",
                f"/v1/files/{work.output_file_id}",
                True,
            )
        ]


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("COMFYUI_API_URL", "comfyui_url"),
        ("DATABASE_URL", "database_url"),
        ("DIRECT_URL", "direct_url"),
        ("PORT", "port"),
        ("SUPABASE_URL", "supabase_url"),
    ],
)
def test_a_name_in_the_environment_is_read(tmp_path: Path, variable: str, setting: str) -> None:
    assert variable in environment_names(setting)
    value = "3001" if setting == "port" else "https://xxx.proxy.example.net"
    settings, _ = read({variable: value, "AFFICHE_DATA": str(tmp_path)})
    assert str(getattr(settings, setting)) == value


@pytest.mark.parametrize("port", [6543, 5432])
def test_a_pooler_s_address_is_read(port: int) -> None:
    bare = f"postgresql://postgres.xxx:password@aws-1.pooler.example.com:{port}/postgres"
    pooled = parse(f"{bare}?pgbouncer=true")
    assert (pooled.url, pooled.pooled) == (bare, True)
    assert (parse(bare).url, parse(bare).pooled) == (bare, False)


def test_characters_have_the_columns_that_the_seed_lists(service: Connection[Any]) -> None:
    names = ("name", "slug", "skin_tone", "hair_color", "hair_style", "lora_file")
    assert columns(service, "characters") >= {
        ("id", "uuid"),
        ("number", "bigint"),
        *((name, "text") for name in (*names, "trigger_word", "negative_prompt")),
    }


def test_references_have_the_columns_that_the_seed_lists(service: Connection[Any]) -> None:
    assert columns(service, "reference_images") >= {
        ("id", "uuid"),
        ("number", "bigint"),
        ("filename", "text"),
        ("category", "text"),
        ("storage_path", "text"),
        ("vision_description", "text"),
        ("analyzed_at", "timestamp with time zone"),
    }


def test_a_work_knows_its_character_and_its_reference(service: Connection[Any]) -> None:
    assert columns(service, "works") >= {
        ("character_id", "uuid"),
        ("reference_id", "uuid"),
        ("subject", "jsonb"),
    }


async def test_the_four_models_of_the_seed(studio: Studio, alice: Caller) -> None:
    for name in ("Milan", "Skyler", "Sky", "Cam"):
        await characters.make(studio, alice, {"name": name, "lora_file": f"{name}.safetensors"})
    found = await characters.listed(studio, alice)
    assert [each.slug for each in found] == ["milan", "skyler", "sky", "cam"]
    # The seed's whole numbers, for its API.
    assert [each.number for each in found] == [1, 2, 3, 4]
    assert (await characters.get(studio, alice, 1)).name == "Milan"
