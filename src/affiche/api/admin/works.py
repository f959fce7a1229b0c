"""Somebody's works, for operators: what they cost, and to ask again, let fail and cancel."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, BODY, Because, Operating, looking
from affiche.api.admin.jobs import JobShape, shape
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.shapes import Status
from affiche.errors import (
    BudgetSpent,
    Conflict,
    CreditsShort,
    NotFound,
    StorageFailed,
    TransitionRefused,
)
from affiche.studio import interventions, jobs, margins
from affiche.studio.interventions import Overview
from affiche.studio.margins import Cost
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/works", tags=["admin"], route_class=StrictRoute)
MOVED: Final = (*BODY, NotFound, TransitionRefused)


class CostShape(BaseModel):
    """What engines took for a work beside what it earned. Money in US dollars; `worth` and
    `margin` are null where the settings do not say what a credit is worth."""

    credits_used: int
    credits_refunded: int
    credits: int = Field(description="That were kept.")
    seconds: Decimal = Field(description="On engines.")
    cost: Decimal
    unpriced: int = Field(description="Runs on endpoints without a price.")
    worth: Decimal | None
    margin: Decimal | None


class OverviewShape(BaseModel):
    """A work without what was asked for. `retries`: those that were asked for in its stead."""

    id: UUID
    number: int
    user_id: UUID
    project_id: UUID | None
    template: str
    status: Status
    engine: str | None
    retry_of: UUID | None
    retries: list[UUID]
    output_count: int
    error_code: str | None
    error_params: dict[str, Any] | None
    credits_used: int
    credits_refunded: int
    created_at: datetime
    ended_at: datetime | None


class WorkDetails(BaseModel):
    work: OverviewShape
    cost: CostShape
    jobs: list[JobShape]


@router.get("/{work_id}", responses=refusals(*ALL, NotFound))
async def read_any_work(
    request: Request, work_id: UUID, caller: Annotated[Caller, Depends(looking("works.show"))]
) -> WorkDetails:
    """A work, its runs, and what it cost and earned."""
    studio = studio_of(request)
    found = await interventions.get(studio, caller, work_id)
    runs, now = await jobs.of_work(studio, caller, work_id), studio.now()
    return WorkDetails(
        work=_shape(found),
        cost=_cost(await margins.cost(studio, caller, work_id)),
        jobs=[shape(each, now) for each in runs],
    )


@router.get("/{work_id}/cost", responses=refusals(*ALL, NotFound))
async def read_cost(
    request: Request, work_id: UUID, caller: Annotated[Caller, Depends(looking("works.cost"))]
) -> CostShape:
    """What engines took for it, at their price per second, beside what it earned."""
    return _cost(await margins.cost(studio_of(request), caller, work_id))


@router.post(
    "/{work_id}/retry",
    status_code=201,
    responses=refusals(*MOVED, Conflict, CreditsShort, BudgetSpent, StorageFailed),
)
async def retry_any_work(
    request: Request, response: Response, work_id: UUID, asked: Because, caller: Operating
) -> OverviewShape:
    """Ask for the same again in its owner's name: a new work, whose `retry_of` is this one. It
    costs its owner like any other."""
    found = await interventions.retry(studio_of(request), caller, work_id, reason=asked.reason)
    response.headers["Location"] = f"/v1/admin/works/{found.id}"
    return _shape(found)


@router.post("/{work_id}/fail", responses=refusals(*MOVED))
async def fail_any_work(
    request: Request, work_id: UUID, asked: Because, caller: Operating
) -> OverviewShape:
    """Let it fail, with whatever of it still runs; what was paid for it goes back."""
    return _shape(
        await interventions.fail(studio_of(request), caller, work_id, reason=asked.reason)
    )


@router.post("/{work_id}/cancel", responses=refusals(*MOVED))
async def cancel_any_work(
    request: Request, work_id: UUID, asked: Because, caller: Operating
) -> OverviewShape:
    """Cancel it, whatever it is doing; what was paid for it goes back."""
    return _shape(
        await interventions.cancel(studio_of(request), caller, work_id, reason=asked.reason)
    )


def _shape(found: Overview) -> OverviewShape:
    return OverviewShape.model_validate(found, from_attributes=True)


def _cost(found: Cost) -> CostShape:
    return CostShape.model_validate(found, from_attributes=True)
