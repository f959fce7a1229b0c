"""A state machine that sees every row of the works it plays with."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from psycopg import Connection, sql
from psycopg.errors import CheckViolation
from psycopg.rows import dict_row
from tests.db.life import Job, Work
from tests.db.strides import Hand

TABLES = ("works", "generation_jobs", "files", "withdrawals", "events", "notifications")


class Watched(RuleBasedStateMachine):
    service: Connection[Any]
    alice: UUID
    """Who asks for all of them."""
    works: list[Work]

    def rows(self, query: Any, *params: object) -> list[dict[str, Any]]:
        return self.service.cursor(row_factory=dict_row).execute(query, params).fetchall()

    def everything(self) -> list[Any]:
        """Of these works, row by row: equal before and after what changes nothing."""
        ids, found = [work.id for work in self.works], list[Any]()
        for table in TABLES:
            key = {"works": "id", "withdrawals": "job_id"}.get(table, "work_id")
            wanted = ids if key != "job_id" else [j.id for w in self.works for j in w.jobs]
            query = sql.SQL("SELECT md5({0}::text) FROM {0} WHERE {1} = ANY (%s) ORDER BY 1")
            composed = query.format(sql.Identifier(table), sql.Identifier(key))
            found.append(self.rows(composed, wanted))
        return found

    def refused(self, query: Any, *params: object) -> None:
        before = self.everything()
        with pytest.raises(CheckViolation):
            self.service.execute(query, params)
        assert self.everything() == before

    def look(self, job: Job) -> dict[str, Any]:
        (row,) = self.rows("SELECT * FROM generation_jobs WHERE id = %s", job.id)
        return self.seen(job, row)

    def look_at_all(self) -> list[tuple[Job, dict[str, Any]]]:
        known = {job.id: job for _, job in self.jobs()}
        query = "SELECT * FROM generation_jobs WHERE work_id = ANY (%s)"
        found = self.rows(query, [work.id for work in self.works])
        assert {row["id"] for row in found} == set(known)
        return [(job := known[row["id"]], self.seen(job, row)) for row in found]

    def seen(self, job: Job, row: dict[str, Any]) -> dict[str, Any]:
        if not job.tokens or job.tokens[-1] != row["token"]:
            assert row["token"] not in job.tokens, "a token came back"
            job.tokens.append(row["token"])
        if job.open:
            job.held.add(row["token"])
        return row

    def jobs(self, *statuses: str) -> list[tuple[Work, Job]]:
        """All of those statuses, or all there are."""
        every = ((work, job) for work in self.works for job in work.jobs)
        return [(work, job) for work, job in every if not statuses or job.status in statuses]

    def one_of(self, data: st.DataObject, *statuses: str) -> tuple[Work, Job]:
        return data.draw(st.sampled_from(self.jobs(*statuses)))

    def hand(self, job: Job, token: UUID | None = None) -> Hand:
        return Hand(self.service, job.id, token or self.look(job)["token"], {})

    @invariant()
    def an_end_is_told_once_and_nothing_else_is(self) -> None:
        ids = [work.id for work in self.works]
        ends = [(w.id, self.alice, f"work.{w.status}") for w in self.works if not w.open]
        query = "SELECT work_id, user_id, type, id FROM notifications WHERE work_id = ANY (%s)"
        told = {row.pop("id"): tuple(row.values()) for row in self.rows(query, ids)}
        assert sorted(told.values()) == sorted(ends)
        events = self.rows(
            "SELECT (data ->> 'notification_id')::uuid AS id FROM events"
            " WHERE work_id = ANY (%s) AND type NOT LIKE 'work.%%' AND user_id = %s",
            *(ids, self.alice),
        )
        assert sorted(row["id"] for row in events) == sorted(told)
