"""Runs of works, for operators: listed, found stuck, sent back and ended."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, BODY, PAGE, Because, Operating, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.shapes import Status
from affiche.api.works import Name
from affiche.errors import InvalidInputs, NotFound, TransitionRefused
from affiche.studio import jobs
from affiche.studio.jobs import Job, Stuck, Why
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/jobs", tags=["admin"], route_class=StrictRoute)
MOVED: Final = (*BODY, NotFound, TransitionRefused)


class JobShape(BaseModel):
    """One run of one stage of a work. `stands_for`: seconds since it last moved, or has ended."""

    id: UUID
    work_id: UUID
    user_id: UUID
    project_id: UUID | None
    template: str
    stage: int = Field(description="From 1.")
    output: int = Field(description="From 1.")
    endpoint: str | None
    status: Status
    step: str
    priority: int
    takes: int
    external_id: str | None = Field(description="What its engine calls it.")
    error_code: str | None
    error_params: dict[str, Any] | None
    stands_for: float
    run_at: datetime
    deadline_at: datetime | None
    created_at: datetime
    updated_at: datetime
    taken_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    execution_seconds: float | None


class StuckShape(JobShape):
    why: Why = Field(
        description="`no_step`: no step began for a while; `overdue`: past its deadline;"
        " `unobserved`: nobody asks its engine."
    )


class JobPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    jobs: list[JobShape]
    next: str | None


class StuckJobs(BaseModel):
    """The longest first."""

    jobs: list[StuckShape]


@router.get("", responses=refusals(*ALL, InvalidInputs))
async def list_all_jobs(
    request: Request,
    caller: Annotated[Caller, Depends(looking("jobs.list"))],
    status: Annotated[Status | None, Query(description="Only those.")] = None,
    endpoint: Annotated[Name | None, Query(description="By its name.")] = None,
    code: Annotated[Name | None, Query(description="Of what made them fail.")] = None,
    before: Annotated[UUID | None, Query(description="Runs older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> JobPage:
    """Everybody's runs, newest first, page by page."""
    studio = studio_of(request)
    found = await jobs.page(
        studio,
        caller,
        status=status,
        endpoint=endpoint,
        code=code,
        before=before,
        limit=limit + 1,
    )
    shown, following = found[:limit], None
    if len(found) > limit:
        asked = {"status": status, "endpoint": endpoint, "code": code}
        query = {name: value for name, value in asked.items() if value is not None}
        query |= {"before": str(shown[-1].id), "limit": str(limit)}
        following = f"/v1/admin/jobs?{urlencode(query)}"
    now = studio.now()
    return JobPage(jobs=[shape(each, now) for each in shown], next=following)


@router.get("/stuck", responses=refusals(*ALL, InvalidInputs))
async def list_stuck_jobs(
    request: Request,
    caller: Annotated[Caller, Depends(looking("jobs.stuck"))],
    minutes: Annotated[
        int, Query(ge=0, le=100_000, description="For how long nothing moved.")
    ] = 10,
) -> StuckJobs:
    """Runs that are under way and that nobody is at: the sweep takes up most of them by itself."""
    studio = studio_of(request)
    found = await jobs.stuck(studio, caller, after=timedelta(minutes=minutes))
    now = studio.now()
    return StuckJobs(jobs=[_stuck(each, now) for each in found])


@router.get("/{job_id}", responses=refusals(*ALL, NotFound))
async def read_any_job(
    request: Request, job_id: UUID, caller: Annotated[Caller, Depends(looking("jobs.show"))]
) -> JobShape:
    """One run."""
    studio = studio_of(request)
    return shape(await jobs.get(studio, caller, job_id), studio.now())


@router.post("/{job_id}/requeue", responses=refusals(*MOVED))
async def requeue_job(
    request: Request, job_id: UUID, asked: Because, caller: Operating
) -> JobShape:
    """Send it back to the beginning: it counts a take, and what is on an engine is stopped."""
    studio = studio_of(request)
    return shape(await jobs.requeue(studio, caller, job_id, reason=asked.reason), studio.now())


@router.post("/{job_id}/fail", responses=refusals(*MOVED))
async def fail_job(request: Request, job_id: UUID, asked: Because, caller: Operating) -> JobShape:
    """Let it fail; its output is refunded at the end of its work."""
    studio = studio_of(request)
    return shape(await jobs.fail(studio, caller, job_id, reason=asked.reason), studio.now())


@router.post("/{job_id}/cancel", responses=refusals(*MOVED))
async def cancel_job(request: Request, job_id: UUID, asked: Because, caller: Operating) -> JobShape:
    """Cancel it; its output is refunded at the end of its work."""
    studio = studio_of(request)
    return shape(await jobs.cancel(studio, caller, job_id, reason=asked.reason), studio.now())


def shape(job: Job, now: datetime) -> JobShape:
    return JobShape(**_about(job, now))


def _stuck(job: Stuck, now: datetime) -> StuckShape:
    return StuckShape(**_about(job, now), why=job.why)


def _about(job: Job, now: datetime) -> dict[str, Any]:
    same = [name for name in JobShape.model_fields if hasattr(job, name) and name != "stage"]
    own = {name: getattr(job, name) for name in same}
    counted = {"stage": job.stage + 1, "output": job.output_index + 1}
    return own | counted | {"stands_for": round(job.seconds(now), 3)}
