"""Characters of a project: list, make, show, change, put away; their works and their numbers."""

from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.shapes import Status
from affiche.api.works import WorkPage, described
from affiche.domain.characters import LONGEST, LONGEST_SLUG, STRENGTHS
from affiche.errors import (
    AfficheError,
    Busy,
    CharactersFull,
    CharacterTaken,
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
from affiche.studio import characters, works
from affiche.studio.characters import Character

router: Final = APIRouter(prefix="/v1/characters", tags=["characters"], route_class=StrictRoute)
PAGE: Final = 50
ALL: Final = (NotSignedIn, DatabaseUnavailable)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs, NotFound, CharacterTaken),
)
LOW, HIGH = STRENGTHS
PLAIN: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"


def _text(name: str, **more: Any) -> Any:
    return Field(max_length=LONGEST[name], pattern=PLAIN, **more)


Slug = Annotated[
    str, Field(max_length=LONGEST_SLUG, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["milan"])
]
Name = Annotated[str, _text("name", min_length=1, examples=["Milan"])]
SkinTone = Annotated[str, _text("skin_tone", examples=["tan"])]
HairColor = Annotated[str, _text("hair_color", examples=["brunette"])]
HairStyle = Annotated[str, _text("hair_style", examples=["long brunette hair"])]
LoraFile = Annotated[
    str,
    _text(
        "lora_file",
        description="As ComfyUI lists it, in `models/loras`.",
        examples=["milan.safetensors"],
    ),
]
Strength = Annotated[float, Field(ge=LOW, le=HIGH)]
TriggerWord = Annotated[str, _text("trigger_word", examples=["milan"])]
Negative = Annotated[str, _text("negative_prompt", examples=["blonde hair, light hair, pale skin"])]


class NewCharacter(BaseModel):
    """Who is to be in pictures: a LoRA file, and the words for a look."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    slug: Slug | None = Field(default=None, description="Made from the name if left out.")
    project_id: Annotated[UUID, Field(strict=False)] | None = Field(
        default=None, description="Your own project if left out."
    )
    skin_tone: SkinTone = ""
    hair_color: HairColor = ""
    hair_style: HairStyle = ""
    lora_file: LoraFile = ""
    lora_strength: Strength = 0.65
    trigger_word: TriggerWord = ""
    negative_prompt: Negative = ""
    portrait_file_id: Annotated[UUID, Field(strict=False)] | None = Field(
        default=None, description="A file that you have uploaded."
    )


class CharacterChange(BaseModel):
    """What is to be otherwise; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name | None = None
    slug: Slug | None = None
    skin_tone: SkinTone | None = None
    hair_color: HairColor | None = None
    hair_style: HairStyle | None = None
    lora_file: LoraFile | None = None
    lora_strength: Strength | None = None
    trigger_word: TriggerWord | None = None
    negative_prompt: Negative | None = None
    portrait_file_id: Annotated[UUID, Field(strict=False)] | None = None
    archived: bool | None = Field(default=None, description="Put away, or brought back.")


