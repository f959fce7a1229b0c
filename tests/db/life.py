"""What becomes of a work and its jobs, without a database: the rules of the state table."""

from dataclasses import dataclass, field
from uuid import UUID

OPEN = ("pending", "taken", "processing")
ENDED = ("completed", "failed", "cancelled")
MOVES = {
    ("pending", "taken"),
    ("taken", "processing"),
    ("processing", "completed"),
    *((state, end) for state in OPEN for end in ("failed", "cancelled")),
    ("taken", "pending"),
    ("processing", "pending"),
}


@dataclass
class Job:
    id: UUID
    output: int
    status: str = "pending"
    step: str = "prepare"
    takes: int = 0
    begun: bool = False
    run: str | None = None
    delivered: bool = False
    tokens: list[UUID] = field(default_factory=list)
    """All it ever had, the present one last."""
    held: set[UUID] = field(default_factory=set)
    """Those that somebody could hold, because it was open."""

    @property
    def open(self) -> bool:
        return self.status in OPEN


@dataclass
class Work:
    id: UUID
    jobs: list[Job]
    status: str = "pending"
    past: list[str] = field(default_factory=lambda: ["pending"])
    dropped: list[str] = field(default_factory=list)
    """Runs that are wanted no more."""

    @property
    def open(self) -> bool:
        return self.status in OPEN

    # --- by a job -----------------------------------------------------------------------------

    def move_job(self, job: Job, status: str) -> bool:
        """Whether the table has the move; if so, it is made, with what it entails."""
        if status == job.status:
            return True
        if (job.status, status) not in MOVES:
            return False
        self._leave(job, status)
        self._follow()
        return True

    def pass_on(self, job: Job, after: Job) -> None:
        """A stage that is not the last is done, and the next one's job is there at once."""
        job.status = "completed"
        self.jobs.append(after)
        self._follow()

    def drop_job(self, job: Job) -> None:
        was_open = job.open
        if was_open:
            self._leave(job, "cancelled")
        self.jobs.remove(job)
        if was_open:
            self._follow()

    def _leave(self, job: Job, status: str) -> None:
        if status in ("pending", "failed", "cancelled"):
            if job.run and job.status in ("taken", "processing"):
                self.dropped.append(job.run)
            job.delivered = False
        if status == "pending":
            job.step, job.takes, job.begun, job.run = "prepare", job.takes + 1, False, None
        job.status = status

    def _follow(self) -> None:
        if not self.open:
            return
        found = [job.status for job in self.jobs]
        if not set(found) & set(OPEN):
            delivered = any(job.delivered for job in self.jobs)
            failed = "failed" in found
            self._become("completed" if delivered else "failed" if failed else "cancelled")
        elif "processing" in found:
            self._become("processing")
        elif "taken" in found and self.status == "pending":
            self._become("taken")
        elif not {"taken", "completed", "failed"} & set(found):
            self._become("pending")

    # --- by hand ------------------------------------------------------------------------------

    def move(self, status: str) -> bool:
        """Whether the table has the move; jobs come along where the work ends or begins anew."""
        if status == self.status:
            return True
        if (self.status, status) not in MOVES:
            return False
        self._become(status)
        for job in self.jobs:
            if status in ENDED and job.open:
                self._leave(job, "cancelled")
            elif status == "pending" and job.status in ("taken", "processing"):
                self._leave(job, "pending")
        return True

    def _become(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.past.append(status)
