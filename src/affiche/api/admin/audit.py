"""What operators did and looked at."""

from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, PAGE, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.works import Name
from affiche.errors import InvalidInputs
from affiche.studio import audit
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/audit", tags=["admin"], route_class=StrictRoute)


class EntryShape(BaseModel):
    """One thing that an operator did, or looked at for the first time within an hour."""

    id: UUID
    at: datetime
    actor: UUID | None
    actor_name: str | None = Field(description="What the actor is called now.")
    origin: str = Field(description="The id of the request, or whose command it was.")
    action: str = Field(examples=["credits.adjust"])
    subject: str = Field(description="An id or a name.")
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class EntryPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    entries: list[EntryShape]
    next: str | None


@router.get("", responses=refusals(*ALL, InvalidInputs))
async def list_audit(
    request: Request,
    caller: Annotated[Caller, Depends(looking("audit.list"))],
    actor: Annotated[UUID | None, Query(description="Only of this person.")] = None,
    action: Annotated[
        Name | None, Query(description="An action, or a noun for all that is done with it.")
    ] = None,
    subject: Annotated[Name | None, Query(description="Only on this id or name.")] = None,
    before: Annotated[UUID | None, Query(description="Entries older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> EntryPage:
    """The audit log, newest first, page by page."""
    found = await audit.page(
        studio_of(request),
        caller,
        actor=actor,
        action=action,
        subject=subject,
        before=before,
        limit=limit + 1,
    )
    shown, following = found[:limit], None
    if len(found) > limit:
        asked = {"actor": actor, "action": action, "subject": subject}
        query = {name: str(value) for name, value in asked.items() if value is not None}
        query |= {"before": str(shown[-1].id), "limit": str(limit)}
        following = f"/v1/admin/audit?{urlencode(query)}"
    shapes = [EntryShape.model_validate(each, from_attributes=True) for each in shown]
    return EntryPage(entries=shapes, next=following)
