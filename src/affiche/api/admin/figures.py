"""How works ended of late, and what they cost and earned."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.errors import InvalidInputs
from affiche.studio import figures, margins
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=StrictRoute)
Days = Annotated[int, Query(ge=1, le=3650, description="Of so many days, up to now.")]


class OutcomeShape(BaseModel):
    """Works by how they ended; ratios from 0 to 1, of all that ended."""

    template: str
    engine: str = Field(description="Empty for works that ended before they came to one.")
    ended: int
    completed: int
    failed: int
    cancelled: int
    failed_ratio: float
    cancelled_ratio: float


class Ratios(BaseModel):
    """`whole`: all of them together."""

    whole: OutcomeShape
    ratios: list[OutcomeShape]


class FailureShape(BaseModel):
    code: str
    template: str
    engine: str
    works: int
    latest: datetime


class Failures(BaseModel):
    """The most frequent first."""

    failures: list[FailureShape]


class MarginShape(BaseModel):
    """Of one template, day of Seoul's, or endpoint. Money in US dollars; `worth` and `margin` are
    null where the settings do not say what a credit is worth."""

    name: str
    works: int
    credits: Decimal = Field(description="That were kept.")
    seconds: Decimal = Field(description="On engines.")
    cost: Decimal
    unpriced: int = Field(description="Runs on endpoints without a price.")
    worth: Decimal | None
    margin: Decimal | None


class Margins(BaseModel):
    by: Literal["template", "day", "endpoint"]
    margins: list[MarginShape]


@router.get("/ratios", responses=refusals(*ALL, InvalidInputs))
async def list_ratios(
    request: Request,
    caller: Annotated[Caller, Depends(looking("figures.ratios"))],
    days: Days = 7,
) -> Ratios:
    """How many works failed or were cancelled, by template and engine."""
    found = await figures.outcomes(studio_of(request), caller, timedelta(days=days))
    shapes = [OutcomeShape.model_validate(each, from_attributes=True) for each in found]
    whole = OutcomeShape.model_validate(figures.whole(found), from_attributes=True)
    return Ratios(whole=whole, ratios=shapes)


@router.get("/failures", responses=refusals(*ALL, InvalidInputs))
async def list_failures(
    request: Request,
    caller: Annotated[Caller, Depends(looking("figures.failures"))],
    days: Days = 7,
) -> Failures:
    """Why works failed, by cause, template and engine."""
    found = await figures.failures(studio_of(request), caller, timedelta(days=days))
    return Failures(
        failures=[FailureShape.model_validate(each, from_attributes=True) for each in found]
    )


@router.get("/margins", responses=refusals(*ALL, InvalidInputs))
async def list_margins(
    request: Request,
    caller: Annotated[Caller, Depends(looking("credits.margin"))],
    days: Days = 30,
    by: Annotated[Literal["template", "day", "endpoint"], Query()] = "template",
) -> Margins:
    """What works earned and what engines took for them, as long as the records of their runs are
    kept."""
    studio = studio_of(request)
    found = await margins.margins(studio, caller, studio.now() - timedelta(days=days), by)
    return Margins(
        by=by, margins=[MarginShape.model_validate(each, from_attributes=True) for each in found]
    )
