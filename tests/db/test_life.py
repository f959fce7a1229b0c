"""Works and jobs under all that steps, owners, operators and sweeps do to them, in any order.

The real statements against the real database, beside a model that has none (`life.py`). What
comes too late, from whom it is not allowed, or is no move of the table changes nothing at all.
"""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg import Connection
from tests.db.conftest import become
from tests.db.life import ENDED, MOVES, OPEN, Job, Work
from tests.db.people import TEMPLATE, user, value
from tests.db.strides import AT_ONCE, FENCED, Hand, begin, held
from tests.db.watched import Watched

from affiche.db.statements import statement

STATES = (*OPEN, *ENDED)
STAMPS = {"taken": "taken_at", "processing": "started_at", **{end: f"{end}_at" for end in ENDED}}


class Studio(Watched):
    bob: UUID

    @initialize(outputs=st.integers(1, 3))
    def open_the_studio(self, outputs: int) -> None:
        self.works = []
        self.frozen: dict[UUID, dict[str, Any]] = {}
        self.ask(outputs)

    def teardown(self) -> None:
        """Statements that look at all jobs should find only those of one studio."""
        for table in ("works", "generation_jobs"):
            self.service.execute(
                f"UPDATE {table} SET status = 'cancelled'"  # type: ignore[arg-type]
                " WHERE status IN ('pending', 'taken', 'processing')"
            )

    # --- people -------------------------------------------------------------------------------

    @precondition(lambda self: len(self.works) < 4)
    @rule(outputs=st.integers(1, 3))
    def ask(self, outputs: int) -> None:
        self._ask(outputs, None)

    @precondition(lambda self: any(not w.open for w in self.works) and len(self.works) < 5)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        ended = data.draw(st.sampled_from([w for w in self.works if not w.open]))
        self._ask(1, ended.id)

    def _ask(self, outputs: int, retried: UUID | None) -> None:
        become(self.service, "authenticated", self.alice)
        (asked,) = self.rows(
            "SELECT id FROM ask_work(uuid_v7(), %s, '{}', %s, 7, retried => %s)",
            *(TEMPLATE, outputs, retried),
        )
        become(self.service, "service_role")
        found = self.rows(
            "SELECT id, output_index FROM generation_jobs WHERE work_id = %s ORDER BY 2",
            asked["id"],
        )
        self.works.append(Work(asked["id"], [Job(r["id"], r["output_index"]) for r in found]))

    @rule(data=st.data(), whose=st.sampled_from(["alice", "bob"]))
    def cancel(self, data: st.DataObject, whose: str) -> None:
        work, before = data.draw(st.sampled_from(self.works)), self.everything()
        become(self.service, "authenticated", getattr(self, whose))
        answer = self.rows("SELECT status FROM cancel_work(%s)", work.id)
        become(self.service, "service_role")
        if whose == "bob" or not work.open:
            assert self.everything() == before
        if whose == "alice":
            if work.open:
                assert work.move("cancelled")
            assert answer == [{"status": work.status}]
        else:
            assert answer == []

    # --- the pipeline -------------------------------------------------------------------------

    @precondition(lambda self: self.jobs("pending"))
    @rule(places=st.integers(1, 4))
    def admit(self, places: int) -> None:
        """Whatever waits and is due, but no more than there are places."""
        self.service.execute("UPDATE generation_jobs SET run_at = now() WHERE status = 'pending'")
        (endpoint,) = self.rows("SELECT id FROM endpoints WHERE is_active ORDER BY position")
        taken = self.service.execute(
            statement("admission.claim"),
            {"endpoint_id": endpoint["id"], "places": places, "patience": timedelta(minutes=10)},
        ).fetchall()
        waiting = {job.id: (work, job) for work, job in self.jobs("pending")}
        assert len(taken) == min(places, len(waiting))
        for job_id, _, _ in taken:
            work, job = waiting.pop(job_id)
            assert work.move_job(job, "taken")

    @precondition(lambda self: self.jobs("taken", "processing"))
    @rule(data=st.data(), strides=st.integers(1, 6))
    def carry_on(self, data: st.DataObject, strides: int) -> None:
        """As a step does, and the ones behind it."""
        work, job = self.one_of(data, "taken", "processing")
        for _ in range(strides):
            if job.open and job.status != "pending":
                self.stride(work, job)

    def stride(self, work: Work, job: Job) -> None:
        if not job.begun:
            assert begin(self.service, job.id, self.look(job)["token"])
            job.begun = True
            return
        hand = self.hand(job)
        match job.step:
            case "prepare":
                assert hand.write("steps.prepared") == 1
                job.step, job.run = "submit", self.look(job)["external_id"]
            case "submit":
                assert hand.write("steps.submitted") == 1
                job.step, job.begun, job.run = "observe", False, self.look(job)["external_id"]
                assert work.move_job(job, "processing")
            case "observe":
                assert hand.write("steps.ended_well") == 1
                job.step = "collect"
            case "collect":
                assert hand.store(self.alice, work.id, job.output) == 1
                job.step, job.delivered = "finish", True
                if AT_ONCE:
                    assert work.move_job(job, "completed")
            case "finish":
                assert hand.write("steps.finished") == 1
                assert work.move_job(job, "completed")

    @precondition(lambda self: any(j.step == "collect" for _, j in self.jobs("processing")))
    @rule(data=st.data())
    def pass_on(self, data: st.DataObject) -> None:
        """Its picture was that of a stage, and another stage follows."""
        found = [(w, j) for w, j in self.jobs("processing") if j.step == "collect"]
        work, job = data.draw(st.sampled_from(found))
        stage = self.look(job)["stage"]
        assert self.hand(job).pass_on(self.alice, work.id, stage, job.output) == 1
        known = [each.id for each in work.jobs]
        (after,) = self.rows(
            "SELECT id, stage, output_index, status, priority FROM generation_jobs"
            " WHERE work_id = %s AND NOT id = ANY (%s)",
            *(work.id, known),
        )
        assert (after["stage"], after["output_index"]) == (stage + 1, job.output)
        assert after["status"] == "pending"
        job.step = "finish"
        work.pass_on(job, Job(after["id"], job.output))
        row = self.look(job)
        assert row["output_file_id"] is None
        assert row["stage_file_id"] is not None

    @precondition(lambda self: any(j.begun for _, j in self.jobs("taken", "processing")))
    @rule(data=st.data())
    def take_over(self, data: st.DataObject) -> None:
        """The entry of a process that died begins the step anew; it counts, but for looking."""
        begun = [(w, j) for w, j in self.jobs("taken", "processing") if j.begun]
        _, job = data.draw(st.sampled_from(begun))
        entry = self.look(job)["entry"]
        assert begin(self.service, job.id, entry)
        job.takes += job.step != "observe"

    @precondition(lambda self: self.jobs("taken", "processing"))
    @rule(data=st.data(), how=st.sampled_from(["again", "failed", "given_back", "observed"]))
    def settle(self, data: st.DataObject, how: str) -> None:
        work, job = self.one_of(data, "taken", "processing")
        assert self.hand(job).write(f"steps.{how}") == 1
        if how in ("given_back", "observed"):
            job.begun = False
            if how == "observed" and job.step == "collect":
                job.step = "observe"
        else:
            assert work.move_job(job, "pending" if how == "again" else "failed")

    @precondition(lambda self: any(len(j.tokens) > 1 for w in self.works for j in w.jobs))
    @rule(data=st.data(), what=st.sampled_from([*FENCED, "begin"]))
    def come_too_late(self, data: st.DataObject, what: str) -> None:
        """With a token of before, or of a job that has ended, or of none."""
        jobs = [j for w in self.works for j in w.jobs if len(j.tokens) > 1]
        job = data.draw(st.sampled_from(jobs))
        row = self.look(job)
        late = data.draw(st.sampled_from([*job.tokens[:-1], uuid4()]))
        before = self.everything()
        if what == "begin":
            if late != row["entry"]:
                assert begin(self.service, job.id, late) is None
        else:
            assert Hand(self.service, job.id, late, {}).write(what) == 0
        assert not held(self.service, job.id, late)
        assert self.everything() == before

    @precondition(lambda self: self.jobs("taken", "processing"))
    @rule(data=st.data())
    def run_out_of_time(self, data: st.DataObject) -> None:
        late = data.draw(st.lists(st.sampled_from(self.jobs("taken", "processing")), min_size=1))
        overdue = {job.id: (work, job) for work, job in late}
        self.service.execute(
            "UPDATE generation_jobs SET deadline_at = now() - interval '1 s' WHERE id = ANY (%s)",
            (list(overdue),),
        )
        found = self.rows(statement("steps.overdue").replace("%(most)s", "%s"), 200)
        assert {row["id"] for row in found} == set(overdue)
        for row in found:
            work, job = overdue[row["id"]]
            assert self.hand(job, row["token"]).write("steps.failed") == 1
            assert work.move_job(job, "failed")

    # --- operators ----------------------------------------------------------------------------

    @rule(data=st.data(), status=st.sampled_from(STATES))
    def set_work(self, data: st.DataObject, status: str) -> None:
        work = data.draw(st.sampled_from(self.works))
        query = "UPDATE works SET status = %s, updated_at = NOW() WHERE id = %s"
        if work.status == status or (work.status, status) in MOVES:
            self.service.execute(query, (status, work.id))
            work.move(status)
        else:
            self.refused(query, status, work.id)

    @precondition(lambda self: self.jobs(*STATES))
    @rule(data=st.data(), status=st.sampled_from(STATES))
    def set_job(self, data: st.DataObject, status: str) -> None:
        work, job = self.one_of(data, *STATES)
        query = "UPDATE generation_jobs SET status = %s, updated_at = NOW() WHERE id = %s"
        if job.status == status or (job.status, status) in MOVES:
            self.service.execute(query, (status, job.id))
            work.move_job(job, status)
        else:
            self.refused(query, status, job.id)

    @precondition(lambda self: self.jobs("taken"))
    @rule()
    def recover_taken(self) -> None:
        """Seed 001's, of all that were taken."""
        self.service.execute("UPDATE generation_jobs SET status = 'pending' WHERE status = 'taken'")
        for work, job in self.jobs("taken"):
            work.move_job(job, "pending")

    @precondition(lambda self: self.jobs(*STATES))
    @rule(data=st.data())
    def delete_job(self, data: st.DataObject) -> None:
        """Seed 000's, of a job that ended or hangs."""
        work, job = self.one_of(data, *STATES)
        self.service.execute("DELETE FROM generation_jobs WHERE id = %s", (job.id,))
        self.frozen.pop(job.id, None)
        work.drop_job(job)

    @rule(data=st.data())
    def add_job(self, data: st.DataObject) -> None:
        """Seed 000's retry: a second job for the same output."""
        work = data.draw(st.sampled_from(self.works))
        query = "INSERT INTO generation_jobs (work_id, status, priority) VALUES (%s, 'pending', 0)"
        if not work.open:
            self.refused(query, work.id)
            return
        (row,) = self.rows(query + " RETURNING id", work.id)
        work.jobs.append(Job(row["id"], 0))

    # --- what always holds --------------------------------------------------------------------

    @invariant()
    def jobs_are_where_they_were_brought(self) -> None:
        for job, row in self.look_at_all():
            found = (row["status"], row["takes"], row["output_file_id"] is not None)
            assert found == (job.status, job.takes, job.delivered)
            if job.open:
                assert (row["step"], row["external_id"]) == (job.step, job.run)
            for end in ENDED:
                assert (row[STAMPS[end]] is not None) == (job.status == end)
            if job.status in STAMPS:
                assert row[STAMPS[job.status]] is not None
            if not job.open:
                self.stays_as_it_is(job, row)

    def stays_as_it_is(self, job: Job, row: dict[str, Any]) -> None:
        # But for when a statement last named it.
        row["updated_at"] = None
        if job.id not in self.frozen:
            assert row["token"] not in job.held
            for token in job.held:
                assert not held(self.service, job.id, token)
        assert self.frozen.setdefault(job.id, row) == row

    @invariant()
    def works_are_where_their_jobs_are(self) -> None:
        ids = [work.id for work in self.works]
        rows = {row["id"]: row for row in self.rows("SELECT * FROM works WHERE id = ANY (%s)", ids)}
        told = self.rows(
            "SELECT work_id, array_agg(data ->> 'status' ORDER BY id) AS past FROM events"
            " WHERE work_id = ANY (%s) AND type LIKE 'work.%%' AND type <> 'work.progress'"
            " GROUP BY 1",
            ids,
        )
        assert {row["work_id"]: row["past"] for row in told} == {w.id: w.past for w in self.works}
        for work in self.works:
            row = rows[work.id]
            assert row["status"] == work.status
            assert all(move in MOVES for move in pairwise(work.past))
            for state in STATES[1:]:
                assert (row[f"{state}_at"] is not None) == (state in work.past)

    @invariant()
    def an_output_is_counted_once(self) -> None:
        found = self.rows(
            "SELECT j.work_id, output_index, output_file_id, path FROM generation_jobs j"
            " JOIN files f ON f.id = j.output_file_id WHERE j.work_id = ANY (%s)",
            [work.id for work in self.works],
        )
        outputs = {(row["work_id"], row["output_index"]) for row in found}
        assert len({row["output_file_id"] for row in found}) == len(outputs)
        assert len({row["path"] for row in found}) == len(outputs)

    @invariant()
    def every_run_that_was_dropped_is_withdrawn_once(self) -> None:
        dropped = [run for work in self.works for run in work.dropped]
        query = "SELECT external_id AS run FROM withdrawals WHERE external_id = ANY (%s)"
        assert sorted(row["run"] for row in self.rows(query, dropped)) == sorted(dropped)


def test_nothing_but_the_moves_of_the_table(service: Connection[Any]) -> None:
    Studio.service = service
    Studio.alice, Studio.bob = user(service, "alice"), user(service, "bob")
    assert value(service, "SELECT count(*) FROM endpoints WHERE is_active") == 1
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Studio, settings=settings(max_examples=30, stateful_step_count=30, deadline=None)
    )
