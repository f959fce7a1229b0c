"""Reference pictures of a project: list and search, bring one or many, change, let go of."""

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.domain.collections import LONGEST_CAPTION, LONGEST_CATEGORY
from affiche.errors import (
    AfficheError,
    Busy,
    DatabaseUnavailable,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    NotSignedIn,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import references
from affiche.studio.references import LONGEST_NAME, LONGEST_SEARCH, CaptionState, Reference

router: Final = APIRouter(prefix="/v1/references", tags=["references"], route_class=StrictRoute)
PAGE: Final = 50
ALL: Final = (NotSignedIn, DatabaseUnavailable)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(Forbidden, NotFound, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs),
)
PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"
Text = Annotated[str, Field(max_length=LONGEST_CAPTION)]
OfProject = Annotated[UUID | None, Query(description="Else your own project's.")]


class ReferenceShape(BaseModel):
    """A reference picture and its captions: `vision_description` becomes part of prompts."""

    id: UUID
    number: int
    project_id: UUID
    user_id: UUID | None = Field(description="Who brought it.")
    filename: str = Field(examples=["3619935470697612901_60140989072_1.jpg"])
    category: str = Field(examples=["bikini-mirror-pics"])
    storage_path: str = Field(examples=["bikini-mirror-pics/3619935470697612901_60140989072_1.jpg"])
    file_id: UUID
    url: str
    thumbnail_url: str
    vision_description: str | None = Field(
        description="In English.", examples=["orange top, mirror selfie, holding phone"]
    )
    caption_ko: str | None
    caption_state: CaptionState = Field(
        description="`edited`: somebody's own words, which no model writes over."
    )
    analyzed_at: datetime | None
    is_demo: bool
    created_at: datetime
    updated_at: datetime


class ReferencePage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    references: list[ReferenceShape]
    next: str | None


class CategoryShape(BaseModel):
    category: str = Field(description="Empty for pictures without one.")
    pictures: int


class CategoryList(BaseModel):
    categories: list[CategoryShape]


class ReferenceChange(BaseModel):
    """What is to be otherwise; what is left out or null stays, an empty caption is taken away."""

    model_config = ConfigDict(extra="forbid", strict=True)

    filename: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    category: Annotated[str, Field(max_length=LONGEST_CATEGORY)] | None = None
    vision_description: Text | None = None
    caption_ko: Text | None = None


@router.get("", responses=refusals(*ALL, InvalidInputs, NotFound))
async def list_references(
    request: Request,
    caller: SignedIn,
    project_id: OfProject = None,
    category: Annotated[
        str | None, Query(max_length=LONGEST_CATEGORY, pattern=PLAIN, description="This one alone.")
    ] = None,
    search: Annotated[
        str,
        Query(
            max_length=LONGEST_SEARCH,
            pattern=PLAIN,
            description="Words or parts of them, in Korean or English, all of which must be there.",
        ),
    ] = "",
    before: Annotated[UUID | None, Query(description="Brought before this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> ReferencePage:
    """The references of a project, newest first, page by page."""
    found = await references.page(
        studio_of(request),
        caller,
        project_id=project_id,
        category=category,
        words=search,
        before=before,
        limit=limit + 1,
    )
    following = None
    if len(found) > limit:
        asked: list[tuple[str, object]] = [("project_id", project_id)] if project_id else []
        asked += [("category", category)] if category is not None else []
        asked += [("search", search)] if search else []
        asked += [("before", found[limit - 1].id), ("limit", limit)]
        following = f"/v1/references?{urlencode(asked)}"
    return ReferencePage(references=[shape(each) for each in found[:limit]], next=following)


@router.get("/categories", responses=refusals(*ALL, InvalidInputs, NotFound))
async def list_categories(
    request: Request, caller: SignedIn, project_id: OfProject = None
) -> CategoryList:
    """The categories that there are, each with how many pictures."""
    found = await references.categories(studio_of(request), caller, project_id)
    return CategoryList(
        categories=[CategoryShape(category=c.category, pictures=c.pictures) for c in found]
    )


@router.get("/{reference_id:uuid}", responses=refusals(*ALL, NotFound))
async def read_reference(request: Request, reference_id: UUID, caller: SignedIn) -> ReferenceShape:
    """The reference as it is now."""
    return shape(await references.get(studio_of(request), caller, reference_id))


@router.patch("/{reference_id:uuid}", responses=refusals(*ALL, *BODY))
async def change_reference(
    request: Request, reference_id: UUID, asked: ReferenceChange, caller: SignedIn
) -> ReferenceShape:
    """Change name, category or captions. Works that wait are made as they were asked for."""
    found = await references.change(
        studio_of(request),
        caller,
        reference_id,
        filename=asked.filename,
        category=asked.category,
        caption=asked.vision_description,
        caption_ko=asked.caption_ko,
    )
    return shape(found)


@router.delete(
    "/{reference_id:uuid}",
    status_code=204,
    response_class=Response,
    responses=refusals(*ALL, Forbidden, NotFound),
)
async def delete_reference(request: Request, reference_id: UUID, caller: SignedIn) -> None:
    """Delete it; the works that were made after it are kept."""
    await references.remove(studio_of(request), caller, reference_id)


def shape(reference: Reference) -> ReferenceShape:
    address = f"/v1/files/{reference.file_id}"
    named = {
        name: getattr(reference, name)
        for name in ReferenceShape.model_fields
        if name not in ("url", "thumbnail_url")
    }
    return ReferenceShape(**named, url=address, thumbnail_url=f"{address}/thumbnail")