class CharacterShape(BaseModel):
    """A character. With `archived_at` it is not on offer any more; its works are kept."""

    id: UUID
    number: int
    project_id: UUID
    user_id: UUID | None = Field(description="Who made it.")
    name: str
    slug: str
    skin_tone: str
    hair_color: str
    hair_style: str
    lora_file: str
    lora_strength: float
    trigger_word: str
    negative_prompt: str
    portrait_url: str | None
    is_demo: bool = Field(description="Came with the studio, to be tried and thrown away.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class CharacterPage(BaseModel):
    """Oldest first; `next` is the address of the page behind, null on the last one."""

    characters: list[CharacterShape]
    next: str | None


class CharacterGone(BaseModel):
    """`archived`: works were made with it, so it was put away and not deleted."""

    archived: bool


class StatisticsShape(BaseModel):
    """Of all works made with the character, whoever asked for them."""

    works: dict[str, int] = Field(
        description="By status.", examples=[{"completed": 12, "failed": 1, "pending": 0}]
    )
    total: int
    under_way: int = Field(description="Those that wait or run.")
    success: float | None = Field(
        description="The share of those that completed among those that completed or failed."
    )
    last_used_at: datetime | None


@router.get("", responses=refusals(*ALL, InvalidInputs, NotFound))
async def list_characters(
    request: Request,
    caller: SignedIn,
    project_id: Annotated[UUID | None, Query(description="Else your own project's.")] = None,
    archived: Annotated[bool, Query(description="With those that were put away.")] = False,
    after: Annotated[UUID | None, Query(description="Made after this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> CharacterPage:
    """The characters of a project, page by page."""
    found = await characters.listed(
        studio_of(request),
        caller,
        project_id=project_id,
        archived=archived,
        after=after,
        limit=limit + 1,
    )
    following = None
    if len(found) > limit:
        asked: list[tuple[str, object]] = [("project_id", project_id)] if project_id else []
        asked += [("archived", "true")] if archived else []
        asked += [("after", found[limit - 1].id), ("limit", limit)]
        following = f"/v1/characters?{urlencode(asked)}"
    return CharacterPage(characters=[shape(each) for each in found[:limit]], next=following)


@router.post("", status_code=201, responses=refusals(*ALL, *BODY, CharactersFull))
async def create_character(
    request: Request, response: Response, asked: NewCharacter, caller: SignedIn
) -> CharacterShape:
    """Make a character; every member of the project may use and change it."""
    values = asked.model_dump(exclude={"project_id"})
    made = await characters.make(studio_of(request), caller, values, project_id=asked.project_id)
    response.headers["Location"] = f"/v1/characters/{made.id}"
    return shape(made)


@router.get("/{character_id}", responses=refusals(*ALL, NotFound))
async def read_character(request: Request, character_id: UUID, caller: SignedIn) -> CharacterShape:
    """The character as it is now."""
    return shape(await characters.get(studio_of(request), caller, character_id))


@router.patch("/{character_id}", responses=refusals(*ALL, *BODY))
async def change_character(
    request: Request, character_id: UUID, asked: CharacterChange, caller: SignedIn
) -> CharacterShape:
    """Change it. Works that wait are made as they were asked for."""
    values = asked.model_dump(exclude_none=True)
    return shape(await characters.change(studio_of(request), caller, character_id, values))


@router.delete("/{character_id}", responses=refusals(*ALL, Forbidden, NotFound))
async def delete_character(request: Request, character_id: UUID, caller: SignedIn) -> CharacterGone:
    """Delete it, or put it away if works were made with it, which are kept."""
    left = await characters.remove(studio_of(request), caller, character_id)
    return CharacterGone(archived=left is not None)


@router.get("/{character_id}/works", responses=refusals(*ALL, InvalidInputs, NotFound))
async def list_works_of_character(
    request: Request,
    character_id: UUID,
    caller: SignedIn,
    status: Annotated[list[Status] | None, Query(description="One or more.")] = None,
    before: Annotated[UUID | None, Query(description="Works older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> WorkPage:
    """Its gallery: all works made with it, newest first, page by page."""
    studio = studio_of(request)
    await characters.get(studio, caller, character_id)
    found = await works.page(
        studio,
        caller,
        statuses=status or (),
        character=character_id,
        before=before,
        limit=limit + 1,
    )
    shown, following = found[:limit], None
    if len(found) > limit:
        asked: list[tuple[str, object]] = [("status", each) for each in status or ()]
        asked += [("before", shown[-1].id), ("limit", limit)]
        following = f"/v1/characters/{character_id}/works?{urlencode(asked)}"
    return WorkPage(works=await described(request, studio, caller, shown), next=following)


@router.get("/{character_id}/statistics", responses=refusals(*ALL, NotFound))
async def read_statistics(
    request: Request, character_id: UUID, caller: SignedIn
) -> StatisticsShape:
    """How many works were made with it, how they ended, and what is under way."""
    found = await characters.statistics(studio_of(request), caller, character_id)
    return StatisticsShape(
        works=dict(found.works),
        total=sum(found.works.values()),
        under_way=found.under_way,
        success=found.success,
        last_used_at=found.last_used_at,
    )


def shape(character: Character) -> CharacterShape:
    named = {
        name: getattr(character, name)
        for name in CharacterShape.model_fields
        if name != "portrait_url"
    }
    portrait = character.portrait_file_id
    return CharacterShape(**named, portrait_url=f"/v1/files/{portrait}" if portrait else None)
