"""An endpoint of a real database, held to the model of its lines in `turns`."""

import asyncio
from typing import Any
from uuid import UUID

from psycopg import Connection
from tests.db.people import user, value, work
from tests.db.strides import Hand
from tests.db.turns import Job

from affiche.db.address import Address
from affiche.db.database import Database
from affiche.db.listener import Listener
from affiche.pipeline.admission import Admission


class Endpoint:
    """One endpoint of a database, whose jobs go by their numbers here."""

    def __init__(self, service: Connection[Any], runner: asyncio.Runner, address: Address) -> None:
        self.service, self.runner = service, runner
        self.people = [user(service, f"u{n}") for n in range(4)]
        self.database = Database(address, size=3)
        runner.run(self.database.__aenter__())
        self.admission = Admission(self.database, Listener(address))

    def begin(self) -> None:
        self.service.execute("UPDATE endpoints SET is_active = false")
        self.id: UUID = value(
            self.service,
            "INSERT INTO endpoints (name, kind, position)"
            " VALUES (gen_random_uuid()::text, 'preview', 1) RETURNING id",
        )
        self.rows: list[UUID] = []

    def ask(self, job: Job) -> None:
        asked = work(self.service, self.people[job.user])
        query = "INSERT INTO generation_jobs (work_id, priority) VALUES (%s, %s) RETURNING id"
        self.rows.append(value(self.service, query, asked, job.priority))

    def pass_on(self, job: Job, after: Job) -> None:
        """As a step does, by its own statement."""
        self.service.execute(
            "UPDATE generation_jobs SET status = 'processing' WHERE id = %s AND status = 'taken'",
            (self.rows[job.number],),
        )
        asked: UUID = value(
            self.service,
            "SELECT work_id FROM generation_jobs WHERE id = %s",
            self.rows[job.number],
        )
        token = value(
            self.service, "SELECT token FROM generation_jobs WHERE id = %s", self.rows[job.number]
        )
        hand = Hand(self.service, self.rows[job.number], token, {})
        assert hand.write("stages.passed_on") == 1
        self.rows.append(
            value(
                self.service,
                "SELECT id FROM generation_jobs WHERE work_id = %s AND stage = %s",
                *(asked, after.stage),
            )
        )

    def move(self, job: Job, change: str) -> None:
        query = f"UPDATE generation_jobs SET {change} WHERE id = %s"
        self.service.execute(query, (self.rows[job.number],))

    def claim(self, cap: int) -> set[int]:
        before = self.running()
        self.service.execute(
            "UPDATE endpoints SET works_at_once = %s WHERE id = %s", (cap, self.id)
        )
        self.runner.run(self.admission.admit())
        return self.running() - before

    def running(self) -> set[int]:
        query = "SELECT id FROM generation_jobs WHERE endpoint_id = %s AND status = 'taken'"
        return {self.rows.index(row) for (row,) in self.service.execute(query, (self.id,))}
