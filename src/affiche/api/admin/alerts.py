"""What is wrong with the studio as a whole, or was."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, PAGE, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.errors import InvalidInputs
from affiche.studio import alerts
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/alerts", tags=["admin"], route_class=StrictRoute)


class AlertShape(BaseModel):
    """`message` and `hint` in the reader's language; `params` is what they are made of."""

    id: UUID
    rule: str = Field(examples=["engine_down"])
    subject: str
    params: dict[str, Any]
    message: str
    hint: str
    opened_at: datetime
    seen_at: datetime = Field(description="When its trouble was last there.")
    told_at: datetime = Field(description="When operators were last told.")
    closed_at: datetime | None


class AlertPage(BaseModel):
    """The latest first; `next` is the address of the page behind, null on the last one."""

    alerts: list[AlertShape]
    next: str | None


@router.get("", responses=refusals(*ALL, InvalidInputs))
async def list_alerts(
    request: Request,
    caller: Annotated[Caller, Depends(looking("alerts.list"))],
    open: Annotated[bool, Query(description="Only those that are open.")] = False,
    before: Annotated[UUID | None, Query(description="Alerts older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> AlertPage:
    """Alerts, page by page."""
    found = await alerts.page(
        studio_of(request), caller, only_open=open, before=before, limit=limit + 1
    )
    shown, following, language = found[:limit], None, of_request(request)
    if len(found) > limit:
        only = "open=true&" if open else ""
        following = f"/v1/admin/alerts?{only}before={shown[-1].id}&limit={limit}"
    return AlertPage(
        alerts=[
            AlertShape(
                **{
                    name: getattr(each, name)
                    for name in AlertShape.model_fields
                    if name not in ("message", "hint")
                },
                message=each.message(language),
                hint=each.hint(language),
            )
            for each in shown
        ],
        next=following,
    )
