"""Projects, the people in them, and who is invited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import Administering, SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.keys import BODY
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.works import ALL, Name
from affiche.errors import AfficheError, Forbidden, InvitationOver, NotFound, OwnerStays
from affiche.pipeline import invitations
from affiche.studio import projects, storage

router: Final = APIRouter(prefix="/v1/projects", tags=["people"], route_class=StrictRoute)
EMAIL_PATTERN: Final = r"^[!#-+\--:=?A-~]+@[!#-+\--:=?A-~]*[!#-+\-/-:=?A-~]\.[!#-+\-/-:=?A-~]+$"
"""What is taken for certain; letters beyond ASCII are too, where they can be seen."""
Role = Literal["member", "admin"]
MINE: Final[Sequence[type[AfficheError]]] = (*ALL, NotFound)
RULED: Final[Sequence[type[AfficheError]]] = (*MINE, Forbidden)


class ProjectWish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name


class RoleWish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    role: Role


class InvitationWish(BaseModel):
    """Whom to invite, and as what."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: Annotated[
        str, Field(min_length=3, max_length=254, json_schema_extra={"pattern": EMAIL_PATTERN})
    ]
    role: Role = "member"


class OwnerWish(BaseModel):
    """Whose it is to be: a member's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: Annotated[UUID, Field(strict=False)]


class TokenShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    token: Annotated[str, Field(min_length=1, max_length=200)]


class ProjectShape(BaseModel):
    """`user_id`: its owner; `role`: what you are in it."""

    id: UUID
    number: int
    name: str
    is_default: bool
    user_id: UUID
    role: Role
    created_at: datetime


class MemberShape(BaseModel):
    user_id: UUID
    name: str
    email: str | None
    role: Role
    created_at: datetime


class InvitationShape(BaseModel):
    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


class NewInvitation(BaseModel):
    """The token is shown this once: it goes to whoever is invited."""

    invitation: InvitationShape
    token: str
    path: str = Field(examples=["/invitation?token=…"])
    mailed: bool = Field(description="Whether it was also sent to them by e-mail.")


class StorageShape(BaseModel):
    """`bytes` in `files` pictures, their thumbnails counted in; `quota` in bytes, null for none.
    `is_near`: four fifths of it are used. What is full takes no picture and no work more."""

    bytes: int
    files: int
    quota: int | None
    is_near: bool


class Projects(BaseModel):
    projects: list[ProjectShape]


class Members(BaseModel):
    members: list[MemberShape]


class Invitations(BaseModel):
    invitations: list[InvitationShape]


@router.get("", responses=refusals(*ALL))
async def list_projects(request: Request, caller: SignedIn) -> Projects:
    """The projects that you are in."""
    found = await projects.mine(studio_of(request), caller)
    return Projects(projects=[_project(each) for each in found])


@router.post("", status_code=201, responses=refusals(*ALL, *BODY))
async def create_project(
    request: Request, asked: ProjectWish, caller: Administering
) -> ProjectShape:
    """A new one, which is yours."""
    return _project(await projects.add(studio_of(request), caller, asked.name))


@router.post("/join", status_code=204, responses=refusals(*ALL, *BODY, InvitationOver))
async def join_project(request: Request, asked: TokenShape, caller: Administering) -> Response:
    """Accept an invitation that is for your e-mail address."""
    await projects.accept(studio_of(request), caller, asked.token)
    return Response(status_code=204)


@router.get("/{project_id:uuid}", responses=refusals(*MINE))
async def read_project(request: Request, project_id: UUID, caller: SignedIn) -> ProjectShape:
    """One that you are in."""
    return _project(await projects.get(studio_of(request), caller, project_id))


@router.patch("/{project_id:uuid}", responses=refusals(*RULED, *BODY))
async def rename_project(
    request: Request, project_id: UUID, asked: ProjectWish, caller: Administering
) -> ProjectShape:
    """Call it otherwise."""
    return _project(await projects.rename(studio_of(request), caller, project_id, asked.name))


@router.get("/{project_id:uuid}/storage", responses=refusals(*MINE))
async def read_storage(request: Request, project_id: UUID, caller: SignedIn) -> StorageShape:
    """How much it keeps, and how much it may."""
    found = await storage.of_project(studio_of(request), caller, project_id)
    return StorageShape(
        bytes=found.bytes, files=found.files, quota=found.quota, is_near=found.is_near
    )


@router.put("/{project_id:uuid}/owner", status_code=204, responses=refusals(*RULED, *BODY))
async def give_project(
    request: Request, project_id: UUID, asked: OwnerWish, caller: Administering
) -> Response:
    """Hand it over to another member; you stay one of its admins."""
    await projects.give(studio_of(request), caller, project_id, asked.user_id)
    return Response(status_code=204)


@router.get("/{project_id:uuid}/members", responses=refusals(*MINE))
async def list_members(request: Request, project_id: UUID, caller: SignedIn) -> Members:
    """Who is in it."""
    found = await projects.members(studio_of(request), caller, project_id)
    shapes = [MemberShape.model_validate(each, from_attributes=True) for each in found]
    return Members(members=shapes)


@router.put(
    "/{project_id:uuid}/members/{user_id:uuid}",
    status_code=204,
    responses=refusals(*RULED, *BODY, OwnerStays),
)
async def set_role(
    request: Request, project_id: UUID, user_id: UUID, asked: RoleWish, caller: Administering
) -> Response:
    """Make a member an admin, or an admin a member."""
    await projects.set_role(studio_of(request), caller, project_id, user_id, asked.role)
    return Response(status_code=204)


@router.delete(
    "/{project_id:uuid}/members/{user_id:uuid}",
    status_code=204,
    responses=refusals(*RULED, OwnerStays),
)
async def remove_member(
    request: Request, project_id: UUID, user_id: UUID, caller: Administering
) -> Response:
    """Take somebody out of it, or leave."""
    await projects.remove(studio_of(request), caller, project_id, user_id)
    return Response(status_code=204)


@router.get("/{project_id:uuid}/invitations", responses=refusals(*RULED))
async def list_invitations(
    request: Request, project_id: UUID, caller: Administering
) -> Invitations:
    """Those that nobody accepted yet, for its admins."""
    found = await projects.invitations(studio_of(request), caller, project_id)
    return Invitations(invitations=[_invitation(each) for each in found])


@router.post("/{project_id:uuid}/invitations", status_code=201, responses=refusals(*RULED, *BODY))
async def invite(
    request: Request, project_id: UUID, asked: InvitationWish, caller: Administering
) -> NewInvitation:
    """Invite somebody for a week, by an address that you pass on to them; where the studio has a
    mail server it goes out by e-mail too."""
    studio = studio_of(request)
    made, token = await projects.invite(studio, caller, project_id, asked.email, asked.role)
    project = await projects.get(studio, caller, project_id)
    mailed = await invitations.send(studio, made, project.name, token, of_request(request))
    return NewInvitation(
        invitation=_invitation(made),
        token=token,
        path=f"/invitation?token={token}",
        mailed=mailed,
    )


@router.delete(
    "/{project_id:uuid}/invitations/{invitation_id:uuid}",
    status_code=204,
    responses=refusals(*RULED),
)
async def take_back_invitation(
    request: Request, project_id: UUID, invitation_id: UUID, caller: Administering
) -> Response:
    """Nobody can accept it any more."""
    await projects.uninvite(studio_of(request), caller, project_id, invitation_id)
    return Response(status_code=204)


def _project(found: projects.Project) -> ProjectShape:
    return ProjectShape.model_validate(found, from_attributes=True)


def _invitation(found: projects.Invitation) -> InvitationShape:
    return InvitationShape.model_validate(found, from_attributes=True)
