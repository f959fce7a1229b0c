"""The rows that wait for a run and are due: looked at many at once, as cheaply as can be.

Of the runs of one engine, one question tells which still wait or run; their rows only get a new
time. Whatever else may have become of a run is a step's business, so its row is enqueued.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from affiche.domain.endpoints import NAMING_KINDS
from affiche.domain.jobs import Decision, Job, Wait, decide
from affiche.domain.observations import Observation
from affiche.errors import AfficheError, DatabaseUnavailable
from affiche.pipeline.line import Due, Line, enqueue
from affiche.pipeline.observe import put_off

POLL_SECONDS: Final = 0.5
BATCH: Final = 500
# However many rows are due, looking at them takes no more than this part of the time: with
# 100,000 each is looked at every few minutes, and ends are heard of by hints meanwhile.
SHARE: Final = 1 / 40
LONGEST_PAUSE: Final = 5.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that is due, with what the rules need to know of its run."""

    id: UUID
    token: UUID
    external_id: str | None
    endpoint_id: UUID | None
    takes: int
    submitted_at: datetime
    running_at: datetime | None
    deadline_at: datetime
    template_id: UUID
    template_version: int


class Glances:
    """A service of every `affiche work`."""

    def __init__(self, line: Line) -> None:
        self.line = line

    async def run(self) -> None:
        while True:
            began, full = time.monotonic(), False
            try:
                full = await self.look() == BATCH
            except DatabaseUnavailable as error:
                log.warning("observation waits: %s", error)
            pause = min((time.monotonic() - began) / SHARE, LONGEST_PAUSE)
            await asyncio.sleep(pause if full else max(POLL_SECONDS, pause))

    async def look(self) -> int:
        """One batch of what is due; how many rows there were."""
        async with self.line.studio.database.singly() as service:
            due = await service.all(Waiting, "steps.due", most=BATCH, naming=list(NAMING_KINDS))
        still: dict[UUID, Wait] = {}
        for endpoint_id in {run.endpoint_id for run in due}:
            still |= await self._still(
                endpoint_id, [r for r in due if r.endpoint_id == endpoint_id]
            )
        await self.line.writes.observed.all(
            [
                {"job_id": run.id, "token": run.token, **put_off(still[run.id])}
                for run in due
                if run.id in still
            ]
        )
        await self._enqueue([run.id for run in due if run.id not in still])
        return len(due)

    async def _still(self, endpoint_id: UUID | None, runs: Sequence[Waiting]) -> dict[UUID, Wait]:
        """Those of which the engine says at a glance that they wait or run, and until when."""
        try:
            engine = await self.line.engines.get(endpoint_id)
            seen = await engine.glance([run.external_id for run in runs if run.external_id])
        except DatabaseUnavailable:
            raise
        except AfficheError as error:
            # The step asks for itself, and its own rules say what an engine that is gone means.
            log.info("endpoint %s gives no glance: %s", endpoint_id, error)
            return {}
        found = {}
        for run in runs:
            if run.external_id and (said := seen.get(run.external_id)):
                decision = await self._decide(run, said)
                if isinstance(decision, Wait):
                    found[run.id] = decision
        return found

    async def _decide(self, run: Waiting, seen: Observation) -> Decision:
        studio = self.line.studio
        template = await studio.versions.read(
            studio.database, run.template_id, run.template_version
        )
        within = timedelta(seconds=template.time_outs.run)
        job = Job(run.takes, run.submitted_at, run.running_at, run.deadline_at, within)
        return decide(job, seen, studio.now(), self.line.pause)

    async def _enqueue(self, ids: Sequence[UUID]) -> None:
        if not ids:
            return
        async with self.line.studio.database.as_service() as transaction:
            await enqueue(transaction, await transaction.all(Due, "steps.look", ids=list(ids)))
