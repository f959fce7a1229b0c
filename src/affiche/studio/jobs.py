"""Runs as operators see them: listed, found stuck, and sent back or ended by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db.database import Transaction
from affiche.errors import EndedByOperator, NotFound, TransitionRefused
from affiche.studio import audit
from affiche.studio.audit import LAST, checked_reason, require_operator
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

STUCK_AFTER: Final = timedelta(minutes=10)
"""Taken for so long without a step, as the first studio counted it."""
UNDER_WAY: Final = ("taken", "processing")
STANDING: Final = ("pending", *UNDER_WAY)
Why = Literal["no_step", "overdue", "unobserved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of one stage. `output_index` from 0; `endpoint`: its name, None while it has none."""

    id: UUID
    work_id: UUID
    user_id: UUID
    project_id: UUID | None
    template: str
    stage: int
    output_index: int
    endpoint: str | None
    status: str
    step: str
    priority: int
    takes: int
    external_id: str | None
    error_code: str | None
    error_params: dict[str, Any] | None
    run_at: datetime
    deadline_at: datetime | None
    created_at: datetime
    updated_at: datetime
    taken_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    execution_seconds: float | None

    def seconds(self, now: datetime) -> float:
        """How long it has stood as it stands."""
        return max(0.0, (now - (self.ended_at or self.updated_at)).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck(Job):
    """`why`: no step began for a while, its deadline is over, or nobody asks its engine."""

    why: Why


async def page(
    studio: Studio,
    operator: Caller,
    *,
    status: str | None = None,
    endpoint: str | None = None,
    code: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Job]:
    """Newest first; the next page begins `before` the last id. `code`: of what made them fail.

    Raises Forbidden.
    """
    require_operator(operator)
    asked: dict[str, Any] = {
        "endpoint": endpoint,
        "code": code,
        "before": before or LAST,
        "limit": max(1, min(limit, 200)),
    }
    async with studio.database.singly() as service:
        if status == "failed" or (status is None and code is not None):
            return await service.all(Job, "jobs.page_failed", **asked)
        if status == "cancelled":
            return await service.all(Job, "jobs.page_cancelled", **asked)
        if status in UNDER_WAY:
            return await service.all(Job, "jobs.page_under_way", status=status, **asked)
        return await service.all(Job, "jobs.page", status=status, **asked)


async def stuck(
    studio: Studio, operator: Caller, *, after: timedelta = STUCK_AFTER, limit: int = 100
) -> list[Stuck]:
    """Those that stand still, the longest first. The sweep takes most of them up again within
    minutes; what is listed here it did not. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        return await service.all(Stuck, "jobs.stuck", after=after, limit=max(1, min(limit, 1000)))


async def get(studio: Studio, operator: Caller, job_id: UUID) -> Job:
    """Raises Forbidden, NotFound."""
    require_operator(operator)
    async with studio.database.singly() as service:
        found = await service.maybe(Job, "jobs.by_id", id=job_id)
    if found is None:
        raise NotFound(what="job")
    return found


async def of_work(studio: Studio, operator: Caller, work_id: UUID) -> list[Job]:
    """All of one work. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        return await service.all(Job, "jobs.of_work", work_id=work_id)


async def requeue(studio: Studio, operator: Caller, job_id: UUID, *, reason: str) -> Job:
    """Back to pending, from the beginning; it counts a take, and a run on an engine is stopped.

    Raises Forbidden, NotFound, InvalidInputs, TransitionRefused unless it is under way.
    """

    async def move(service: Transaction, _: Language) -> None:
        await service.run("jobs.requeue", id=job_id)

    return await _move(studio, operator, job_id, "jobs.requeue", UNDER_WAY, reason, move)


async def fail(studio: Studio, operator: Caller, job_id: UUID, *, reason: str) -> Job:
    """Give it up; its output is refunded at the end of its work. As `requeue` else."""
    error = EndedByOperator()

    async def move(service: Transaction, language: Language) -> None:
        await service.run(
            "jobs.end",
            id=job_id,
            status="failed",
            error_code=error.code,
            error_params=Jsonb({}),
            error_message=error.message(language),
        )

    return await _move(studio, operator, job_id, "jobs.fail", STANDING, reason, move)


async def cancel(studio: Studio, operator: Caller, job_id: UUID, *, reason: str) -> Job:
    """As `fail`; a work none of whose jobs failed is then cancelled, not failed."""

    async def move(service: Transaction, _: Language) -> None:
        await service.run(
            "jobs.end",
            id=job_id,
            status="cancelled",
            error_code=None,
            error_params=None,
            error_message=None,
        )

    return await _move(studio, operator, job_id, "jobs.cancel", STANDING, reason, move)


async def _move(
    studio: Studio,
    operator: Caller,
    job_id: UUID,
    action: str,
    allowed: tuple[str, ...],
    reason: str,
    move: Callable[[Transaction, Language], Awaitable[None]],
) -> Job:
    require_operator(operator)
    why = checked_reason(reason)
    async with studio.database.as_service() as service:
        rows = await service.rows("jobs.lock", id=job_id)
        if not rows:
            raise NotFound(what="job")
        if rows[0]["status"] not in allowed:
            raise TransitionRefused(status=rows[0]["status"])
        await move(service, rows[0].pop("language"))
        after = (await service.rows("jobs.lock", id=job_id))[0]
        after.pop("language")
        await audit.record(
            service, studio, operator, action, job_id, reason=why, before=rows[0], after=after
        )
    return await get(studio, operator, job_id)
