"""One endpoint: its jobs, from being asked for to being forgotten."""

import asyncio
import contextlib
import json
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from affiche.emulators.runpod.clock import Clock
from affiche.emulators.runpod.faults import POINTS, SHAPES, Fault, Faults
from affiche.emulators.runpod.fleet import Fleet
from affiche.emulators.runpod.jobs import Job, Request
from affiche.emulators.runpod.options import Terms
from affiche.emulators.runpod.queue import Queue
from affiche.emulators.runpod.webhooks import Webhooks
from affiche.emulators.runpod.workers import Worker


class Refused(Exception):
    """A result that is not taken: too large, or its error is no string."""


@dataclass(slots=True)
class Endpoint:
    """Jobs move here and nowhere else. `number` counts the jobs of the whole server."""

    name: str
    terms: Terms
    clock: Clock
    faults: Faults
    webhooks: Webhooks
    variables: Callable[[str], dict[str, str]]
    grace: float
    jobs: dict[str, Job] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    queue: Queue = field(init=False)
    fleet: Fleet = field(init=False)

    def __post_init__(self) -> None:
        self.queue = Queue(self._handed)
        self.fleet = Fleet(
            self.name, self.terms, self.clock, self.faults, self.queue,
            self._handed_in, self.variables, self.grace,
        )  # fmt: skip
        self.fleet.scale()

    def submit(self, request: Request, number: int) -> Job:
        """Accept a job."""
        now = self.clock.now()
        name = f"sync-{uuid.uuid4()}-u1" if request.sync else f"{uuid.uuid4()}-u1"
        job = Job(name, number, request, created=now, queued=now)
        self.jobs[job.id] = job
        ttl = self.terms.ttl if request.ttl is None else request.ttl
        job.timers["ttl"] = self.clock.later(ttl, self.delete, job)
        fault = self.faults.take("queue", POINTS["queue"], self.name, asker=job.asker)
        if fault is None:
            self._enqueue(job)
        elif fault.kind == "delay":
            timer = asyncio.get_running_loop().call_later(fault.seconds, self._enqueue, job)
            job.timers["queue"] = timer
        if request.webhook:
            self.webhooks.forged(job, self.name)
        return job

    def _enqueue(self, job: Job, *, first: bool = False) -> None:
        job.timers.pop("queue", None)
        self.queue.put(job, first=first)
        self.fleet.scale()

    def cancel(self, job: Job) -> None:
        if not job.over:
            self._end(job, "CANCELLED", stop=True)

    def retry(self, job: Job) -> bool:
        """Ask for a failed job again; whether that is possible."""
        if job.status not in ("FAILED", "TIMED_OUT"):
            return False
        job.stop_timers("keep")
        job.error = job.output = None
        job.retries = 0
        self._requeue(job)
        return True

    def purge(self) -> int:
        """Take out what waits; how many that were. Nobody finds them any more."""
        out = self.queue.clear()
        for job in out:
            self.delete(job)
        return len(out)

    def delete(self, job: Job) -> None:
        """Forget a job, whatever becomes of it."""
        job.stop_timers()
        self.queue.remove(job)
        self.jobs.pop(job.id, None)
        if job.worker is not None:
            job.worker.stop(job)
            self._detach(job)
        self._wake(job)

    def health(self) -> dict[str, Any]:
        jobs = {
            "completed": self.ended["COMPLETED"],
            "failed": self.ended["FAILED"] + self.ended["TIMED_OUT"],
            "inProgress": sum(job.status == "IN_PROGRESS" for job in self.jobs.values()),
            "inQueue": len(self.queue),
            "retried": self.retried,
        }
        return {"jobs": jobs, "workers": self.fleet.counted()}

    def pinged(self, worker: Worker, named: list[str]) -> None:
        """The worker lives, and says that it works on these jobs."""
        for name in named:
            if (job := worker.jobs.get(name)) is not None:
                job.seen = self.clock.now()

    def chunk(self, worker: Worker, job_id: str, output: Any) -> None:
        if (job := worker.jobs.get(job_id)) is not None:
            job.chunks.append(json.dumps(output))

    def done(self, worker: Worker, job_id: str, said: dict[str, Any]) -> None:
        """What a worker hands in: progress, or a result. Of a job that it does not hold, or any
        more, nothing is taken. Raises Refused, and then the job has ended without an output."""
        job = worker.jobs.get(job_id)
        if job is None:
            return
        if said.get("status") == "IN_PROGRESS":
            job.progress = json.dumps(said["output"]) if "output" in said else None
            return
        if said.get("stopPod"):
            asyncio.get_running_loop().call_soon(self.fleet.stop, worker)
        fault = self.faults.take("result", POINTS["result"], self.name, asker=job.asker)
        if fault is not None and fault.kind == "delay":
            timer = asyncio.get_running_loop().call_later(fault.seconds, self._late, job, said)
            job.timers["result"] = timer
        elif not job.stuck:
            self._result(job, said, fault)

    def _late(self, job: Job, said: dict[str, Any]) -> None:
        with contextlib.suppress(Refused):
            self._result(job, said, None)

    def _handed_in(self, worker: Worker, job_id: str, said: dict[str, Any]) -> None:
        """`done` for a worker in this process, to whom nobody answers."""
        with contextlib.suppress(Refused):
            self.done(worker, job_id, said)

    def _result(self, job: Job, said: dict[str, Any], fault: Fault | None) -> None:
        if fault is not None and fault.kind == "lose":
            self._unheard(job)
            return
        if fault is not None and fault.kind in ("junk", "fail"):
            said = (
                {"output": SHAPES[fault.shape]}
                if fault.kind == "junk"
                else {"error": fault.message}
            )
        output = json.dumps(said["output"]) if "output" in said else None
        error = said.get("error")
        cap = self.terms.sync_cap if job.request.sync else self.terms.run_cap
        large = (len(output or "") > cap) or (fault is not None and fault.kind == "enlarge")
        if large or not isinstance(error, str | None):
            # As people saw it: the worker is told 400, and the job is completed without an output.
            self._end(job, "COMPLETED")
            raise Refused
        job.output, job.error = output, error
        self._end(job, "FAILED" if error else "COMPLETED")
        if fault is not None and fault.kind == "expire":
            self.delete(job)

    def _handed(self, job: Job, worker: Worker) -> None:
        now = self.clock.now()
        job.status, job.worker, job.worker_id = "IN_PROGRESS", worker, worker.id
        job.taken = job.seen = now
        self.fleet.busy(worker, job)
        fault = self.faults.take("work", POINTS["work"], self.name, worker.id, asker=job.asker)
        if fault is not None and fault.kind == "stick":
            job.stuck = True
            return
        limit = job.request.execution
        limit = self.terms.execution if limit is None else limit
        job.timers["execution"] = self.clock.later(limit, self._end, job, "TIMED_OUT", True)
        if not worker.silent or not job.request.input:
            self._unheard(job)
        if fault is not None:
            loop = asyncio.get_running_loop()
            job.timers["kill"] = loop.call_later(fault.seconds, self._kill, worker, job)

    def _kill(self, worker: Worker, job: Job) -> None:
        self._unheard(job)
        self.fleet.stop(worker, at_once=True)

    def _unheard(self, job: Job) -> None:
        """From now on somebody has to ping for the job."""
        if "lost" not in job.timers:
            job.timers["lost"] = self.clock.later(self.terms.lost_after, self._look, job)

    def _look(self, job: Job) -> None:
        left = job.seen + self.terms.lost_after - self.clock.now()
        if left > 0.001:
            job.timers["lost"] = self.clock.later(left, self._look, job)
            return
        job.timers.pop("lost", None)
        if job.retries:
            job.error = f"job timed out after {job.retries} retries"
            self._end(job, "FAILED")
            return
        job.retries += 1
        self.retried += 1
        self._detach(job)
        self._requeue(job, first=True)

    def _requeue(self, job: Job, *, first: bool = False) -> None:
        job.stop_timers("execution", "lost", "kill", "result")
        job.status, job.worker_id, job.progress = "IN_QUEUE", None, None
        job.taken = job.ended = None
        job.queued = self.clock.now()
        self._enqueue(job, first=first)

    def _end(self, job: Job, status: str, stop: bool = False) -> None:
        job.stop_timers(*(name for name in job.timers if name != "ttl"))
        job.status, job.ended = status, self.clock.now()
        self.ended[status] += 1
        self.queue.remove(job)
        if job.worker is not None:
            if stop:
                job.worker.stop(job)
            self._detach(job)
        keep = self.terms.keep_sync if job.request.sync else self.terms.keep
        job.timers["keep"] = self.clock.later(keep, self.delete, job)
        self._wake(job)
        if job.request.webhook and status in self.terms.webhook_states:
            self.webhooks.ended(job, self.name, self.terms)

    def _detach(self, job: Job) -> None:
        worker, job.worker = job.worker, None
        if worker is not None:
            self.fleet.let_go(worker, job)

    @staticmethod
    def _wake(job: Job) -> None:
        for waiting in job.waiting:
            if not waiting.done():
                waiting.set_result(None)
        job.waiting.clear()
