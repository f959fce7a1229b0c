"""What the steps of a work have to hand, and how they hold on to their job."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from affiche.db import queue
from affiche.db.database import Database, Transaction
from affiche.db.rows import Rows
from affiche.domain.templates import Template
from affiche.pipeline.engines import Engines
from affiche.pipeline.times import Times
from affiche.studio.studio import Studio
from affiche.studio.uploads import File
from affiche.texts import Language

Entry = tuple[str, bytes, str]
ENTRYPOINT: Final = "carry_on"
# What was held so lately need not be looked at again: a takeover waits longer for a heartbeat.
SURE_SECONDS: Final = 0.5


class Early:
    """Runs whose end was heard before their row said that they run; the latest few thousand."""

    MOST = 4096

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, external_id: str) -> None:
        self._ids[external_id] = None
        if len(self._ids) > self.MOST:
            self._ids.popitem(last=False)

    def pop(self, external_id: str) -> bool:
        if external_id not in self._ids:
            return False
        del self._ids[external_id]
        return True


@dataclass(frozen=True, slots=True)
class Due:
    """A job to be carried on from `step`, on which its row stands under `token`."""

    id: UUID
    step: str
    token: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A step that this process holds, by `token`, with what it needs of job and work.

    `stages`: how many stages of the template its run goes through, from `stage` on. `unsent`: no
    process can have started a run under `external_id` before.
    """

    id: UUID
    work_id: UUID
    user_id: UUID
    stage: int
    stages: int
    output_index: int
    workflow_id: UUID | None
    endpoint_id: UUID | None
    status: str
    step: str
    token: UUID
    takes: int
    external_id: str | None
    deadline_at: datetime
    started_at: datetime | None
    running_at: datetime | None
    busy_since: datetime | None
    parameters: dict[str, Any]
    outputs: list[dict[str, Any]] | None
    template_id: UUID
    template_version: int
    input_data: dict[str, Any]
    seed: int | None
    output_count: int
    asked_at: datetime
    language: Language
    subject: dict[str, Any] | None = None
    project_id: UUID | None = None
    translation: dict[str, Any] | None = None
    # Of the request that asked for the work.
    trace: str | None = None
    # What this hand has found or made since it began, and need not ask for again.
    unsent: bool = False
    files: Mapping[str, File] = field(default_factory=dict)
    sure_until: float = field(default_factory=lambda: time.monotonic() + SURE_SECONDS)

    @property
    def fresh(self) -> UUID:
        """The token under which the next step is held: told beforehand, so that whoever gives
        the job back knows both that it may have."""
        return uuid5(self.token, "next")


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that was written."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A run that was written down: the engine's name of it, if it is known, and whether its end
    was told before that."""

    external_id: str | None
    heard: bool


class Writes:
    """What the steps of many jobs ask of the database, each kind of it together."""

    def __init__(self, database: Database) -> None:
        self.begin = Rows(database, "steps.begin", Begun)
        self.file = Rows(database, "steps.file", File)
        self.held = Rows(database, "steps.held", Touched)
        self.prepared = Rows(database, "steps.prepared", Touched)
        self.submitted = Rows(database, "steps.submitted", Accepted)
        self.observed = Rows(database, "steps.observed", Touched)
        self.ended_well = Rows(database, "steps.ended_well", Touched)
        self.delivered = Rows(database, "steps.delivered", Touched)
        self.passed_on = Rows(database, "stages.passed_on", Touched)
        self.stage_picture = Rows(database, "stages.picture", File)


@dataclass(frozen=True, slots=True)
class Line:
    """The resources of one process's pipeline, shared by all its steps."""

    studio: Studio
    engines: Engines
    writes: "Writes"
    times: Times
    early: Early = field(default_factory=Early)

    @property
    def pause(self) -> timedelta:
        """Before the second take of a job; four times that before the third."""
        return timedelta(seconds=self.studio.settings.retry_seconds)


class Superseded(Exception):
    """Another take of the job holds it now; whatever this one did is void."""


def hold(touched: Touched | int | None) -> None:
    """Every write of a step is conditional on its token: nothing written means it is lost."""
    if touched is None or touched == 0:
        raise Superseded


async def write(rows: Rows[Touched], begun: Begun, **row: Any) -> None:
    """Write the job's row, if this step still holds it; raises Superseded."""
    hold(await rows(job_id=begun.id, token=begun.token, **row))


async def check_held(line: Line, begun: Begun) -> None:
    """Look once more before an effect outside the database; raises Superseded."""
    if time.monotonic() > begun.sure_until:
        await write(line.writes.held, begun)


async def template_of(line: Line, begun: Begun) -> Template:
    studio = line.studio
    return await studio.versions.read(studio.database, begun.template_id, begun.template_version)


def moved(begun: Begun, step: str, **changes: Any) -> Begun:
    """The job as its row now stands: at the next step, which is held under the fresh token."""
    until = time.monotonic() + SURE_SECONDS
    return replace(begun, step=step, token=begun.fresh, sure_until=until, **changes)


def entry(job_id: UUID, step: str, token: UUID) -> Entry:
    """A queue entry that carries the job on from `step`; twice the same is one.

    It may begin only while the row has that token, or to go on where a dead process left it.
    """
    return ENTRYPOINT, f"{job_id}:{token}".encode(), f"{job_id}:{step}:{token}"


def read_entry(payload: bytes) -> tuple[UUID, UUID]:
    """The job's id and the token."""
    job_id, token = payload.decode().split(":")
    return UUID(job_id), UUID(token)


async def enqueue(transaction: Transaction, jobs: Iterable[Due]) -> None:
    """Let each job be carried on, as part of the transaction."""
    await queue.enqueue(transaction, [entry(job.id, job.step, job.token) for job in jobs])
