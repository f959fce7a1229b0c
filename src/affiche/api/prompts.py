"""What an engine would be told: shown before anything is asked for."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.works import ALL, Name
from affiche.domain.translation import Status
from affiche.errors import (
    Busy,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    LoraMissing,
    LoraUnset,
    MediaTypeRefused,
    NotFound,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import prompts

router: Final = APIRouter(prefix="/v1/prompts", tags=["works"], route_class=StrictRoute)
BODY: Final = (
    *(Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs, NotFound),
)


class PromptAsk(BaseModel):
    """As of a work, filled in as far as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    template: Name = Field(description="Id, slug or name.", examples=["img2img-lora"])
    inputs: dict[str, Any] = Field(examples=[{"character": "milan"}])
    project_id: Annotated[UUID, Field(strict=False)] | None = None


class TranslatedShape(BaseModel):
    """A text of the form, and what goes to the engine for it."""

    field: str
    english: str
    status: Status


class NoticeShape(BaseModel):
    """What there is to know. `refuses`: a work asked for now would be refused for it."""

    code: str = Field(
        examples=["lora_missing", "lora_unset", "reference_uncaptioned"],
    )
    message: str
    hint: str | None
    refuses: bool


class PromptShape(BaseModel):
    """Both prompts as they would go to the engine."""

    positive: str = Field(examples=["milan, long brunette hair, tan skin, mirror selfie"])
    negative: str = Field(examples=["blonde hair, light hair, pale skin, blurry"])
    translated: list[TranslatedShape]
    notices: list[NoticeShape]


@router.post("", responses=refusals(*ALL, *BODY))
async def show_prompts(request: Request, asked: PromptAsk, caller: SignedIn) -> PromptShape:
    """What the engine would be told, and what would be in the way. Nothing is asked for."""
    found = await prompts.preview(
        studio_of(request), caller, asked.template, asked.inputs, project_id=asked.project_id
    )
    language = of_request(request)
    return PromptShape(
        positive=found.positive,
        negative=found.negative,
        translated=[
            TranslatedShape(field=name, english=each.english, status=each.status)
            for name, each in found.translated.items()
        ],
        notices=[
            NoticeShape(
                code=each.code,
                message=each.message(language),
                hint=each.hint(language),
                refuses=isinstance(each, LoraMissing | LoraUnset),
            )
            for each in found.notices
        ],
    )
