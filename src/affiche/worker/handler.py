"""What answers RunPod's jobs: one call for each, from the input to the answer."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from affiche import __version__
from affiche.comfy.transport import MB, Limits, Transport
from affiche.domain.templates import Template
from affiche.errors import (
    AfficheError,
    EngineError,
    EngineRefused,
    EngineUnreachable,
    GpuFailed,
    ResultTooLarge,
    RunLost,
)
from affiche.graphs.graph import load
from affiche.graphs.models import models
from affiche.worker.course import Course
from affiche.worker.delivery import Carrier, bucket_of, delivered
from affiche.worker.failures import diagnosed, failure
from affiche.worker.fitness import Fitness, Unfit
from affiche.worker.inputs import PingIn, parse
from affiche.worker.planning import planned
from affiche.worker.plans import Plan
from affiche.worker.progress import PAUSE, Reporter, Update
from affiche.worker.results import Job, answer
from affiche.worker.runs import Runner
from affiche.worker.settings import WorkerSettings

Post = Callable[[Mapping[str, Any], Update], Awaitable[None]]

# Videos; what a job may post is looked at later.
LIMITS: Final = Limits(file_bytes=512 * MB)
_log = logging.getLogger(__name__)


async def unheard(job: Mapping[str, Any], update: Update) -> None:
    """For where nobody takes progress."""


class Worker:
    """The handler's state. `post` sends an update of a job's progress; `on_fault` is called once
    the card has failed, after which nothing more will come of this process."""

    def __init__(
        self,
        settings: WorkerSettings,
        template: Template | None = None,
        *,
        post: Post = unheard,
        on_fault: Callable[[], None] = lambda: None,
        rng: random.Random | None = None,
        fitness: Callable[..., Fitness] = Fitness,
        progress_pause: float = PAUSE,
        waited: bool = False,
    ) -> None:
        self.settings = settings
        self.template = template
        self._post = post
        self._on_fault = on_fault
        self._rng = rng or random.SystemRandom()
        self._progress_pause = progress_pause
        self._jobs = 0
        self._transport = Transport(settings.comfyui, LIMITS)
        self.runner = Runner(self._transport)
        needed = template.models if template else ()
        self.fitness = fitness(settings, self.runner.client, needed, waited=waited)

    async def handle(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """The output of a job, or `{"error", "code", "params"}` with what there is.

        Cancelled, it stops the run on ComfyUI first. No update of the progress is on its way
        any more when it returns. Raises nothing else.
        """
        reporter = Reporter(partial(self._post, job), self._progress_pause)
        self._jobs += 1
        try:
            return await self._answered(job, reporter)
        finally:
            self._jobs -= 1
            await reporter.close()
            # Nobody tells when the SDK's loop ends; between jobs nothing is left open.
            if not self._jobs:
                await self._transport.close()

    async def _answered(self, job: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
        begun = asyncio.get_running_loop().time()
        try:
            asked = parse(job.get("input"))
            if isinstance(asked, PingIn):
                return {"pong": True, "worker": __version__}
            settings = self.settings
            carrier = Carrier(
                settings.result_bytes,
                await bucket_of(job, settings.bucket, settings.fetch_private),
                timedelta(hours=settings.link_hours),
                str(job.get("id") or "job"),
            )
            most = settings.upload_bytes
            plan = await asyncio.to_thread(planned, asked, self.template, self._rng, most)
            await self.fitness.check(package=plan.shape == "parameters")
        except Exception as error:
            return self._failed(error)
        course = Course(plan, self.runner, settings, reporter)
        return await self._ran(course, plan, carrier, begun)

    async def _ran(
        self, course: Course, plan: Plan, carrier: Carrier, begun: float
    ) -> dict[str, Any]:
        failed: Exception | None = None
        try:
            await course.run()
        except Exception as error:
            failed = error
        made, said = course.results(failed=failed is not None)
        seconds = asyncio.get_running_loop().time() - begun
        # What is left of a failed job must not be taken for its picture.
        shape = plan.shape if failed is None else "workflow"
        told = Job(shape, plan.seed, course.runs, seconds)
        try:
            files = await delivered(carrier, made, said, plan.deliver)
            answered = await asyncio.to_thread(answer, told, files, said)
        except (AfficheError, OSError, ValueError) as error:
            # It does not hide why the job failed.
            failed = failed or error
            texts = [] if isinstance(error, ResultTooLarge) else said
            answered = answer(told, [], texts)
        if failed is None:
            return answered
        remedies = await self._remedies(plan) if isinstance(failed, EngineRefused) else []
        return {**answered, **self._failed(failed, remedies)}

    async def _remedies(self, plan: Plan) -> list[str]:
        """Of a graph that was refused: the models that it lacks, if that is why."""
        wanted = {(m.folder, m.name): m for s in plan.stages for m in models(load(s.graph))}
        try:
            return await self.fitness.lacking(wanted.values())
        except EngineError:
            return []

    def _failed(self, error: Exception, remedies: Sequence[str] = ()) -> dict[str, Any]:
        error = diagnosed(error)
        answered = failure(error)
        if remedies:
            _log.error("what the workflow lacks: %s", " ".join(remedies))
            answered["error"] = " ".join([answered["error"], *remedies])
        if isinstance(error, EngineUnreachable | EngineRefused | RunLost):
            self.fitness.doubt()
        if isinstance(error, GpuFailed):
            # The SDK takes this key out and has the platform stop the machine.
            answered["refresh_worker"] = True
            self._on_fault()
        if isinstance(error, Unfit) and error.replace:
            answered["refresh_worker"] = True
        return answered
