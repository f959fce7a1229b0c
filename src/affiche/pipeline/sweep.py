"""What nobody looks after any more: overdue and stranded jobs, old records."""

import asyncio
import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from affiche import __version__
from affiche.errors import AfficheError, DatabaseUnavailable, RunTimedOut
from affiche.pipeline import retention
from affiche.pipeline.leftovers import Leftovers
from affiche.pipeline.line import Due, Line, enqueue, entry
from affiche.pipeline.steps import STEPS
from affiche.texts import Language

EVERY: Final = 10.0
SIGN_OFF_SECONDS: Final = 2.0
# A job under way always has an entry in the queue; without one it is nobody's, and this is only
# not to look at every job that moves.
FORSAKEN_AFTER: Final = timedelta(seconds=5)
# An entry that is held and leads nowhere: longer than any step may take (steps.SECONDS), so that
# nothing alive is begun anew.
STRANDED_AFTER: Final = timedelta(seconds=150)
BATCH: Final = 200
FORGET_EVERY: Final = timedelta(hours=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overdue:
    id: UUID
    token: UUID
    language: Language
    allowed: float


@dataclass(frozen=True, slots=True)
class Quiet(Due):
    """A job under way of which nothing was heard for a while; `entry`: the key it was begun by."""

    entry: UUID | None

    @property
    def keys(self) -> set[str]:
        """Of every queue entry that may be carrying it: one that began at an earlier step too."""
        tokens = {self.token, self.entry or self.token}
        return {entry(self.id, step, token)[2] for step in STEPS for token in tokens}


class Sweep:
    """A service of every `affiche work`; the rows' locks share the work between processes."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.database = line.studio.database
        self.leftovers = Leftovers(line.studio)
        self.id = uuid4()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._run())
            both.create_task(self.leftovers.run())

    async def _run(self) -> None:
        forget_at = self.line.studio.now()
        try:
            while True:
                forget_at = await self._round(forget_at)
                await asyncio.sleep(EVERY)
        finally:
            await self._sign_off()

    async def _round(self, forget_at: datetime) -> datetime:
        """One look at everything; when old records are to be forgotten next."""
        studio = self.line.studio
        try:
            await self._sign()
            await self.sweep()
            if studio.now() >= forget_at:
                await retention.forget(studio)
                return studio.now() + FORGET_EVERY
        except DatabaseUnavailable as error:
            log.warning("the sweep waits: %s", error)
        return forget_at

    async def _sign(self) -> None:
        """Say that this process lives."""
        async with self.database.singly() as service:
            await service.run(
                "workers.seen",
                id=self.id,
                host=socket.gethostname()[:100],
                process=os.getpid(),
                version=__version__,
            )

    async def _sign_off(self) -> None:
        # Without the database the row grows old by itself.
        with suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(SIGN_OFF_SECONDS), self.database.singly() as service:
                await service.run("workers.gone", id=self.id)

    async def sweep(self) -> None:
        await self.time_out()
        await self.take_up()
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

    async def take_up(self, after: timedelta = FORSAKEN_AFTER) -> None:
        """Enqueue again the step of every job that is under way and in no queue: what a step
        leaves that the database failed."""
        async with self.database.as_service() as transaction:
            quiet = await transaction.all(Quiet, "sweep.quiet", after=after, most=BATCH)
            keys = sorted(key for job in quiet for key in job.keys)
            queued = {
                row["dedupe_key"] for row in await transaction.rows("sweep.queued", keys=keys)
            }
            forsaken = [job for job in quiet if not job.keys & queued]
            if forsaken:
                log.warning("%d jobs were in no queue and are taken up again", len(forsaken))
                await transaction.run("sweep.forsaken", ids=[job.id for job in forsaken])
                await enqueue(transaction, forsaken)

    async def bring_back(self, after: timedelta = STRANDED_AFTER) -> None:
        """Enqueue again the step of every job that has stood still.

        If its entry is still in the queue the key makes this nothing; a step that really runs is
        fenced by its token.
        """
        async with self.database.as_service() as transaction:
            stranded = await transaction.all(Due, "steps.stranded", after=after, most=BATCH)
            await enqueue(transaction, stranded)
