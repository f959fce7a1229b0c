"""What nobody looks after any more: overdue and stranded jobs, old records."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db import queue
from affiche.errors import AfficheError, DatabaseUnavailable, RunTimedOut
from affiche.pipeline.line import Line, enqueue, entry
from affiche.pipeline.observations import STRANDED_AFTER, Due
from affiche.texts import Language

EVERY: Final = 10.0
BATCH: Final = 200
FORGET_EVERY: Final = timedelta(hours=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overdue:
    id: UUID
    token: UUID
    language: Language
    allowed: float


class Sweep:
    """A service of every `affiche work`; the rows' locks share the work between processes."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.database = line.studio.database

    async def run(self) -> None:
        forget_at = self.line.studio.now()
        while True:
            try:
                await self.sweep()
                if self.line.studio.now() >= forget_at:
                    await self.forget()
                    forget_at = self.line.studio.now() + FORGET_EVERY
            except DatabaseUnavailable as error:
                log.warning("the sweep waits: %s", error)
            await asyncio.sleep(EVERY)

    async def sweep(self) -> None:
        await self.time_out()
        await self.bring_back()

    async def time_out(self) -> None:
        """Fail what is past its deadline; its run is then withdrawn like any other."""
        async with self.database.as_service() as transaction:
            for job in await transaction.all(Overdue, "steps.overdue", most=BATCH):
                error: AfficheError = RunTimedOut(minutes=max(1, round(job.allowed / 60)))
                log.warning("job %s: %s", job.id, error)
                await transaction.run(
                    "steps.failed",
                    job_id=job.id,
                    token=job.token,
                    error_code=error.code,
                    error_params=Jsonb(error.params),
                    error_message=error.message(job.language),
                )

    async def bring_back(self, after: timedelta = STRANDED_AFTER) -> None:
        """Enqueue again the step of every job that has stood still.

        If its entry is still in the queue the key makes this nothing; a step that really runs is
        fenced by its token.
        """
        async with self.database.as_service() as transaction:
            jobs = await transaction.all(Due, "steps.stranded", after=after, most=BATCH)
            await enqueue(transaction, [entry(job.id, job.step, job.token) for job in jobs])

    async def forget(self) -> None:
        async with self.database.as_service() as transaction:
            await transaction.run("people.forget_expired", now=self.line.studio.now())
        await queue.prune_log(self.database)
