"""Whatever happens to the jobs of a work, in whatever order, its status keeps to the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg import Connection
from psycopg.rows import dict_row
from tests.db.conftest import become
from tests.db.people import file, job, user, value, work
from tests.db.test_states import ALLOWED

Row = dict[str, Any]
OPEN = ("pending", "taken", "processing")


@dataclass
class Job:
    """What one job should be, as far as this test has brought it."""

    id: UUID
    status: str = "pending"
    run: str | None = None
    collected: bool = False


class Studio(RuleBasedStateMachine):
    """One work after another, each with some outputs, and everything that can befall its jobs."""

    service: Connection[Any]
    user: UUID

    @initialize(outputs=st.integers(1, 3))
    def ask(self, outputs: int) -> None:
        self.work = work(self.service, self.user, outputs)
        self.jobs = [Job(job(self.service, self.work, index)) for index in range(outputs)]
        self.by_hand: str | None = None
        self.dropped: list[str] = []

    @property
    def open(self) -> list[Job]:
        return [one for one in self.jobs if one.status in OPEN]

    def rows(self, query: Any, *params: object) -> list[Row]:
        return self.service.cursor(row_factory=dict_row).execute(query, params).fetchall()

    def change(self, one: Job, assignments: str, *params: object) -> None:
        query = f"UPDATE generation_jobs SET {assignments} WHERE id = %s RETURNING id"
        assert self.rows(query, *params, one.id)

    def leave(self, one: Job, status: str) -> None:
        """It goes where its run, if it has one, is wanted no more."""
        if one.run:
            self.dropped.append(one.run)
        one.status, one.run, one.collected = status, None, False

    # --- what happens -------------------------------------------------------------------------

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def something(self, data: st.DataObject) -> None:
        do, one = data.draw(st.sampled_from(list(self.possible())))
        getattr(self, do)(one)

    def possible(self) -> Iterator[tuple[str, Job]]:
        for one in self.open:
            # More often than the rest, so that works come as far as they do in life.
            for _ in range(6):
                yield "advance", one
            if one.status != "pending":
                yield "go_back", one
            if one.status == "processing":
                yield "complete_without_output", one
            for end in ("fail", "cancel_job", "delete"):
                yield end, one

    def advance(self, one: Job) -> None:
        match one:
            case Job(status="pending"):
                self.change(one, "status = 'taken'")
                one.status = "taken"
            case Job(status="taken"):
                one.status, one.run = "processing", str(uuid4())
                started = "status = 'processing', step = 'observe', external_id = %s"
                self.change(one, started, one.run)
            case Job(collected=False):
                stored = file(self.service, self.user, self.work)
                self.change(one, "step = 'finish', output_file_id = %s", stored)
                one.collected = True
            case _:
                self.change(one, "status = 'completed'")
                one.status = "completed"

    def complete_without_output(self, one: Job) -> None:
        """Not every stage gives one."""
        self.change(one, "status = 'completed', output_file_id = NULL")
        one.status, one.collected = "completed", False

    def go_back(self, one: Job) -> None:
        self.change(one, "status = 'pending'")
        self.leave(one, "pending")

    def fail(self, one: Job) -> None:
        self.change(one, "status = 'failed', error_code = %s", str(one.id))
        self.leave(one, "failed")

    def cancel_job(self, one: Job) -> None:
        self.change(one, "status = 'cancelled'")
        self.leave(one, "cancelled")

    def delete(self, one: Job) -> None:
        assert self.rows("DELETE FROM generation_jobs WHERE id = %s RETURNING id", one.id)
        self.leave(one, "deleted")
        self.jobs.remove(one)

    @precondition(lambda self: self.open)
    @rule()
    def add_job(self) -> None:
        self.jobs.append(Job(job(self.service, self.work)))

    @precondition(lambda self: self.open)
    @rule(how=st.sampled_from(["owner", "failed", "cancelled"]))
    def end(self, how: str) -> None:
        if how == "owner":
            assert self.cancel() == "cancelled"
        else:
            query = "UPDATE works SET status = %s WHERE id = %s RETURNING id"
            assert self.rows(query, how, self.work)
        self.by_hand = "cancelled" if how == "owner" else how
        for one in self.open:
            self.leave(one, "cancelled")

    @precondition(lambda self: not self.open)
    @rule(outputs=st.integers(1, 3))
    def ask_for_another(self, outputs: int) -> None:
        ended = value(self.service, "SELECT status FROM works WHERE id = %s", self.work)
        assert self.cancel() == ended
        self.ask(outputs)

    def cancel(self) -> str:
        become(self.service, "authenticated", self.user)
        (answer,) = self.rows("SELECT status FROM cancel_work(%s)", self.work)
        become(self.service, "service_role")
        return str(answer["status"])

    # --- what always holds --------------------------------------------------------------------

    @invariant()
    def jobs_are_where_they_were_brought(self) -> None:
        found = self.rows(
            "SELECT id, status, output_file_id IS NOT NULL AS collected, external_id AS run"
            " FROM generation_jobs WHERE work_id = %s",
            self.work,
        )
        expected = {one.id: (one.status, one.collected) for one in self.jobs}
        assert {row["id"]: (row["status"], row["collected"]) for row in found} == expected

    @invariant()
    def the_work_follows(self) -> None:
        (asked,) = self.rows("SELECT status, error_code FROM works WHERE id = %s", self.work)
        found, status = {one.status for one in self.jobs}, asked["status"]
        failed = {str(one.id) for one in self.jobs if one.status == "failed"}
        if "processing" in found:
            assert status == "processing"
        elif "taken" in found:
            assert status in ("taken", "processing")
        elif self.open:
            assert status == "pending" if found == {"pending"} else status in OPEN
        elif self.by_hand:
            assert status == self.by_hand
        elif any(one.collected for one in self.jobs):
            assert status == "completed"
        else:
            assert status == ("failed" if failed else "cancelled")
            assert not failed or asked["error_code"] in failed

    @invariant()
    def every_move_is_one_of_the_table_and_told(self) -> None:
        query = (
            "SELECT data ->> 'status' AS told FROM events"
            " WHERE work_id = %s AND type LIKE 'work.%%' ORDER BY id"
        )
        told = [row["told"] for row in self.rows(query, self.work)]
        assert told[0] == "pending"
        assert told[-1] == value(self.service, "SELECT status FROM works WHERE id = %s", self.work)
        assert all(move in ALLOWED for move in pairwise(told))

    @invariant()
    def every_run_that_was_dropped_is_withdrawn_once(self) -> None:
        query = """
            SELECT external_id FROM withdrawals WHERE external_id = ANY (%s)
            OR job_id IN (SELECT id FROM generation_jobs WHERE work_id = %s)"""
        found = [row["external_id"] for row in self.rows(query, self.dropped, self.work)]
        assert sorted(found) == sorted(self.dropped)


def test_the_work_follows_its_jobs(service: Connection[Any]) -> None:
    Studio.service, Studio.user = service, user(service, "someone")
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Studio, settings=settings(max_examples=30, stateful_step_count=25, deadline=None)
    )
