"""Seed 001's SQL on our schema: its test job, its recoveries, its weekly looks, its policies."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncClientCursor, Connection
from psycopg.errors import InsufficientPrivilege
from tests.db import people
from tests.pipeline.test_path import site
from tests.seeds.blocks import blocks, run
from tests.seeds.conftest import become
from tests.support.studios import at_work, ended, photograph

from affiche.domain.seeds import MAX_SEED
from affiche.pipeline.crew import Crew
from affiche.studio import works
from affiche.studio.studio import Caller, Studio


@pytest.fixture
def work(service: Connection[Any], someone: UUID) -> UUID:
    return people.work(service, someone)


@pytest.fixture
def job(service: Connection[Any], work: UUID) -> UUID:
    return people.job(service, work)


def moved(service: Connection[Any], job: UUID, *statuses: str) -> None:
    for status in statuses:
        service.execute("UPDATE generation_jobs SET status = %s WHERE id = %s", (status, job))


def status(service: Connection[Any], job: UUID) -> str:
    found = people.value(service, "SELECT status FROM generation_jobs WHERE id = %s", job)
    return str(found)


# --- test 2: a job by hand ---------------------------------------------------------------------


async def test_a_job_by_hand_becomes_a_picture(studio: Studio, alice: Caller, crew: Crew) -> None:
    ids = {"work_id": uuid4(), "job_id": uuid4(), "user_id": alice.id}
    async with site(photograph()) as url:
        async with studio.database.as_service() as service:
            cursor = AsyncClientCursor(service.connection)
            for name in ("insert_work", "insert_job", "notify"):
                await cursor.execute(blocks("seed_001")[name], {**ids, "image_url": url})
        work = await ended(studio, alice, ids["work_id"])
    assert work.status == "completed"
    assert work.seed is not None
    assert 1 <= work.seed <= MAX_SEED
    assert work.input_data["steps"] == 4
    assert (work.title, work.tags) == ("I2I 작품", ["I2I", "Image_to_Image", "AI생성"])
    (output,) = await works.outputs(studio, alice, [work.id])
    assert output.path == f"{alice.id}/{work.id}/output.png"


async def test_a_job_by_hand_runs_on_the_preview_engine_and_is_told_of(
    studio: Studio, alice: Caller
) -> None:
    """A studio without a GPU, whose database gets its jobs by INSERT, the notification included."""
    ids = {"work_id": uuid4(), "job_id": uuid4(), "user_id": alice.id}
    async with at_work(studio, host_preview=True), site(photograph()) as url:
        async with studio.database.as_service() as service:
            cursor = AsyncClientCursor(service.connection)
            for name in ("insert_work", "insert_job", "notify"):
                await cursor.execute(blocks("seed_001")[name], {**ids, "image_url": url})
        work = await ended(studio, alice, ids["work_id"], within=90.0)
    assert (work.status, work.engine) == ("completed", "preview")
    assert (work.title, work.tags) == ("I2I 작품", ["I2I", "Image_to_Image", "AI생성"])
    assert len(await works.outputs(studio, alice, [work.id])) == 1
    for tag in work.tags:
        assert [found.id for found in await works.page(studio, alice, tag=tag)] == [work.id]


def test_the_job_s_own_id_and_priority_are_kept(service: Connection[Any], work: UUID) -> None:
    wanted = uuid4()
    run(service, "seed_001.insert_job", job_id=wanted, work_id=work)
    run(service, "seed_001.notify", job_id=wanted)
    query = "SELECT priority FROM generation_jobs WHERE id = %s AND work_id = %s"
    assert people.value(service, query, wanted, work) == 1


# --- mending -----------------------------------------------------------------------------------


def test_a_job_taken_for_ten_minutes_is_set_back_by_hand(
    service: Connection[Any], someone: UUID
) -> None:
    jobs = {seconds: people.job(service, people.work(service, someone)) for seconds in (590, 610)}
    for seconds, job in jobs.items():
        moved(service, job, "taken")
        service.execute(
            "UPDATE generation_jobs SET taken_at = now() - %s * interval '1 second' WHERE id = %s",
            (seconds, job),
        )
    run(service, "seed_001.recover_taken")
    assert (status(service, jobs[590]), status(service, jobs[610])) == ("taken", "pending")
    counted = "SELECT takes, run_at > now() FROM generation_jobs WHERE id = %s"
    assert service.execute(counted, (jobs[610],)).fetchone() == (1, True)
    query = """SELECT w.status FROM works w JOIN generation_jobs j ON j.work_id = w.id
      WHERE j.id = %s"""
    assert people.value(service, query, jobs[610]) == "pending"


def test_a_title_that_fell_back_is_replaced_by_hand(
    service: Connection[Any], work: UUID, job: UUID
) -> None:
    read = "SELECT title FROM works WHERE id = %s"
    service.execute("UPDATE works SET title = 'I2I 작품' WHERE id = %s", (work,))
    run(service, "seed_001.set_title", work_id=work)
    assert people.value(service, read, work) == "I2I 작품"
    moved(service, job, "taken", "processing")
    service.execute("UPDATE works SET status = 'completed' WHERE id = %s", (work,))
    run(service, "seed_001.set_title", work_id=work)
    assert people.value(service, read, work) == "수정된 이미지"


def test_a_run_that_hangs_is_failed_by_the_engine_s_own_id(
    service: Connection[Any], work: UUID, job: UUID
) -> None:
    service.execute("UPDATE generation_jobs SET external_id = 'run-1' WHERE id = %s", (job,))
    moved(service, job, "taken", "processing")
    run(service, "seed_001.fail_run", runpod_job_id="run-1")
    query = "SELECT status, error_message, failed_at IS NOT NULL FROM works WHERE id = %s"
    assert service.execute(query, (work,)).fetchone() == ("failed", "RunPod job timeout", True)
    assert status(service, job) == "cancelled"
    assert (
        people.value(service, "SELECT external_id FROM withdrawals WHERE job_id = %s", job)
        == "run-1"
    )


# --- looking -----------------------------------------------------------------------------------


def test_the_last_hour_s_files(service: Connection[Any], someone: UUID) -> None:
    old, young = people.file(service, someone), people.file(service, someone)
    service.execute(
        "UPDATE files SET created_at = now() - interval '61 minutes' WHERE id = %s", (old,)
    )
    (found,) = run(service, "seed_001.recent_files")
    path = people.value(service, "SELECT path FROM files WHERE id = %s", young)
    assert found == {"id": young, "path": path, "user_id": someone}


def test_jobs_taken_for_an_hour_are_counted(
    service: Connection[Any], someone: UUID, job: UUID
) -> None:
    moved(service, job, "taken")
    assert run(service, "seed_001.stuck_taken") == [{"count": 0}]
    service.execute(
        "UPDATE generation_jobs SET taken_at = now() - interval '61 minutes' WHERE id = %s",
        (job,),
    )
    assert run(service, "seed_001.stuck_taken") == [{"count": 1}]


def test_a_week_s_works_by_their_end(service: Connection[Any], someone: UUID) -> None:
    ends = ["failed", "failed", "cancelled", "failed"]
    made = [people.work(service, someone) for _ in ends]
    for asked, end in zip(made, ends, strict=True):
        service.execute("UPDATE works SET status = %s WHERE id = %s", (end, asked))
    service.execute(
        "UPDATE works SET created_at = now() - interval '8 days' WHERE id = %s", (made[-1],)
    )
    found = {row["status"]: row["count"] for row in run(service, "seed_001.ended_by_status")}
    assert found == {"failed": 2, "cancelled": 1}


def test_at_most_five_that_wait(service: Connection[Any], someone: UUID, job: UUID) -> None:
    assert run(service, "seed_001.pending_jobs") == [{"id": job, "status": "pending"}]
    for _ in range(5):
        people.job(service, people.work(service, someone))
    assert len(run(service, "seed_001.pending_jobs")) == 5


# --- policies ----------------------------------------------------------------------------------


def test_the_recommended_policies_can_be_added_and_let_nobody_further_in(
    owner: Connection[Any],
) -> None:
    for name in ("policy_own_works", "policy_own_files", "policy_service_updates"):
        run(owner, f"seed_001.{name}")
    check_isolation(owner)


def test_what_the_recommended_policies_want_holds_without_them(owner: Connection[Any]) -> None:
    check_isolation(owner)


def check_isolation(connection: Connection[Any]) -> None:
    """Each sees their own works and files; a work's status is the service's alone to move."""
    connection.execute("SET LOCAL ROLE service_role")
    connection.execute(
        """SELECT set_config('request.jwt.claims', '{"role": "service_role"}', true)"""
    )
    alice, bob = people.user(connection, "alice"), people.user(connection, "bob")
    rows = {
        each: (people.work(connection, each), people.file(connection, each))
        for each in (alice, bob)
    }
    for each, (work, file) in rows.items():
        become(connection, each)
        assert connection.execute("SELECT id FROM works").fetchall() == [(work,)]
        assert connection.execute("SELECT id FROM files").fetchall() == [(file,)]
        with pytest.raises(InsufficientPrivilege), connection.transaction():
            connection.execute("UPDATE works SET status = 'completed' WHERE id = %s", (work,))
    connection.execute("SET LOCAL ROLE service_role")
    connection.execute("UPDATE works SET status = 'taken' WHERE id = %s", (rows[alice][0],))
