"""Captions of references, asked of the language model."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.works import ALL
from affiche.domain.selections import MOST
from affiche.errors import (
    Busy,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    LanguageModelOff,
    MediaTypeRefused,
    NotFound,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import captions
from affiche.studio.failures import recalled
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

router: Final = APIRouter(prefix="/v1/captions", tags=["references"], route_class=StrictRoute)
Category = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reference = Annotated[UUID, Field(strict=False)]
Project = Annotated[UUID | None, Query(description="Your own project if it is left out.")]


class CaptionWish(BaseModel):
    """Which of the references that have no caption are to have one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    project_id: Annotated[UUID, Field(strict=False)] | None = Field(
        default=None, description="Your own if it is left out."
    )
    category: Category | None = Field(default=None, description="All if it is left out.")
    references: Annotated[list[Reference], Field(min_length=1, max_length=MOST)] | None = Field(
        default=None, description="Of these alone; all if it is left out."
    )
    again: bool = Field(default=False, description="Also those that the model failed at before.")


class CaptionReason(BaseModel):
    """Why so many references have none, in the reader's language."""

    code: str = Field(examples=["language_model_unfit"])
    message: str
    references: int


class CaptionProgress(BaseModel):
    """A project's references by how their captions stand. `none`: nobody asked for one; `waiting`
    for the model; `written` by it; `edited`: somebody's own words; `failed`, for `reasons`."""

    none: int
    waiting: int
    written: int
    edited: int
    failed: int
    reasons: list[CaptionReason]


@router.get("", responses=refusals(*ALL, InvalidInputs, NotFound))
async def caption_progress(
    request: Request, caller: SignedIn, project: Project = None
) -> CaptionProgress:
    """How far the captions of a project's references are."""
    return await _progress(studio_of(request), caller, project, of_request(request))


@router.post(
    "",
    responses=refusals(
        *(*ALL, Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
        *(EncodingRefused, Busy, InvalidInputs, NotFound, LanguageModelOff),
    ),
)
async def want_captions(request: Request, asked: CaptionWish, caller: SignedIn) -> CaptionProgress:
    """Let the language model caption what has no caption. Repeatable: nothing is asked for twice,
    and what somebody wrote stays."""
    studio = studio_of(request)
    await captions.want(
        studio,
        caller,
        asked.project_id,
        category=asked.category,
        chosen=asked.references,
        again=asked.again,
    )
    return await _progress(studio, caller, asked.project_id, of_request(request))


@router.delete("", responses=refusals(*ALL, Forbidden, InvalidInputs, NotFound))
async def stop_captions(
    request: Request, caller: SignedIn, project: Project = None
) -> CaptionProgress:
    """Let those that wait have none."""
    studio = studio_of(request)
    await captions.stop(studio, caller, project)
    return await _progress(studio, caller, project, of_request(request))


async def _progress(
    studio: Studio, caller: Caller, project: UUID | None, language: Language
) -> CaptionProgress:
    found = await captions.progress(studio, caller, project)
    return CaptionProgress(
        none=found.none,
        waiting=found.waiting,
        written=found.written,
        edited=found.edited,
        failed=found.failed,
        reasons=[
            CaptionReason(
                code=each.code,
                message=recalled(each.code, None).message(language),
                references=each.references,
            )
            for each in found.reasons
        ],
    )
