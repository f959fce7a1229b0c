"""The workers of one endpoint: started when jobs wait, let go when none come."""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from affiche.emulators.runpod.builtin import BuiltIn
from affiche.emulators.runpod.clock import Clock
from affiche.emulators.runpod.faults import POINTS, Faults
from affiche.emulators.runpod.jobs import Job
from affiche.emulators.runpod.options import Terms
from affiche.emulators.runpod.pods import Pod
from affiche.emulators.runpod.queue import Queue
from affiche.emulators.runpod.workers import ALIVE, STATES, State, Worker

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Fleet:
    """`done` takes what a worker in this process hands in; `variables` are the environment of one
    in another."""

    name: str
    terms: Terms
    clock: Clock
    faults: Faults
    queue: Queue
    done: Callable[[Worker, str, dict[str, Any]], object]
    variables: Callable[[str], dict[str, str]]
    grace: float
    workers: dict[str, Worker] = field(default_factory=dict)
    states: Counter[State] = field(default_factory=Counter)
    closed: bool = False
    _tasks: dict[Worker, asyncio.Task[None]] = field(default_factory=dict)
    _gone: set[str] = field(default_factory=set)

    def counted(self) -> dict[str, int]:
        """Workers by state, as /health shows them."""
        told: dict[str, int] = {state: self.states[state] for state in STATES}
        return dict(sorted({**told, "ready": told["idle"] + told["running"]}.items()))

    @property
    def alive(self) -> int:
        return sum(self.states[state] for state in ALIVE)

    def scale(self) -> None:
        """Start what is missing: one worker for each waiting job that none is coming for."""
        if self.closed or (self.terms.handler is None and not self.terms.command):
            return
        each = max(1, self.terms.concurrency)
        coming = (self.states["initializing"] + self.states["idle"]) * each
        missing = -(-max(0, self.queue.pressing - coming) // each)
        wanted = max(missing, self.terms.standby - self.alive)
        for _ in range(min(wanted, self.terms.workers - self.alive)):
            self._start()

    def heard(self, worker_id: str) -> Worker | None:
        """The worker that says it is `worker_id`; None for one that is gone. One that nobody knows
        was started by hand."""
        worker = self.workers.get(worker_id)
        if worker_id in self._gone:
            return None
        if worker is None:
            worker = self._add(Worker(worker_id, own=False, silent=False))
            self._watch(worker)
        worker.seen = self.clock.now()
        return None if worker.gone else worker

    def ready(self, worker: Worker) -> None:
        """It asks for jobs, so it has started."""
        if worker.state == "initializing":
            self._rest(worker)

    def unwell(self, worker: Worker) -> None:
        """It found itself unfit for jobs."""
        self._be(worker, "unhealthy")

    def busy(self, worker: Worker, job: Job) -> None:
        worker.jobs[job.id] = job
        worker.stop_timer()
        self._be(worker, "running")

    def let_go(self, worker: Worker, job: Job) -> None:
        """The worker has nothing more to do with the job."""
        if worker.jobs.pop(job.id, None) is not None and not worker.jobs and not worker.gone:
            self._rest(worker)

    def stop(self, worker: Worker, *, at_once: bool = False) -> None:
        """End a worker. Its jobs are not given up: nobody hears of them until pings are missed."""
        worker.release()
        worker.stop_timer()
        if worker.watch is not None:
            worker.watch.cancel()
        worker.end(at_once)
        self.queue.release(worker)
        self._drop(worker)
        self.scale()

    async def close(self, *, at_once: bool = False) -> None:
        """End all workers, and wait for those that this server started."""
        self.closed = True
        for worker in list(self.workers.values()):
            self.stop(worker, at_once=at_once)
        tasks = list(self._tasks.values())
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self) -> None:
        silent = self.terms.handler is not None
        worker = self._add(Worker(uuid.uuid4().hex[:14], own=True, silent=silent))
        task = asyncio.create_task(self._live(worker))
        worker.end = partial(_cancel, task)
        self._tasks[worker] = task
        task.add_done_callback(lambda _: self._tasks.pop(worker, None))

    async def _live(self, worker: Worker) -> None:
        """The whole life of a worker that the server starts."""
        fault = self.faults.take("worker", POINTS["worker"], self.name, worker.id)
        if fault is not None and fault.kind == "throttle":
            self._be(worker, "throttled")
            await (asyncio.sleep(fault.seconds) if fault.seconds else self.faults.released())
            self._be(worker, "initializing")
        await self.clock.sleep(self.terms.cold_start)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "fail":
            await self._unwell(worker)
        elif self.terms.handler is not None:
            self._rest(worker)
            await BuiltIn(worker, self.queue, self.terms.handler, self.done).work(
                max(1, self.terms.concurrency)
            )
        else:
            await self._run(worker)

    async def _run(self, worker: Worker) -> None:
        variables = {**self.terms.environment, **self.variables(worker.id)}
        try:
            pod = await Pod.start(self.terms.command, variables, self.grace)
        except OSError as error:
            log.error("a worker does not start: %s", error)
            await self._unwell(worker)
            return
        worker.end = pod.end
        try:
            code = await pod.ended()
        except asyncio.CancelledError:
            pod.end(at_once=True)
            raise
        if worker.gone:
            return
        log.log(logging.WARNING if code else logging.INFO, "worker %s ended: %d", worker.id, code)
        worker.release()
        if code:
            await self._unwell(worker)
        else:
            self._drop(worker)
            self.scale()

    async def _unwell(self, worker: Worker) -> None:
        worker.release()
        self._be(worker, "unhealthy")
        if (task := self._tasks.get(worker)) is not None:
            worker.end = partial(_cancel, task)
        await self.clock.sleep(self.terms.restart_pause)
        self._drop(worker)
        self.scale()

    def _rest(self, worker: Worker) -> None:
        self._be(worker, "idle")
        worker.stop_timer()
        if worker.own:
            worker.timer = self.clock.later(self.terms.idle, self._idled, worker)

    def _idled(self, worker: Worker) -> None:
        worker.timer = None
        if self.alive > self.terms.standby and not worker.gone:
            self.stop(worker)
        elif not worker.gone:
            worker.timer = self.clock.later(self.terms.idle, self._idled, worker)

    def _watch(self, worker: Worker) -> None:
        """A worker started by hand is forgotten when it is not heard of any more."""
        if not worker.polls and self.clock.now() - worker.seen >= self.terms.lost_after:
            self.stop(worker)
        elif not worker.gone:
            worker.watch = self.clock.later(self.terms.lost_after, self._watch, worker)

    def _add(self, worker: Worker) -> Worker:
        worker.seen = self.clock.now()
        self.workers[worker.id] = worker
        self.states[worker.state] += 1
        return worker

    def _drop(self, worker: Worker) -> None:
        if self.workers.pop(worker.id, None) is not None:
            self.states[worker.state] -= 1
            if worker.own:
                self._gone.add(worker.id)

    def _be(self, worker: Worker, state: State) -> None:
        if worker.id in self.workers:
            self.states[worker.state] -= 1
            self.states[state] += 1
        worker.state = state


def _cancel(task: "asyncio.Task[None]", at_once: bool) -> None:
    task.cancel()
