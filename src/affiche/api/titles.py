"""What a work is called and tagged with."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.shapes import WorkShape
from affiche.api.works import ALL, described
from affiche.domain import tags as tag_rules
from affiche.domain.titles import LONGEST_OWN
from affiche.errors import (
    Busy,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import titles

router: Final = APIRouter(prefix="/v1/works", tags=["works"], route_class=StrictRoute)
VISIBLE: Final = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_OWN, pattern=VISIBLE)]
Tag = Annotated[str, Field(max_length=tag_rules.LONGEST, pattern=r"^[^\x00-\x1f\x7f]*$")]


class WorkEdit(BaseModel):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"minProperties": 1})

    title: Title = Field(
        default="",
        description="In any language. No model changes it any more.",
        examples=["해변 풍경"],
    )
    tags: list[Tag] = Field(
        default=[],
        max_length=tag_rules.MOST,
        description="All of them. Blank ones are left out, and of two alike the second.",
        examples=[["I2I", "바다"]],
    )

    @model_validator(mode="after")
    def _something(self) -> "WorkEdit":
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        return self


@router.patch(
    "/{work_id}",
    responses=refusals(
        *(*ALL, Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
        *(EncodingRefused, Busy, InvalidInputs, NotFound),
    ),
)
async def edit_work(
    request: Request, work_id: UUID, asked: WorkEdit, caller: SignedIn
) -> WorkShape:
    """Give it another title, other tags, or both: yours, or of a project that you are in."""
    studio = studio_of(request)
    changes = {name: getattr(asked, name) for name in asked.model_fields_set}
    work = await titles.edit(studio, caller, work_id, **changes)
    return (await described(request, studio, caller, [work]))[0]
