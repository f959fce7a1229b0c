"""Jobs that wait for a worker, and workers that wait for a job."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from affiche.emulators.runpod.jobs import Job
from affiche.emulators.runpod.workers import Worker


@dataclass(slots=True, eq=False)
class _Taker:
    worker: Worker
    most: int
    given: asyncio.Future[list[Job]]


@dataclass(slots=True)
class Queue:
    """First come, first served; jobs of low priority after all others.

    `hand` is called for each job that a worker gets, before that worker hears of it.
    """

    hand: Callable[[Job, Worker], None]
    _jobs: OrderedDict[str, Job] = field(default_factory=OrderedDict)
    _low: OrderedDict[str, Job] = field(default_factory=OrderedDict)
    _takers: dict[_Taker, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._jobs) + len(self._low)

    @property
    def pressing(self) -> int:
        """How many wait for whom workers are started."""
        return len(self._jobs)

    def put(self, job: Job, *, first: bool = False) -> None:
        row = self._low if job.request.low else self._jobs
        row[job.id] = job
        if first:
            row.move_to_end(job.id, last=False)
        self._match()

    def remove(self, job: Job) -> None:
        self._jobs.pop(job.id, None)
        self._low.pop(job.id, None)

    def clear(self) -> list[Job]:
        """Take everything out."""
        out = list(chain(self._jobs.values(), self._low.values()))
        self._jobs.clear()
        self._low.clear()
        return out

    async def take(self, worker: Worker, most: int = 1, hold: float | None = None) -> list[Job]:
        """Up to `most` jobs for `worker`; none when there were none for `hold` real seconds."""
        taker = _Taker(worker, most, asyncio.get_running_loop().create_future())
        self._takers[taker] = None
        self._match()
        try:
            async with asyncio.timeout(hold):
                return await taker.given
        except TimeoutError:
            return []
        finally:
            self._takers.pop(taker, None)

    def release(self, worker: Worker) -> None:
        """Let a worker that waits go without a job."""
        for taker in [taker for taker in self._takers if taker.worker is worker]:
            self._takers.pop(taker)
            if not taker.given.done():
                taker.given.set_result([])

    def _match(self) -> None:
        for taker in list(self._takers) if self._jobs or self._low else ():
            if taker.given.done():
                continue
            found = [self._next() for _ in range(min(taker.most, len(self)))]
            if not found:
                return
            self._takers.pop(taker)
            for job in found:
                self.hand(job, taker.worker)
            taker.given.set_result(found)

    def _next(self) -> Job:
        return (self._jobs or self._low).popitem(last=False)[1]
