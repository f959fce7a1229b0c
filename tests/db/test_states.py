"""The state table of works and jobs, move by move, as the database enforces it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection, sql
from psycopg.errors import CheckViolation
from psycopg.rows import dict_row
from tests.db.people import TEMPLATE, deliver, file, job, user, value, work

STATES = ("pending", "taken", "processing", "completed", "failed", "cancelled")
ALLOWED = {
    ("pending", "taken"),
    ("taken", "processing"),
    ("processing", "completed"),
    *((state, end) for state in STATES[:3] for end in ("failed", "cancelled")),
    ("taken", "pending"),
    ("processing", "pending"),
}
WAY: dict[str, tuple[str, ...]] = {
    "pending": (),
    "taken": ("taken",),
    "processing": ("taken", "processing"),
    "completed": ("taken", "processing", "completed"),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
}
STAMPS = {
    "works": {state: f"{state}_at" for state in STATES[1:]},
    "generation_jobs": {state: f"{state}_at" for state in STATES[1:]}
    | {"processing": "started_at"},
}


def move(service: Connection[Any], table: str, row: UUID, status: str) -> None:
    service.execute(
        sql.SQL("UPDATE {} SET status = %s WHERE id = %s").format(sql.Identifier(table)),
        (status, row),
    )


def look(service: Connection[Any], table: str, row: UUID) -> dict[str, Any]:
    query = sql.SQL("SELECT * FROM {} WHERE id = %s").format(sql.Identifier(table))
    found = service.cursor(row_factory=dict_row).execute(query, (row,)).fetchone()
    assert found is not None
    return found


def made(service: Connection[Any], table: str, status: str = "pending") -> UUID:
    """A row in that state, come to it by moves that are allowed."""
    row = work(service, user(service, "someone"))
    if table == "generation_jobs":
        row = job(service, row)
    for each in WAY[status]:
        move(service, table, row, each)
    return row


@pytest.mark.parametrize("table", STAMPS)
@pytest.mark.parametrize("to", STATES)
@pytest.mark.parametrize("at", STATES)
def test_a_move(service: Connection[Any], table: str, at: str, to: str) -> None:
    row = made(service, table, at)
    before, began = look(service, table, row), value(service, "SELECT clock_timestamp()")
    if at != to and (at, to) not in ALLOWED:
        with pytest.raises(CheckViolation, match=f"cannot go from {at} to {to}"):
            move(service, table, row, to)
        assert look(service, table, row) == before
        return
    move(service, table, row, to)
    after = look(service, table, row)
    assert after["status"] == to
    for state, column in STAMPS[table].items():
        if at != to == state:
            assert began < after[column] < value(service, "SELECT clock_timestamp()")
        else:
            assert after[column] == before[column]


@pytest.mark.parametrize("status", [*STATES[1:], "queued", "", "PENDING"])
def test_a_new_row_is_pending(service: Connection[Any], status: str) -> None:
    own = user(service, "someone")
    asked = work(service, own)
    with pytest.raises(CheckViolation):
        service.execute(
            "INSERT INTO works (user_id, template_id, status) VALUES (%s, %s, %s)",
            (own, TEMPLATE, status),
        )
    with pytest.raises(CheckViolation):
        service.execute(
            "INSERT INTO generation_jobs (work_id, status) VALUES (%s, %s)", (asked, status)
        )


@pytest.mark.parametrize("at", ["taken", "processing"])
def test_a_job_that_goes_back_begins_anew_later_and_is_counted(
    service: Connection[Any], at: str
) -> None:
    row = made(service, "generation_jobs", at)
    held = file(service, user(service, "someone"))
    service.execute(
        "UPDATE generation_jobs SET step = 'finish', external_id = 'run', observe_at = now(),"
        " deadline_at = now(), entry = %s, step_started_at = now(), output_file_id = %s"
        " WHERE id = %s",
        (uuid4(), held, row),
    )
    before = look(service, "generation_jobs", row)
    move(service, "generation_jobs", row, "pending")
    after = look(service, "generation_jobs", row)
    assert (after["step"], after["takes"]) == ("prepare", 1)
    assert after["token"] != before["token"]
    assert after["run_at"] > value(service, "SELECT clock_timestamp()")
    for column in (
        *("external_id", "observe_at", "deadline_at", "entry", "step_started_at"),
        "output_file_id",
    ):
        assert before[column] is not None
        assert after[column] is None


def test_a_pause_that_was_chosen_is_kept(service: Connection[Any]) -> None:
    row = made(service, "generation_jobs", "taken")
    chosen: datetime = value(service, "SELECT now() + interval '1 hour'")
    service.execute(
        "UPDATE generation_jobs SET status = 'pending', run_at = %s WHERE id = %s", (chosen, row)
    )
    assert look(service, "generation_jobs", row)["run_at"] == chosen


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_the_token_is_gone_when_a_job_is_ended_from_outside(
    service: Connection[Any], end: str
) -> None:
    row = made(service, "generation_jobs", "taken")
    before = look(service, "generation_jobs", row)
    move(service, "generation_jobs", row, end)
    assert look(service, "generation_jobs", row)["token"] != before["token"]


# --- what a job takes with it -----------------------------------------------------------------


def statuses(service: Connection[Any], asked: UUID) -> list[str]:
    query = "SELECT status FROM generation_jobs WHERE work_id = %s ORDER BY output_index"
    return [status for (status,) in service.execute(query, (asked,)).fetchall()]


def collect(service: Connection[Any], row: UUID) -> None:
    owner, asked = service.execute(
        "SELECT user_id, work_id FROM generation_jobs WHERE id = %s", (row,)
    ).fetchone() or (None, None)
    service.execute(
        "UPDATE generation_jobs SET output_file_id = %s WHERE id = %s",
        (file(service, owner, asked), row),
    )


@pytest.fixture
def three(service: Connection[Any]) -> tuple[UUID, list[UUID]]:
    """A work of three outputs: one being collected, one running, one waiting."""
    asked = work(service, user(service, "someone"), 3)
    jobs = [job(service, asked, index) for index in range(3)]
    for row in jobs[:2]:
        for status in ("taken", "processing"):
            move(service, "generation_jobs", row, status)
    collect(service, jobs[0])
    return asked, jobs


def test_cancelling_a_work_cancels_what_is_left_of_it(
    service: Connection[Any], three: tuple[UUID, list[UUID]]
) -> None:
    asked, jobs = three
    assert service.execute("SELECT status FROM cancel_work(%s)", (asked,)).fetchall() == [
        ("cancelled",)
    ]
    assert statuses(service, asked) == ["cancelled"] * 3
    assert look(service, "generation_jobs", jobs[0])["output_file_id"] is None


def test_cancelling_keeps_what_was_delivered(
    service: Connection[Any], three: tuple[UUID, list[UUID]]
) -> None:
    asked, jobs = three
    move(service, "generation_jobs", jobs[0], "completed")
    assert service.execute("SELECT status FROM cancel_work(%s)", (asked,)).fetchall() == [
        ("cancelled",)
    ]
    assert statuses(service, asked) == ["completed", "cancelled", "cancelled"]
    assert look(service, "generation_jobs", jobs[0])["output_file_id"] is not None


@pytest.mark.parametrize("end", ["failed", "cancelled", "completed"])
def test_a_work_that_is_ended_by_hand_ends_its_jobs_and_stops_their_runs(
    service: Connection[Any], three: tuple[UUID, list[UUID]], end: str
) -> None:
    asked, jobs = three
    service.execute(
        "UPDATE generation_jobs SET external_id = 'run-of-hand' WHERE id = %s", (jobs[1],)
    )
    move(service, "works", asked, end)
    assert statuses(service, asked) == ["cancelled"] * 3
    assert look(service, "works", asked)["status"] == end
    assert withdrawn(service, jobs[1]) == ["run-of-hand"]


def test_a_work_that_is_set_back_by_hand_begins_anew_and_can_end(
    service: Connection[Any], three: tuple[UUID, list[UUID]]
) -> None:
    asked, jobs = three
    service.execute(
        "UPDATE generation_jobs SET external_id = 'run-set-back' WHERE id = %s", (jobs[1],)
    )
    move(service, "works", asked, "pending")
    assert statuses(service, asked) == ["pending"] * 3
    assert withdrawn(service, jobs[1]) == ["run-set-back"]
    for status in ("taken", "processing"):
        move(service, "generation_jobs", jobs[0], status)
        assert look(service, "works", asked)["status"] == status


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
def test_no_token_outlives_its_job(service: Connection[Any], end: str) -> None:
    row = made(service, "generation_jobs", "processing")
    before = look(service, "generation_jobs", row)
    move(service, "generation_jobs", row, end)
    assert look(service, "generation_jobs", row)["token"] != before["token"]


def withdrawn(service: Connection[Any], row: UUID) -> list[str]:
    query = "SELECT external_id FROM withdrawals WHERE job_id = %s"
    return [run for (run,) in service.execute(query, (row,)).fetchall()]


def test_a_work_whose_output_was_collected_and_then_failed_has_failed(
    service: Connection[Any],
) -> None:
    row = made(service, "generation_jobs", "processing")
    collect(service, row)
    service.execute(
        "UPDATE generation_jobs SET status = 'failed', error_code = 'run_lost',"
        " error_message = 'gone' WHERE id = %s",
        (row,),
    )
    asked = look(service, "works", look(service, "generation_jobs", row)["work_id"])
    assert (asked["status"], asked["error_code"]) == ("failed", "run_lost")
    assert asked["output_data_json"] == asked["output_data"] == {"error": "gone"}


def test_the_reason_is_that_of_the_job_that_failed(service: Connection[Any]) -> None:
    asked = work(service, user(service, "someone"), 2)
    first, second = job(service, asked, 0), job(service, asked, 1)
    service.execute(
        "UPDATE generation_jobs SET status = 'failed', error_code = 'run_failed' WHERE id = %s",
        (first,),
    )
    move(service, "generation_jobs", second, "cancelled")
    ended = look(service, "works", asked)
    assert (ended["status"], ended["error_code"]) == ("failed", "run_failed")


def test_a_deleted_job_is_no_longer_waited_for(
    service: Connection[Any], three: tuple[UUID, list[UUID]]
) -> None:
    asked, jobs = three
    service.execute("UPDATE generation_jobs SET external_id = 'lost' WHERE id = %s", (jobs[1],))
    for row in reversed(jobs):
        assert look(service, "works", asked)["status"] == "processing"
        service.execute("DELETE FROM generation_jobs WHERE id = %s", (row,))
    assert look(service, "works", asked)["status"] == "cancelled"
    orphans = "SELECT count(*) FROM withdrawals WHERE job_id IS NULL AND external_id = 'lost'"
    assert value(service, orphans) == 1


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
def test_a_work_that_has_ended_takes_no_further_job(service: Connection[Any], end: str) -> None:
    asked = made(service, "works", end)
    with pytest.raises(CheckViolation, match="retry_of"):
        job(service, asked)


def test_a_job_that_began_anew_delivers_under_the_same_name(service: Connection[Any]) -> None:
    asked = work(service, user(service, "someone"))
    one, other = job(service, asked), job(service, asked)
    for row, picture in ((one, {"width": 8}), (other, {"width": 9, "object_key": "a/2.png"})):
        for status in ("taken", "processing"):
            service.execute("UPDATE generation_jobs SET status = %s WHERE id = %s", (status, row))
        held: UUID = look(service, "generation_jobs", row)["token"]
        assert deliver(service, row, held, **picture) == 1
    first, second = (
        look(service, "generation_jobs", row)["output_file_id"] for row in (one, other)
    )
    assert first == second == look(service, "works", asked)["output_file_id"]
    stored = look(service, "files", first)
    assert (stored["object_key"], stored["width"]) == ("a/2.png", 9)


# --- one value under two names ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "same"),
    [("file_id", "output_file_id"), ("output_file_id", "file_id")],
)
def test_both_names_of_the_output_are_written_and_read(
    service: Connection[Any], written: str, same: str
) -> None:
    own = user(service, "someone")
    asked = work(service, own)
    for held in (file(service, own), file(service, own), None):
        query = sql.SQL("UPDATE works SET {} = %s WHERE id = %s").format(sql.Identifier(written))
        service.execute(query, (held, asked))
        row = look(service, "works", asked)
        assert row[same] == row[written] == held


def test_both_names_of_the_output_s_data_are_written_and_read(service: Connection[Any]) -> None:
    own = user(service, "someone")
    asked: UUID = value(
        service,
        """INSERT INTO works (user_id, template_id, output_data) VALUES (%s, %s, '{"a": 1}')
        RETURNING id""",
        *(own, TEMPLATE),
    )
    assert look(service, "works", asked)["output_data_json"] == {"a": 1}
    service.execute("UPDATE works SET output_data_json = '{}' WHERE id = %s", (asked,))
    assert look(service, "works", asked)["output_data"] == {}
