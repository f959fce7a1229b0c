"""A worker in this process, which hands its results in as the SDK does."""

import asyncio
import json
import traceback
from collections.abc import Callable
from typing import Any

from affiche.emulators.runpod.jobs import Job
from affiche.emulators.runpod.options import Handler
from affiche.emulators.runpod.queue import Queue
from affiche.emulators.runpod.workers import Worker

Done = Callable[[Worker, str, dict[str, Any]], object]


class BuiltIn:
    """Runs jobs of `queue` as `worker`; `done` takes results, and progress with a status."""

    def __init__(self, worker: Worker, queue: Queue, handler: Handler, done: Done) -> None:
        self._worker, self._queue, self._handler, self._done = worker, queue, handler, done
        self._running: dict[str, asyncio.Task[None]] = {}
        worker.interrupt = self._interrupt

    async def work(self, concurrency: int) -> None:
        """Until cancelled; what runs then ends without a result."""
        try:
            await asyncio.gather(*(self._loop() for _ in range(concurrency)))
        finally:
            for task in self._running.values():
                task.cancel()

    async def _loop(self) -> None:
        while True:
            for job in await self._queue.take(self._worker):
                if not job.request.input:
                    # The SDK cannot read such a job, and goes on to the next.
                    continue
                task = asyncio.create_task(self._run(job))
                self._running[job.id] = task
                await asyncio.gather(task, return_exceptions=True)
                self._running.pop(job.id, None)

    def _interrupt(self, job: Job) -> None:
        if (task := self._running.get(job.id)) is not None:
            task.cancel()

    async def _run(self, job: Job) -> None:
        def progress(value: Any) -> None:
            self._done(self._worker, job.id, {"status": "IN_PROGRESS", "output": value})

        try:
            output = await self._handler(job.request.input, progress)
            result: dict[str, Any] = {"output": output}
            if isinstance(output, dict) and (output := dict(output)).get("error"):
                # The SDK takes the error out, and leaves out an output that nothing is left of.
                result = {"error": output.pop("error"), **({"output": output} if output else {})}
        except Exception as error:
            result = {"error": self._told(error)}
        self._done(self._worker, job.id, result)

    def _told(self, error: Exception) -> str:
        """As the SDK words an exception that left a handler."""
        said = {
            "error_type": str(type(error)),
            "error_message": str(error),
            "error_traceback": "".join(traceback.format_exception(error)),
            "hostname": "unknown",
            "worker_id": self._worker.id,
        }
        return json.dumps(said)
