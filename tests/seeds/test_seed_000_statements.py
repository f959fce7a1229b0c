"""Seed 000's SQL on our schema, as its operators and its workflow engine run it."""

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import ClientCursor, Connection
from psycopg.rows import dict_row
from tests.db import people
from tests.seeds.blocks import run

from affiche.catalog.catalog import shipped
from affiche.db.address import Address

INPUTS = {
    "reference_image": "https://storage.example.co/reference.jpg",
    "prompt": "Replace the background with mountains at sunset",
    "seed": 432262096973502,
}
POSTER = next(t for t in shipped() if t.slug == "klein-poster")


def poster(service: Connection[Any], user_id: UUID) -> UUID:
    made: UUID = people.value(
        service,
        "INSERT INTO works (user_id, template_id, input_data) VALUES (%s, %s, %s) RETURNING id",
        *(user_id, POSTER.id, json.dumps(INPUTS)),
    )
    return made


@pytest.fixture
def work(service: Connection[Any], someone: UUID) -> UUID:
    return poster(service, someone)


@pytest.fixture
def job(service: Connection[Any], work: UUID) -> UUID:
    return people.job(service, work)


def one(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1
    return rows[0]


def status(service: Connection[Any], work: UUID) -> str:
    return str(one(run(service, "seed_000.work_status", work_id=work))["status"])


# --- the workflow's way through --------------------------------------------------------------


def test_the_next_job_comes_with_its_inputs(
    service: Connection[Any], work: UUID, job: UUID
) -> None:
    assert one(run(service, "seed_000.next_job")) == {
        "id": job,
        "work_id": work,
        "input_data": INPUTS,
        "template_name": "XiCON_KLEIN_Poster_Maker_v1",
    }


def test_priority_goes_first_and_then_age(service: Connection[Any], someone: UUID) -> None:
    asked = {
        name: people.value(
            service,
            "INSERT INTO generation_jobs (work_id, priority, created_at)"
            " VALUES (%s, %s, now() - %s * interval '1 minute') RETURNING id",
            *(poster(service, someone), priority, minutes),
        )
        for name, priority, minutes in (("young", 0, 1), ("old", 0, 9), ("urgent", 5, 0))
    }
    for name in ("urgent", "old", "young"):
        assert one(run(service, "seed_000.next_job"))["id"] == asked[name]
        run(service, "seed_000.take_job", job_id=asked[name])
    assert run(service, "seed_000.next_job") == []


def test_another_template_s_job_is_not_its_own(service: Connection[Any], someone: UUID) -> None:
    people.job(service, people.work(service, someone))
    assert run(service, "seed_000.next_job") == []


def test_two_that_ask_at_once_never_get_the_same_job(database_address: Address) -> None:
    with (
        psycopg.connect(database_address.url) as first,
        psycopg.connect(database_address.url) as second,
    ):
        for connection in (first, second):
            connection.execute("SET ROLE service_role")
        people.job(first, poster(first, people.user(first, "someone")))
        first.commit()
        assert len(run(first, "seed_000.next_job")) == 1
        assert run(second, "seed_000.next_job") == []
        first.rollback()
        assert len(run(second, "seed_000.next_job")) == 1


def test_a_job_that_is_taken_takes_its_work_along(
    service: Connection[Any], work: UUID, job: UUID
) -> None:
    run(service, "seed_000.take_job", job_id=job)
    assert one(run(service, "seed_000.job_queue", work_id=work))["status"] == "taken"
    assert status(service, work) == "taken"
    run(service, "seed_000.process_work", work_id=work)
    assert status(service, work) == "processing"


@pytest.fixture
def running(service: Connection[Any], work: UUID, job: UUID) -> UUID:
    run(service, "seed_000.take_job", job_id=job)
    run(service, "seed_000.process_work", work_id=work)
    return work


def test_a_work_that_is_completed_by_hand_is_whole(
    service: Connection[Any], running: UUID, job: UUID, someone: UUID
) -> None:
    stored = people.file(service, someone, running)
    values = {"seed": 432262096973502, "elapsed_time": 12.5}
    run(service, "seed_000.complete_work", work_id=running, file_id=stored, **values)
    run(service, "seed_000.delete_job", job_id=job)
    path = people.value(service, "SELECT path FROM files WHERE id = %s", stored)
    assert one(run(service, "seed_000.final_result", work_id=running)) == {
        "id": running,
        "status": "completed",
        "credits_used": 0,
        "output_data": {
            "model": "flux-2-klein-9b-fp8",
            "steps": 4,
            "cfg": 1,
            "sampler": "euler",
            "seed": 432262096973502,
            "processing_time": 12.5,
        },
        "file_path": path,
        "file_size": 99,
        "mime_type": "image/png",
    }
    assert run(service, "seed_000.job_queue", work_id=running) == []
    ended = "SELECT completed_at IS NOT NULL AND output_file_id = %s FROM works WHERE id = %s"
    assert people.value(service, ended, stored, running) is True


def test_a_work_that_fails_by_hand_keeps_its_reason(
    service: Connection[Any], running: UUID, job: UUID
) -> None:
    run(service, "seed_000.fail_work", work_id=running, error_message="GPU out of memory")
    run(service, "seed_000.delete_job", job_id=job)
    assert status(service, running) == "failed"
    assert one(run(service, "seed_000.error_details", work_id=running)) == {
        "error_message": "GPU out of memory"
    }
    assert people.value(service, "SELECT failed_at FROM works WHERE id = %s", running) is not None


# --- looking and mending -----------------------------------------------------------------------


def test_the_queue_shows_the_job(service: Connection[Any], work: UUID, job: UUID) -> None:
    shown = one(run(service, "seed_000.job_queue", work_id=work))
    assert (shown["id"], shown["status"], shown["priority"]) == (job, "pending", 0)
    assert shown["created_at"] is not None


def test_a_work_tells_when_it_last_changed(service: Connection[Any], work: UUID, job: UUID) -> None:
    before = one(run(service, "seed_000.work_status", work_id=work))
    assert (before["id"], before["status"]) == (work, "pending")
    run(service, "seed_000.take_job", job_id=job)
    after = one(run(service, "seed_000.work_status", work_id=work))
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


def test_a_job_stuck_for_five_minutes_is_found_and_replaced(
    service: Connection[Any], someone: UUID, work: UUID
) -> None:
    stuck = people.value(
        service,
        "INSERT INTO generation_jobs (work_id, priority, created_at)"
        " VALUES (%s, 7, now() - interval '301 seconds') RETURNING id",
        work,
    )
    people.value(
        service,
        "INSERT INTO generation_jobs (work_id, created_at)"
        " VALUES (%s, now() - interval '299 seconds') RETURNING id",
        poster(service, someone),
    )
    found = one(run(service, "seed_000.stuck_jobs"))
    assert (found["id"], found["status"], found["work_id"]) == (stuck, "pending", work)
    run(service, "seed_000.retry_job", stuck_job_id=stuck)
    assert len(run(service, "seed_000.job_queue", work_id=work)) == 2
    run(service, "seed_000.delete_stuck_job", stuck_job_id=stuck)
    fresh = one(run(service, "seed_000.job_queue", work_id=work))
    assert (fresh["status"], fresh["priority"]) == ("pending", 7)
    assert fresh["id"] != stuck
    assert status(service, work) == "pending"


def test_a_second_job_can_run_in_the_first_one_s_place(
    service: Connection[Any], running: UUID, job: UUID
) -> None:
    run(service, "seed_000.retry_job", stuck_job_id=job)
    assert status(service, running) == "processing"
    run(service, "seed_000.delete_stuck_job", stuck_job_id=job)
    assert one(run(service, "seed_000.next_job"))["work_id"] == running


@pytest.mark.parametrize("on", [True, False])
def test_the_template_is_found_and_can_be_switched_on(service: Connection[Any], on: bool) -> None:
    service.execute("UPDATE templates SET is_active = %s", (on,))
    shown = one(run(service, "seed_000.template_status"))
    assert (shown["id"], shown["is_active"], shown["display_order"]) == (POSTER.id, on, 100)
    run(service, "seed_000.activate_template")
    assert one(run(service, "seed_000.find_template")) == {
        "id": POSTER.id,
        "template_name": "XiCON_KLEIN_Poster_Maker_v1",
        "work_type": "promotional_image",
        "is_active": True,
    }
    others = "SELECT bool_or(is_active) FROM templates WHERE id <> %s"
    assert people.value(service, others, POSTER.id) is on


def test_the_template_s_form_is_in_the_database(service: Connection[Any]) -> None:
    found = one(run(service, "seed_000.form_fields"))
    assert found["field_count"] == 3
    assert [field["name"] for field in found["form_fields"]] == [
        "reference_image",
        "prompt",
        "seed",
    ]
    assert one(run(service, "seed_000.request_dto")) == {
        "request_dto": {"reference_image": "string", "prompt": "string", "seed": "number"}
    }


def test_a_template_is_found_by_its_work_type(service: Connection[Any]) -> None:
    cursor = ClientCursor(service, row_factory=dict_row)
    found = cursor.execute(
        "SELECT id FROM templates WHERE work_type = 'promotional_image' AND is_active"
    ).fetchall()
    assert found == [{"id": POSTER.id}]


def test_balances_are_read(service: Connection[Any], someone: UUID) -> None:
    service.execute(
        "UPDATE users SET subscription_credits = 3, purchased_credits = 5 WHERE id = %s",
        (someone,),
    )
    assert one(run(service, "seed_000.balances", user_id=someone)) == {
        "subscription_credits": 3,
        "purchased_credits": 5,
    }


# --- what comes later --------------------------------------------------------------------------


def test_notifications_are_read(service: Connection[Any], someone: UUID) -> None:
    assert run(service, "seed_000.notifications", user_id=someone) == []
    for _ in range(6):
        work = people.work(service, someone)
        service.execute("UPDATE works SET status = 'failed' WHERE id = %s", (work,))
    found = run(service, "seed_000.notifications", user_id=someone)
    assert [row["type"] for row in found] == ["work.failed"] * 5
    assert all(row["title"] and row["message"] for row in found)
    times = [row["created_at"] for row in found]
    assert times == sorted(times, reverse=True)
