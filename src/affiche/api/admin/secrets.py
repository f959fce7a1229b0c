"""How old keys and secrets are, and never what they are."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.studio import secret_ages
from affiche.studio.secret_ages import Kind
from affiche.studio.studio import Caller
from affiche.texts import say

router: Final = APIRouter(prefix="/v1/admin/secrets", tags=["admin"], route_class=StrictRoute)


class AgeShape(BaseModel):
    kind: Kind
    name: str = Field(
        description="A setting's or a key's name in the environment, a webhook's host, or how an"
        " API key begins and what it is called."
    )
    subject: str = Field(description="The webhook's or API key's id, else empty.")
    since: datetime = Field(
        description="When it was made; of what stands in settings, since when it was seen as it is."
    )
    days: int
    old: bool = Field(description="Whether it should be replaced.")
    hint: str = Field(description="How that is done.")


class Ages(BaseModel):
    """The oldest first."""

    after_days: float = Field(description="When something counts as old.")
    secrets: list[AgeShape]


@router.get("", responses=refusals(*ALL))
async def list_secrets(
    request: Request, caller: Annotated[Caller, Depends(looking("secrets.list"))]
) -> Ages:
    """Keys and secrets by their age."""
    studio, language = studio_of(request), of_request(request)
    now, bound = studio.now(), studio.settings.secret_days
    return Ages(
        after_days=bound,
        secrets=[
            AgeShape(
                kind=each.kind,
                name=each.name,
                subject=each.subject,
                since=each.since,
                days=each.days(now),
                old=each.days(now) >= bound,
                hint=say(language, f"operations.secrets.hints.{each.kind}"),
            )
            for each in await secret_ages.listed(studio, caller)
        ],
    )
