"""The state of one emulated cloud."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from affiche.emulators.runpod.clock import Clock
from affiche.emulators.runpod.counts import Counts
from affiche.emulators.runpod.endpoint import Endpoint
from affiche.emulators.runpod.faults import Asker, Faults
from affiche.emulators.runpod.jobs import Job, Request
from affiche.emulators.runpod.limits import Limits
from affiche.emulators.runpod.options import Options
from affiche.emulators.runpod.pods import environment
from affiche.emulators.runpod.webhooks import Webhooks

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Service:
    """Everything a request handler may ask of the server.

    `base` (the URL up to `/v2`, as workers see it) and `hang_up` are set by whoever owns the port.
    """

    options: Options
    base: str = ""
    hang_up: Callable[[Any, bool], None] = field(default=lambda client, at_once: None)
    faults: Faults = field(default_factory=Faults)
    counts: Counts = field(default_factory=Counts)
    clock: Clock = field(init=False)
    webhooks: Webhooks = field(init=False)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)
    asked: int = 0
    _ended_before: Counter[str] = field(default_factory=Counter)
    _warned: bool = False

    def __post_init__(self) -> None:
        self.clock = Clock(self.options.clock)
        self.webhooks = Webhooks(self.clock, self.faults)

    def open(self) -> None:
        """Bring up the endpoints that there are from the start."""
        for name in self.options.endpoints or ():
            self.endpoint(name)

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of that id; None if there is none."""
        if (found := self.endpoints.get(name)) is not None:
            return found
        declared = self.options.endpoints
        terms = self.options.terms if declared is None else declared.get(name)
        if terms is None or not name:
            return None

        def variables(worker: str) -> dict[str, str]:
            options = self.options
            return environment(self.base, name, worker, options.key, options.ping_interval)

        self.limits[name] = Limits(terms.limits)
        self.endpoints[name] = made = Endpoint(
            name, terms, self.clock, self.faults, self.webhooks, variables, self.options.grace
        )
        return made

    def submit(self, endpoint: Endpoint, request: Request) -> Job:
        return endpoint.submit(request, self.asked)

    def asker(self, endpoint: str, job_id: str) -> Asker | None:
        found = self.endpoints.get(endpoint)
        job = found.jobs.get(job_id) if found else None
        return job.asker if job else None

    def counted(self) -> dict[str, Any]:
        """Requests by operation, webhooks, and jobs by how they ended; `polls_per_job` is how many
        /status requests there were for each job that ended."""
        ended = self._ended() - self._ended_before
        told = self.counts.told()
        over = sum(ended.values())
        return {
            **told,
            "webhooks": {"posted": self.webhooks.posted, "answered": self.webhooks.answered},
            "ended": dict(sorted(ended.items())),
            "polls_per_job": round(told["requests"].get("status", 0) / over, 3) if over else None,
        }

    def forget_counts(self) -> None:
        self.counts.clear()
        self.webhooks.posted = self.webhooks.answered = 0
        self._ended_before = self._ended()

    def _ended(self) -> Counter[str]:
        """Jobs by how they ended, since the start: /health goes on counting them."""
        return sum((endpoint.ended for endpoint in self.endpoints.values()), Counter())

    def foreign_worker(self) -> None:
        """Say once why a worker is turned away."""
        if not self._warned:
            self._warned = True
            log.warning(
                "a worker came with another API key; the SDK prefers that of ~/.runpod/config.toml"
            )

    def unwell(self, worker: str, check: str | None, reason: str | None) -> None:
        """Say what a worker found out about itself."""
        log.warning("worker %s is unhealthy: %s: %s", worker, check, reason)

    async def close(self, *, at_once: bool = False) -> None:
        for endpoint in self.endpoints.values():
            await endpoint.fleet.close(at_once=at_once)
            for job in list(endpoint.jobs.values()):
                job.stop_timers()
        await self.webhooks.close()
