"""Where works run, for operators: how it is there, pausing, and how much it is given."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from affiche.api.admin.door import ALL, BODY, Because, Operating, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.domain.endpoint_rules import MOST_PRICE, MOST_WORKS
from affiche.domain.numbers import without_point
from affiche.errors import NotFound
from affiche.studio import endpoints
from affiche.studio.endpoints import Listed
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/endpoints", tags=["admin"], route_class=StrictRoute)
CHANGED: Final = (*BODY, NotFound)
Works = Annotated[int, Field(ge=1, le=MOST_WORKS), BeforeValidator(without_point)]
Position = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(without_point)]
Price = Annotated[Decimal, Field(strict=False, ge=0, le=MOST_PRICE)]


class EndpointShape(BaseModel):
    """An endpoint and how it stands; of its key there is only the name. `waiting` is counted to a
    thousand; `health` is what it last answered."""

    id: UUID
    name: str
    kind: str
    url: str | None
    secret: str | None
    works_at_once: int
    position: int
    running: int
    waiting: int
    is_active: bool
    paused_at: datetime | None
    unwell_since: datetime | None
    checked_at: datetime | None
    health: dict[str, Any]
    price_per_second: Decimal | None = Field(description="In US dollars.")
    warm_minutes: int | None
    warm_hours: str | None
    templates: list[str] = Field(description="That have it on their route.")


class Endpoints(BaseModel):
    """In the order in which they are chosen."""

    endpoints: list[EndpointShape]


class EndpointChange(BaseModel):
    """What is to be otherwise; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    works_at_once: Works | None = Field(default=None, description="The most that run there.")
    position: Position | None = Field(default=None, description="The lower, the sooner chosen.")
    price_per_second: Price | None = None


@router.get("", responses=refusals(*ALL))
async def list_endpoints(
    request: Request, caller: Annotated[Caller, Depends(looking("endpoints.list"))]
) -> Endpoints:
    """Those in use."""
    found = await endpoints.listed(studio_of(request), caller)
    return Endpoints(endpoints=[_shape(each) for each in found])


@router.get("/{name}", responses=refusals(*ALL, NotFound))
async def read_endpoint(
    request: Request, name: str, caller: Annotated[Caller, Depends(looking("endpoints.show"))]
) -> EndpointShape:
    """One of them, by its name."""
    return _shape(await endpoints.get(studio_of(request), caller, name))


@router.patch("/{name}", responses=refusals(*CHANGED))
async def change_endpoint(
    request: Request, name: str, asked: EndpointChange, caller: Operating
) -> EndpointShape:
    """How much it is given, when it is chosen, what it costs. Of one that settings name, its price
    alone: the rest is theirs to say."""
    given = asked.model_dump(exclude_none=True)
    return _shape(await endpoints.change(studio_of(request), caller, name, given))


@router.post("/{name}/pause", responses=refusals(*CHANGED))
async def pause_endpoint(
    request: Request, name: str, asked: Because, caller: Operating
) -> EndpointShape:
    """Give it nothing new; what waits there goes elsewhere if it can, what runs is finished."""
    studio = studio_of(request)
    return _shape(await endpoints.pause(studio, caller, name, reason=asked.reason))


@router.post("/{name}/resume", responses=refusals(*CHANGED))
async def resume_endpoint(
    request: Request, name: str, asked: Because, caller: Operating
) -> EndpointShape:
    """Let it take works again."""
    studio = studio_of(request)
    return _shape(await endpoints.resume(studio, caller, name, reason=asked.reason))


def _shape(each: Listed) -> EndpointShape:
    row = each.endpoint
    return EndpointShape(
        id=row.id,
        name=row.name,
        kind=row.kind,
        url=row.url,
        secret=row.secret,
        works_at_once=row.works_at_once,
        position=each.position,
        running=each.running,
        waiting=each.waiting,
        is_active=each.is_active,
        paused_at=each.paused_at,
        unwell_since=each.unwell_since,
        checked_at=each.checked_at,
        health=dict(each.health),
        price_per_second=row.price_per_second,
        warm_minutes=row.warm_minutes,
        warm_hours=row.warm_hours,
        templates=list(each.templates),
    )
