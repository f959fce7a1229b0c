"""Runs on engines that only say how they stand when asked, each by itself: those that are due."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from affiche.db.listener import Listener, woken
from affiche.domain.endpoints import NAMING_KINDS
from affiche.domain.jobs import Job, Wait, decide
from affiche.domain.observations import Hint, Queued, Running
from affiche.domain.pace import waking_left
from affiche.errors import AfficheError, DatabaseUnavailable
from affiche.pipeline.line import Due, Line, enqueue
from affiche.pipeline.observations import Observations
from affiche.pipeline.observe import put_off

POLL_SECONDS: Final = 0.25
BATCH: Final = 50
MOST_BATCHES: Final = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Poll(Due):
    """A row that is due, with what the rules need to know of its run; `heard`: its end was told."""

    external_id: str | None
    endpoint_id: UUID | None
    workflow_id: UUID | None
    stages: int
    takes: int
    submitted_at: datetime
    running_at: datetime | None
    deadline_at: datetime
    woke: bool
    heard: bool
    template_id: UUID
    template_version: int


class Polls:
    """A service of every `affiche work`; each row that is due is asked about by one of them."""

    def __init__(self, line: Line, listener: Listener, observations: Observations) -> None:
        self.line = line
        self.observations = observations
        self._wanted = asyncio.Event()
        self._room = asyncio.Semaphore(MOST_BATCHES)
        listener.on("run_heard", lambda _: self._wanted.set())

    async def run(self) -> None:
        async with asyncio.TaskGroup() as batches:
            while True:
                await self._room.acquire()
                self._wanted.clear()
                due = await self._due()
                if due:
                    batches.create_task(self._look(due))
                else:
                    self._room.release()
                if len(due) < BATCH:
                    await woken(self._wanted, POLL_SECONDS)

    async def _due(self) -> Sequence[Poll]:
        try:
            async with self.line.studio.database.singly() as service:
                return await service.all(Poll, "runs.due", most=BATCH, kinds=list(NAMING_KINDS))
        except DatabaseUnavailable as error:
            log.warning("polls wait: %s", error)
            return ()

    async def _look(self, due: Sequence[Poll]) -> None:
        """Rows of runs that wait or run get a new time; the others are a step's business."""
        try:
            waits = await asyncio.gather(*(self._one(poll) for poll in due))
            await self.line.writes.observed.all([row for row in waits if row is not None])
            others = [poll for poll, row in zip(due, waits, strict=True) if row is None]
            if others:
                async with self.line.studio.database.as_service() as transaction:
                    await enqueue(transaction, others)
        except DatabaseUnavailable as error:
            # They fall due again by themselves.
            log.warning("%d polls are asked again: %s", len(due), error)
        finally:
            self._room.release()

    async def _one(self, poll: Poll) -> dict[str, Any] | None:
        """What to write of a run that waits or runs; None for any other, and for one that cannot
        be looked at: the step asks for itself, and its own rules say what that means."""
        if poll.external_id is None or poll.heard:
            # Steps are as many as can be done at once: what is looked at sooner, with its result of
            # megabytes, is forgotten again before its turn comes to be stored.
            return None
        line = self.line
        try:
            engine = await line.engines.get(poll.endpoint_id)
            seen = await engine.look(poll.external_id)
        except DatabaseUnavailable:
            raise
        except AfficheError as error:
            log.info("run %s gives no answer: %s", poll.external_id, error)
            return None
        if not isinstance(seen, Queued | Running):
            return None
        template = await line.studio.versions.read(
            line.studio.database, poll.template_id, poll.template_version
        )
        within = timedelta(seconds=template.time_outs.run * poll.stages)
        job = Job(poll.takes, poll.submitted_at, poll.running_at, poll.deadline_at, within)
        pace = await line.times.pace(poll.endpoint_id, poll.workflow_id)
        now = line.studio.now()
        decision = decide(job, seen, now, line.pause, pace)
        if not isinstance(decision, Wait):
            return None
        if isinstance(seen, Running):
            await self.observations.heard(Hint(poll.external_id, seen))
        elif decision.waking:
            await self._say_waking(poll, waking_left(pace, now - poll.submitted_at))
        return {"job_id": poll.id, "token": poll.token, **put_off(decision)}

    async def _say_waking(self, poll: Poll, seconds: int) -> None:
        if not poll.woke:
            log.info("job %s waits for a worker to wake up, about %d s", poll.id, seconds)
        async with self.line.studio.database.singly() as service:
            await service.run("runs.waking", job_id=poll.id, seconds=seconds)
