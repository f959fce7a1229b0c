"""Bringing references: one picture in a request, or an archive of them."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import whole
from affiche.api.files import BINARY, FORM, UPLOAD, kind_of, of_form, picture_of
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.references import ALL, PLAIN, OfProject, ReferenceShape, shape
from affiche.domain.collections import LONGEST_CATEGORY
from affiche.errors import (
    AfficheError,
    ArchiveRefused,
    Busy,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    PictureBroken,
    PictureEmpty,
    PictureTooLarge,
    PictureTooManyFrames,
    PictureTooManyPixels,
    PictureTooSlow,
    PictureTypeRefused,
    PictureUnknown,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
    StorageFailed,
    StorageFull,
)
from affiche.studio import imports
from affiche.studio.imports import Brought

router: Final = APIRouter(prefix="/v1/references", tags=["references"])
ARCHIVE_MB: Final = 64
"""Of an archive in one request; the command line brings larger ones, and folders."""
ARCHIVES: Final = "multipart/form-data, application/zip"
SENT: Final[tuple[type[AfficheError], ...]] = (
    *(Forbidden, NotFound, RequestUnreadable, RequestStalled, MediaTypeRefused, InvalidInputs),
    *(EncodingRefused, Busy, StorageFailed, StorageFull),
)
ZIP: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY}}
        },
        "application/zip": {"schema": BINARY},
    },
}
AsCategory = Annotated[str, Query(max_length=LONGEST_CATEGORY, pattern=PLAIN)]


class RefusedShape(BaseModel):
    """A file that was not taken."""

    file: str
    code: str
    message: str


class ImportShape(BaseModel):
    """What became of an archive. `known`: pictures that were there already."""

    added: list[UUID]
    known: list[UUID]
    refused: list[RefusedShape]
    passed_over: int = Field(description="Files that are no pictures.")


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": UPLOAD},
    responses=refusals(
        *ALL,
        *(*SENT, PictureEmpty, PictureBroken, PictureTooLarge, PictureTooManyPixels),
        *(PictureTooManyFrames, PictureTooSlow, PictureTypeRefused, PictureUnknown),
    )
    | {200: {"description": "It is there already, and this is it.", "model": ReferenceShape}},
)
async def create_reference(
    request: Request,
    response: Response,
    caller: SignedIn,
    name: Annotated[
        str, Query(max_length=500, description="The file's name, where the body is the picture.")
    ] = "",
    category: AsCategory = "",
    project_id: OfProject = None,
) -> ReferenceShape:
    """Bring one picture, sent as the form field `file` or as the body itself."""
    studio = studio_of(request)
    data, name = await picture_of(request, name)
    found, is_new = await imports.bring(
        studio, caller, Brought(data, name, category), project_id=project_id
    )
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/references/{found.id}"
    return shape(found)


@router.post(
    "/import",
    openapi_extra={"requestBody": ZIP},
    responses=refusals(*ALL, *SENT, RequestTooLarge, ArchiveRefused),
)
async def import_references(
    request: Request,
    caller: SignedIn,
    category: Annotated[
        str | None,
        Query(
            max_length=LONGEST_CATEGORY,
            pattern=PLAIN,
            description="For all of them; else each has the name of the folder that it is in.",
        ),
    ] = None,
    project_id: OfProject = None,
) -> ImportShape:
    """Bring every picture of a zip archive, with `photo.txt` and `photo.ko.txt` as captions.

    What is there already is passed over, so the same archive may be sent again.
    """
    too_large = RequestTooLarge(limit=ARCHIVE_MB)
    kind = kind_of(request)
    if kind == FORM:
        data, _ = await of_form(request, ARCHIVE_MB * 2**20, too_large)
    elif kind in ("application/zip", "application/octet-stream", "application/x-zip-compressed"):
        data = await whole(request, ARCHIVE_MB * 2**20, too_large)
    else:
        raise MediaTypeRefused(accepted=ARCHIVES)
    found = await imports.bring_archive(
        studio_of(request), caller, imports.opened(data), project_id=project_id, category=category
    )
    language = of_request(request)
    return ImportShape(
        added=list(found.added),
        known=list(found.known),
        refused=[
            RefusedShape(file=each.field, code=each.code, message=each.message(language))
            for each in found.refused
        ],
        passed_over=found.passed_over,
    )
