"""What is one's own to take along or to take away: one's data, one's account, one's password."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from affiche.api.auth import COOKIE, Administering, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.keys import BODY
from affiche.api.languages import of_request
from affiche.api.people import ALL, OwnCookie
from affiche.api.problems import refusals
from affiche.api.streams import ZipStream
from affiche.domain.limits import Limit
from affiche.errors import (
    ExportUnderWay,
    Forbidden,
    NotConfirmed,
    OperatorStays,
    PasswordTooShort,
    ProjectsShared,
    SignInRefused,
    TooManyRequests,
)
from affiche.studio import accounts, export, passwords

router: Final = APIRouter(prefix="/v1/me", tags=["people"], route_class=StrictRoute)
EXPORTS: Final = Limit(6, 3600.0, 6)
"""Exports of one person's in an hour."""
ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The archive.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Password = Annotated[str, Field(max_length=1000)]
# Told, and checked where the sentence for it is.
NewPassword = Annotated[
    str,
    Field(json_schema_extra={"minLength": passwords.LENGTH[0], "maxLength": passwords.LENGTH[1]}),
]


class PasswordShape(BaseModel):
    """`old`: the one that counts until now."""

    model_config = ConfigDict(extra="forbid", strict=True)

    old: Password
    new: NewPassword


@router.delete(
    "",
    status_code=202,
    response_class=Response,
    responses=refusals(*ALL, Forbidden, NotConfirmed, OperatorStays, ProjectsShared),
)
async def delete_me(
    request: Request,
    caller: Administering,
    confirm: Annotated[
        str,
        Query(description="Your e-mail address, or your id if you have none."),
    ] = "",
) -> Response:
    """Forget you: nothing here says any more who you were, you are signed out everywhere, what runs
    for you is stopped, and your works and pictures are deleted, in projects of others too. It
    cannot be taken back."""
    await accounts.leave(studio_of(request), caller, confirm)
    answer = Response(status_code=202)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get(
    "/export",
    status_code=200,
    response_class=StreamingResponse,
    responses=ZIP | refusals(*ALL, Forbidden, TooManyRequests, ExportUnderWay),
)
async def export_me(request: Request, caller: Administering) -> StreamingResponse:
    """All that is yours, as a zip: who you are here, your works with their inputs and pictures,
    your uploads, your account's lines, what you were told."""
    studio = studio_of(request)
    studio.gates.pass_(f"export {caller.id}", EXPORTS)
    made = await export.begin(studio, caller.id, of_request(request))
    return ZipStream(made.name, made.pieces)


@router.put(
    "/password", status_code=204, responses=refusals(*ALL, *BODY, SignInRefused, PasswordTooShort)
)
async def change_password(
    request: Request, asked: PasswordShape, caller: Administering, own: OwnCookie = ""
) -> Response:
    """Set another password; you are signed out everywhere but here."""
    await passwords.change(studio_of(request), caller, asked.old, asked.new, own)
    return Response(status_code=204)
