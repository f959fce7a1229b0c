"""What people do with works that are there: stars, the trash and what comes out of it again."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.works import ALL, PAGE, WorkPage, described
from affiche.domain.numbers import without_point
from affiche.domain.selections import MOST, MOST_STARS
from affiche.errors import (
    Busy,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import gallery

router: Final = APIRouter(prefix="/v1", tags=["works"], route_class=StrictRoute)
BODY: Final = refusals(
    *(*ALL, Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs),
)
Chosen = Annotated[
    list[Annotated[UUID, Field(strict=False)]],
    Field(min_length=1, max_length=MOST, description="Ids of works."),
]


class Selection(BaseModel):
    """Several works at once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    works: Chosen


class Starring(Selection):
    """Stars for all of them."""

    stars: Annotated[int, Field(ge=0, le=MOST_STARS), BeforeValidator(without_point)] = Field(
        description="0 takes them away."
    )


class Touched(BaseModel):
    """The works for which it was done: not what is somebody else's, or was so before."""

    works: list[UUID]


@router.put("/stars", responses=BODY)
async def star_works(request: Request, asked: Starring, caller: SignedIn) -> Touched:
    """Give works stars, each person their own: to yours, and to those of your projects."""
    studio = studio_of(request)
    return Touched(works=await gallery.star(studio, caller, asked.works, asked.stars))


@router.get("/trash", responses=refusals(*ALL, InvalidInputs))
async def list_trash(
    request: Request,
    caller: SignedIn,
    before: Annotated[UUID | None, Query(description="Works older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> WorkPage:
    """What you have thrown away, the newest works first; after `trash_days` it is removed."""
    studio = studio_of(request)
    found = await gallery.trash(studio, caller, before=before, limit=limit + 1)
    shown = found[:limit]
    following = None
    if len(found) > limit:
        following = f"/v1/trash?before={shown[-1].id}&limit={limit}"
    return WorkPage(works=await described(request, studio, caller, shown), next=following)


@router.post("/trash", responses=BODY)
async def throw_works(request: Request, asked: Selection, caller: SignedIn) -> Touched:
    """Put works of yours into the trash. What has not ended stays where it is."""
    return Touched(works=await gallery.throw(studio_of(request), caller, asked.works))


@router.post("/trash/restore", responses=BODY)
async def restore_works(request: Request, asked: Selection, caller: SignedIn) -> Touched:
    """Take works out of the trash."""
    return Touched(works=await gallery.put_back(studio_of(request), caller, asked.works))
