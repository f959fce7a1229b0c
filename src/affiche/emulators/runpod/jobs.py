"""A job, and what is told of it."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from affiche.emulators.plan import Asker

if TYPE_CHECKING:
    from affiche.emulators.runpod.workers import Worker

ENDS: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"})


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for; `execution` and `ttl` are seconds from its policy."""

    input: dict[str, Any]
    sync: bool = False
    webhook: str | None = None
    execution: float | None = None
    ttl: float | None = None
    low: bool = False
    s3: dict[str, Any] | None = None


@dataclass(slots=True, eq=False)
class Job:
    """One job. Times are the clock's; `output` and `progress` are JSON text, None for none."""

    id: str
    number: int
    request: Request
    created: float
    queued: float
    status: str = "IN_QUEUE"
    worker: "Worker | None" = None
    worker_id: str | None = None
    taken: float | None = None
    ended: float | None = None
    seen: float = 0.0
    retries: int = 0
    stuck: bool = False
    progress: str | None = None
    output: str | None = None
    error: str | None = None
    chunks: list[str] = field(default_factory=list)
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def asker(self) -> Asker:
        return Asker(self.id, self.number)

    @property
    def over(self) -> bool:
        return self.status in ENDS

    def stop_timers(self, *names: str) -> None:
        for name in names or tuple(self.timers):
            if (timer := self.timers.pop(name, None)) is not None:
                timer.cancel()

    def told(self, **more: Any) -> bytes:
        """The status object as JSON, as /status and webhooks give it."""
        said: dict[str, Any] = {"id": self.id, "status": self.status}
        if self.taken is not None:
            said["delayTime"] = round((self.taken - self.queued) * 1000)
            if self.ended is not None:
                said["executionTime"] = round((self.ended - self.taken) * 1000)
        if self.retries:
            said["retries"] = self.retries
        if self.worker_id is not None:
            said["workerId"] = self.worker_id
        if self.error is not None:
            said["error"] = self.error
        text = json.dumps(said | more)
        output = self.output if self.over else self.progress
        # It may be megabytes, and is asked for often: written once, when it came.
        return (text if output is None else f'{text[:-1]}, "output": {output}}}').encode()

    def handed(self) -> dict[str, Any]:
        """What a worker is given. An empty input is left out, which is why the SDK cannot take
        such a job and it times out."""
        given: dict[str, Any] = {"id": self.id}
        if self.request.input:
            given["input"] = self.request.input
        if self.request.s3 is not None:
            given["s3Config"] = self.request.s3
        return given
