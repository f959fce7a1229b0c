"""API keys of one's own."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from affiche.api.auth import Administering, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.works import ALL, Name
from affiche.domain.numbers import without_point
from affiche.errors import (
    AfficheError,
    BoundKeyRules,
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
from affiche.studio import keys
from affiche.studio.keys import Key, Wish

router: Final = APIRouter(prefix="/v1/keys", tags=["people"], route_class=StrictRoute)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs),
)
Scope = Literal["read", "ask", "admin"]
Days = Annotated[int, Field(ge=1, le=3650), BeforeValidator(without_point)]


class KeyWish(BaseModel):
    """What the key is to be."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name = Field(description="To know it by.", examples=["n8n"])
    scopes: list[Scope] = Field(
        default=["read", "ask"],
        min_length=1,
        max_length=3,
        description="`read`: look. `ask`: ask for works and bring pictures. `admin`: all that you"
        " may do yourself, keys and people included.",
    )
    project_id: Annotated[UUID, Field(strict=False)] | None = Field(
        default=None,
        description="A project of yours that the key is for: it sees and asks nothing elsewhere."
        " Such a key has no `admin`.",
    )
    days: Days | None = Field(default=None, description="Until it expires; null for never.")


class KeyShape(BaseModel):
    """`hint`: how it begins. `last_used_at` is exact to a minute."""

    id: UUID
    name: str
    scopes: list[Scope]
    hint: str
    project_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKey(BaseModel):
    """The key itself is shown this once."""

    key: KeyShape
    secret: str = Field(examples=["aff_5T…"])


class Keys(BaseModel):
    """The latest first; revoked ones are left out."""

    keys: list[KeyShape]


@router.get("", responses=refusals(*ALL, Forbidden))
async def list_keys(request: Request, caller: Administering) -> Keys:
    """Your keys."""
    return Keys(keys=[_shape(key) for key in await keys.listed(studio_of(request), caller)])


@router.post("", status_code=201, responses=refusals(*ALL, *BODY, NotFound, BoundKeyRules))
async def create_key(request: Request, asked: KeyWish, caller: Administering) -> NewKey:
    """A new key. What is stored cannot be shown again."""
    lives = timedelta(days=asked.days) if asked.days else None
    wish = Wish(asked.name, asked.scopes, lives, asked.project_id)
    made = await keys.make(studio_of(request), caller.id, wish)
    return NewKey(key=_shape(made.key), secret=made.secret)


@router.delete("/{key_id}", status_code=204, responses=refusals(*ALL, Forbidden, NotFound))
async def revoke_key(request: Request, key_id: UUID, caller: Administering) -> Response:
    """Take it back; from now on it opens nothing."""
    await keys.revoke(studio_of(request), caller, key_id)
    return Response(status_code=204)


def _shape(key: Key) -> KeyShape:
    return KeyShape.model_validate(key, from_attributes=True)
