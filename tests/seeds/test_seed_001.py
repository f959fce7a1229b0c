"""Seed 001's image to image: its tables, its record, its words, and who runs next."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from tests.db import people
from tests.seeds.columns import columns
from tests.support.studios import ask, at_work, ended, reached

from affiche.catalog.catalog import shipped
from affiche.db.statements import statement
from affiche.domain import titles
from affiche.domain.forms import PictureAddress, validate
from affiche.emulators.comfyui import Server
from affiche.pipeline.crew import Crew
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.texts import say

I2I = next(t for t in shipped() if t.slug == "klein-i2i")
WHEN = "timestamp with time zone"
TABLES: dict[str, dict[str, str]] = {
    "generation_jobs": {
        "id": "uuid",
        "work_id": "uuid",
        "status": "text",
        "taken_at": WHEN,
        "priority": "integer",
        "created_at": WHEN,
    },
    "works": {
        "id": "uuid",
        "user_id": "uuid",
        "template_id": "uuid",
        "input_data": "jsonb",
        "status": "text",
        "runpod_job_id": "text",
        "generation_metadata": "jsonb",
        "output_file_id": "uuid",
        "thumbnail_file_id": "uuid",
        "title": "text",
        "output_data_json": "jsonb",
        "tags": "ARRAY",
        "error_message": "text",
        "created_at": WHEN,
        "completed_at": WHEN,
        "failed_at": WHEN,
        "cancelled_at": WHEN,
    },
    "templates": {"id": "uuid", "template_name": "text", "is_active": "boolean"},
    "files": {
        "id": "uuid",
        "user_id": "uuid",
        "bucket_id": "text",
        "path": "text",
        "width": "integer",
        "height": "integer",
        "file_url": "text",
        "created_at": WHEN,
    },
}
WORDS = {
    "pending": "Queued",
    "taken": "Starting...",
    "processing": "Generating...",
    "completed": "Done",
    "failed": "Error",
    "cancelled": "Cancelled",
}


# --- tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_every_column_that_the_seed_lists(service: Connection[Any], table: str) -> None:
    assert columns(service, table) >= set(TABLES[table].items())


def test_defaults_are_the_seed_s(service: Connection[Any], someone: UUID) -> None:
    asked = people.work(service, someone)
    job = people.job(service, asked)
    query = "SELECT status, priority, created_at <= now() FROM generation_jobs WHERE id = %s"
    assert service.execute(query, (job,)).fetchone() == ("pending", 0, True)
    query = "SELECT status, created_at <= now() FROM works WHERE id = %s"
    assert service.execute(query, (asked,)).fetchone() == ("pending", True)
    made = people.value(
        service,
        "INSERT INTO templates (template_name, slug, work_type, title)"
        " VALUES ('n', 's', 't', 'x') RETURNING is_active",
    )
    assert made is False


def test_what_a_row_refers_to_is_there(service: Connection[Any]) -> None:
    found = service.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text, a.attname"
        " FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = conrelid"
        " AND a.attnum = ANY (conkey) WHERE contype = 'f'"
    ).fetchall()
    assert set(found) >= {
        ("generation_jobs", "works", "work_id"),
        ("works", "templates", "template_id"),
        ("works", "files", "output_file_id"),
        ("works", "files", "thumbnail_file_id"),
    }


def test_a_work_by_hand_belongs_to_its_user_s_default_project(
    service: Connection[Any], someone: UUID
) -> None:
    projects = [
        people.value(
            service,
            "INSERT INTO projects (user_id, name, is_default) VALUES (%s, 'p', %s) RETURNING id",
            *(someone, is_default),
        )
        for is_default in (False, True)
    ]
    asked = people.work(service, someone)
    query = "SELECT project_id FROM works WHERE id = %s"
    assert people.value(service, query, asked) == projects[1]


# --- inputs ------------------------------------------------------------------------------------


def test_the_record_with_all_parameters() -> None:
    asked = {
        "prompt": "Replace the sky with a dramatic sunset",
        "image_url": "https://cdn.example.com/sample.jpg",
        "steps": 4,
        "cfg": 1.0,
        "seed": 42,
        "megapixels": 1.2,
    }
    found = validate(I2I.fields, asked)
    assert found.pop("image") == PictureAddress(asked.pop("image_url"))
    assert found == asked


def test_only_the_prompt_and_a_picture_are_required() -> None:
    assert {f.name for f in I2I.fields if f.required} == {"prompt", "image"}
    assert validate(I2I.fields, {"prompt": "p", "image_url": "https://a.example/b.png"}) == {
        "prompt": "p",
        "image": PictureAddress("https://a.example/b.png"),
        "steps": 4,
        "cfg": 1.0,
        "megapixels": 1.0,
    }


def test_the_form_s_seed_begins_at_0() -> None:
    assert next(f for f in I2I.fields if f.name == "seed").default == 0


def test_the_form_says_that_steps_past_10_give_little() -> None:
    steps = next(f for f in I2I.fields if f.name == "steps")
    assert steps.description is not None
    assert "10" in steps.description.say("en")
    assert "10" in steps.description.say("ko")


def test_the_model_files_are_the_seed_s() -> None:
    assert {m.name for m in I2I.models} == {
        "flux-2-klein-9b-fp8.safetensors",
        "qwen_3_8b_fp8mixed.safetensors",
        "flux2-vae.safetensors",
    }


# --- who runs next -----------------------------------------------------------------------------


def test_admission_goes_by_priority_and_then_by_age(
    service: Connection[Any], someone: UUID
) -> None:
    def waiting(priority: int, minutes: int) -> UUID:
        made: UUID = people.value(
            service,
            "INSERT INTO generation_jobs (work_id, priority, created_at)"
            " VALUES (%s, %s, now() - %s * interval '1 minute') RETURNING id",
            *(people.work(service, someone), priority, minutes),
        )
        return made

    old, young, urgent = waiting(0, 9), waiting(0, 1), waiting(5, 0)
    endpoint = people.value(
        service, "SELECT endpoint_id FROM generation_jobs WHERE id = %s", urgent
    )
    claim = {"endpoint_id": endpoint, "places": 1, "patience": timedelta(minutes=1)}
    for expected in (urgent, old, young):
        admitted = service.execute(statement("admission.claim"), claim).fetchall()
        assert [row[0] for row in admitted] == [expected]
        query = "SELECT status, taken_at IS NOT NULL FROM generation_jobs WHERE id = %s"
        assert service.execute(query, (expected,)).fetchone() == ("taken", True)
    assert service.execute(statement("admission.claim"), claim).fetchall() == []


def test_admission_passes_over_a_template_that_is_off(
    service: Connection[Any], someone: UUID
) -> None:
    job = people.job(service, people.work(service, someone))
    endpoint = people.value(service, "SELECT endpoint_id FROM generation_jobs WHERE id = %s", job)
    service.execute("UPDATE templates SET is_active = false")
    claim = {"endpoint_id": endpoint, "places": 1, "patience": timedelta(minutes=1)}
    assert service.execute(statement("admission.claim"), claim).fetchall() == []


# --- the work's record -------------------------------------------------------------------------


async def row_of(studio: Studio, work_id: UUID) -> dict[str, Any]:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT to_jsonb(w) FROM works w WHERE id = %s", (work_id,)
        )
        row = await cursor.fetchone()
    assert row
    found: dict[str, Any] = row[0]
    return found


async def test_a_running_work_names_the_engine_s_run(
    studio: Studio, alice: Caller, slow_comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        asked = await ask(studio, alice, picture)
        await reached(studio, alice, asked.id, "processing")
        row = await row_of(studio, asked.id)
        assert UUID(row["runpod_job_id"])
        assert row["processing_at"] >= row["taken_at"] >= row["created_at"]
        await works.cancel(studio, alice, asked.id)


async def test_a_completed_work_holds_what_the_seed_s_does(
    studio: Studio, alice: Caller, crew: Crew, picture: File
) -> None:
    asked = await ask(studio, alice, picture, "배경을 해변으로 바꿔줘", seed=12345)
    work = await ended(studio, alice, asked.id)
    row = await row_of(studio, work.id)
    assert (row["status"], row["title"]) == ("completed", "I2I 작품")
    assert row["tags"] == ["I2I", "Image_to_Image", "AI생성"]
    assert row["output_file_id"] == row["thumbnail_file_id"] == str(work.output_file_id)
    assert row["output_data_json"]["image_url"] == f"/v1/files/{work.output_file_id}"
    assert row["output_data_json"]["filename"] == "output.png"
    assert row["completed_at"] is not None
    metadata = row["generation_metadata"]
    assert {
        # No language model is set up, so the prompt passes as it is.
        "prompt": "배경을 해변으로 바꿔줘",
        "original_prompt": "배경을 해변으로 바꿔줘",
        "model": "XiCON_KLEIN_I2I",
        "seed": 12345,
        "steps": 4,
        "cfg": 1.0,
        "megapixels": 0.5,
        "has_image_input": True,
    }.items() <= metadata.items()
    (output,) = await works.outputs(studio, alice, [work.id])
    assert (output.bucket_id, output.user_id, output.work_id) == ("works", alice.id, work.id)
    assert output.path == f"{alice.id}/{work.id}/output.png"


def test_the_seed_s_own_title_is_one() -> None:
    assert titles.of_answer("해변 풍경") == "해변 풍경"
    assert titles.chosen("", I2I.fallback_title.say("ko")) == "I2I 작품"


async def test_its_metadata_holds_the_true_size_and_when_it_was_submitted(
    studio: Studio, alice: Caller, crew: Crew, picture: File
) -> None:
    work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    metadata = (await row_of(studio, work.id))["generation_metadata"]
    (output,) = await works.outputs(studio, alice, [work.id])
    assert (metadata["width"], metadata["height"]) == (output.width, output.height)
    assert metadata["submitted_at"]


@pytest.mark.parametrize("status", WORDS)
def test_every_state_is_called_what_people_know(status: str) -> None:
    assert say("en", f"web.status.{status}") == WORDS[status]
    assert say("en", f"works.status.{status}") == WORDS[status]
