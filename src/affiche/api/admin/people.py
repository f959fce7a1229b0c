"""Who has an account here, for operators: listed, let in, raised, and shut out."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.admin.door import ALL, BODY, Operating, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.projects import EMAIL_PATTERN
from affiche.errors import Conflict, EmailTaken, NotFound
from affiche.studio import accounts
from affiche.studio.accounts import Account
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/people", tags=["admin"], route_class=StrictRoute)
Shown = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class PersonShape(BaseModel):
    id: UUID
    email: str | None
    name: str
    is_operator: bool
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


class People(BaseModel):
    """The first thousand, the oldest first."""

    people: list[PersonShape]


class PersonWish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    email: Annotated[
        str, Field(min_length=3, max_length=254, json_schema_extra={"pattern": EMAIL_PATTERN})
    ]
    name: Shown = ""
    is_operator: bool = False


class PersonChange(BaseModel):
    """What is to be otherwise; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    is_operator: bool | None = None
    is_disabled: bool | None = Field(
        default=None, description="Shut out: sessions end, and keys open nothing."
    )


class PasswordLink(BaseModel):
    """The token is shown this once, and works once, within a day: it goes to the person."""

    id: UUID
    token: str
    path: str = Field(examples=["/password?token=…"])


@router.get("", responses=refusals(*ALL))
async def list_people(
    request: Request, caller: Annotated[Caller, Depends(looking("people.list"))]
) -> People:
    """Everybody."""
    return People(
        people=[_shape(each) for each in await accounts.listed(studio_of(request), caller)]
    )


@router.post("", status_code=201, responses=refusals(*BODY, EmailTaken))
async def add_person(request: Request, asked: PersonWish, caller: Operating) -> PasswordLink:
    """Make an account; its password is set by the link."""
    made, token = await accounts.add(
        studio_of(request), caller, asked.email, asked.name, is_operator=asked.is_operator
    )
    return _link(made, token)


@router.patch("/{user_id}", responses=refusals(*BODY, NotFound, Conflict))
async def change_person(
    request: Request, user_id: UUID, asked: PersonChange, caller: Operating
) -> PersonShape:
    """Make somebody an operator or a member, shut them out or let them in. One operator at least
    stays."""
    studio, who = studio_of(request), str(user_id)
    if asked.is_operator is not None:
        await accounts.set_operator(studio, caller, who, is_operator=asked.is_operator)
    if asked.is_disabled is not None:
        await accounts.set_disabled(studio, caller, who, disabled=asked.is_disabled)
    return _shape(await accounts.get(studio, caller, user_id))


@router.post("/{user_id}/link", status_code=201, responses=refusals(*ALL, NotFound))
async def make_password_link(request: Request, user_id: UUID, caller: Operating) -> PasswordLink:
    """A one-time link by which somebody sets a password anew."""
    return _link(user_id, await accounts.link(studio_of(request), caller, str(user_id)))


def _link(user_id: UUID, token: str) -> PasswordLink:
    return PasswordLink(id=user_id, token=token, path=f"/password?token={token}")


def _shape(found: Account) -> PersonShape:
    return PersonShape.model_validate(found, from_attributes=True)
