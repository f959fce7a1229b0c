"""Everything that `affiche work` runs side by side, supervised."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from pgqueuer import PgQueuer
from pgqueuer.models import Job

from affiche.db import queue
from affiche.db.listener import Listener
from affiche.pipeline import bygones, preview
from affiche.pipeline.admission import Admission
from affiche.pipeline.alerts import Alerts
from affiche.pipeline.captions import Captions
from affiche.pipeline.engines import Engines
from affiche.pipeline.glances import Glances
from affiche.pipeline.line import ENTRYPOINT, Begun, Line, Writes, read_entry
from affiche.pipeline.marking import MarkedBegin
from affiche.pipeline.messages import Messages
from affiche.pipeline.observations import Observations
from affiche.pipeline.polls import Polls
from affiche.pipeline.renewals import Renewals
from affiche.pipeline.steps import run
from affiche.pipeline.sweep import Sweep
from affiche.pipeline.times import Times
from affiche.pipeline.titles import Titles
from affiche.pipeline.warmth import Warmth
from affiche.pipeline.webhooks import Webhooks
from affiche.pipeline.wellness import Rounds
from affiche.pipeline.withdrawals import Withdrawals
from affiche.studio import marks
from affiche.studio.studio import Studio

HEARTBEAT: Final = timedelta(seconds=10)
DEQUEUE: Final = timedelta(seconds=2)
GRACE: Final = 20.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
log = logging.getLogger(__name__)
Service = Callable[[], Awaitable[None]]


class Crew:
    """The pipeline of one process."""

    def __init__(
        self,
        studio: Studio,
        *,
        heartbeat: timedelta = HEARTBEAT,
        dequeue: timedelta = DEQUEUE,
        host_preview: bool = True,
    ) -> None:
        self.studio = studio
        self.heartbeat, self.dequeue = heartbeat, dequeue
        self.listener = Listener(studio.database.direct)
        writes = Writes(studio.database)
        writes.begin = MarkedBegin(studio.database, "steps.begin", Begun)
        self.line = Line(studio, Engines(studio), writes, Times(studio))
        self.observations = Observations(self.line)
        self.line.engines.heard = self.observations.heard
        self.withdrawals = Withdrawals(self.line)
        self.sweep = Sweep(self.line)
        self.listener.on("withdrawal_created", lambda _: self.withdrawals.wanted.set())
        self.messages = Messages(studio)
        self.listener.on("message_created", lambda _: self.messages.wanted.set())
        self.driver = queue.PoolDriver(studio.database, self.listener)
        self.queuer: PgQueuer | None = None
        self.stopping = asyncio.Event()
        self.services: dict[str, Service] = {
            "listener": self.listener.run,
            "admission": Admission(studio.database, self.listener).run,
            "glances": Glances(self.line).run,
            "polls": Polls(self.line, self.listener, self.observations).run,
            "withdrawals": self.withdrawals.run,
            "sweep": self.sweep.run,
            "messages": self.messages.run,
            "wellness": Rounds(self.line, self.listener).run,
            "warmth": Warmth(self.line).run,
            "renewals": Renewals(studio).run,
            "alerts": Alerts(studio).run,
            "bygones": partial(bygones.run, studio),
            "webhooks": Webhooks(studio, self.listener).run,
            "titles": Titles(studio, self.listener).run,
            "captions": Captions(studio, self.listener).run,
            "engines": self._keep_engines_open,
        }
        if host_preview:
            self.services["preview"] = partial(preview.host, studio)

    @asynccontextmanager
    async def working(self) -> AsyncIterator["Crew"]:
        """Run everything; on leaving, steps under way are finished first."""
        services = [
            asyncio.create_task(self._supervised(name, service), name=name)
            for name, service in self.services.items()
        ]
        await self.listener.ready.wait()
        steps = asyncio.create_task(self._supervised("steps", self._steps), name="steps")
        try:
            yield self
        finally:
            await self._stop_steps(steps)
            # Before the services, because one of them hosts the preview engine.
            await self.line.engines.close()
            for service in services:
                service.cancel()
            await asyncio.gather(*services, return_exceptions=True)

    async def _steps(self) -> None:
        # A fresh one at each start: a lost connection ends the old one for good.
        self.queuer = PgQueuer(
            self.driver, channel=queue.CHANNEL, queries=queue.queries(self.driver)
        )
        self.queuer.entrypoint(ENTRYPOINT)(self._carry_on)
        most = self.studio.settings.steps
        await self.queuer.run(
            dequeue_timeout=self.dequeue,
            batch_size=max(1, most // 2),
            max_concurrent_tasks=max(2, most),
            heartbeat_timeout=self.heartbeat,
            log_aggregation_interval=timedelta(0),
        )

    async def _carry_on(self, job: Job) -> None:
        assert job.payload is not None
        job_id, key = read_entry(job.payload)
        with marks.of_job(job_id):
            await run(self.line, job_id, key)

    async def _stop_steps(self, steps: asyncio.Task[None]) -> None:
        self.stopping.set()
        if self.queuer:
            self.queuer.shutdown.set()
        done, _ = await asyncio.wait({steps}, timeout=GRACE)
        if not done:
            steps.cancel()
            await asyncio.gather(steps, return_exceptions=True)

    async def _keep_engines_open(self) -> None:
        while True:
            await self.line.engines.open_all()
            await asyncio.sleep(5)

    async def _supervised(self, name: str, service: Service) -> None:
        """Start again what ends by a fault, ever more slowly."""
        pause, clock = SHORTEST_PAUSE, asyncio.get_running_loop().time
        while not self.stopping.is_set():
            started = clock()
            try:
                await service()
            except Exception:
                log.exception("%s stopped and is started again", name)
            if self.stopping.is_set():
                return
            pause = SHORTEST_PAUSE if clock() - started > 60 else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)
