"""A worker as the control plane sees it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from affiche.emulators.runpod.jobs import Job

State = Literal["initializing", "idle", "running", "throttled", "unhealthy"]
STATES: Final[tuple[State, ...]] = ("initializing", "idle", "running", "throttled", "unhealthy")
ALIVE: Final[tuple[State, ...]] = ("initializing", "idle", "running", "throttled")


@dataclass(slots=True, eq=False)
class Worker:
    """`own` are the workers that the emulator started; `silent` ones run in this process and are
    not expected to ping. `end` stops what it is made of, at once or with time to finish."""

    id: str
    own: bool
    silent: bool
    state: State = "initializing"
    gone: bool = False
    seen: float = 0.0
    polls: int = 0
    jobs: dict[str, Job] = field(default_factory=dict)
    end: Callable[[bool], None] = field(default=lambda at_once: None)
    interrupt: Callable[[Job], None] = field(default=lambda job: None)
    timer: asyncio.TimerHandle | None = None
    _stops: list[str] = field(default_factory=list)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, job: Job) -> None:
        """Tell the worker to let go of one job."""
        self.interrupt(job)
        self._stops.append(job.id)
        self._stopping.set()

    async def stops(self, hold: float) -> list[str]:
        """The jobs to stop; none when there were none for `hold` real seconds."""
        try:
            async with asyncio.timeout(hold):
                await self._stopping.wait()
        except TimeoutError:
            return []
        out, self._stops = self._stops, []
        if not self.gone:
            self._stopping.clear()
        return out

    def release(self) -> None:
        """Nothing more is held back from it."""
        self.gone = True
        self._stopping.set()

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
