"""Pictures in and out."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response, StreamingResponse

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import pieces, whole
from affiche.api.problems import problem, refusals
from affiche.api.ranges import Unsatisfiable, wanted
from affiche.api.shapes import FileShape, file_shape
from affiche.domain import names
from affiche.domain.subjects import output_name, subject_from
from affiche.errors import (
    AfficheError,
    Busy,
    DatabaseUnavailable,
    EncodingRefused,
    FieldProblem,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    NotSignedIn,
    PictureBroken,
    PictureEmpty,
    PictureTooLarge,
    PictureTooManyFrames,
    PictureTooManyPixels,
    PictureTooSlow,
    PictureTypeRefused,
    PictureUnknown,
    RangeRefused,
    RequestStalled,
    RequestUnreadable,
    StorageFailed,
    StorageFull,
)
from affiche.pictures.kinds import EXTENSIONS, KINDS
from affiche.pictures.thumbnails import MEDIA_TYPES
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

router: Final = APIRouter(prefix="/v1/files", tags=["files"])
FORM_SLACK: Final = 64 * 1024
FORM: Final = "multipart/form-data"
ACCEPTED: Final = "multipart/form-data, application/octet-stream, image/*"
UNCHANGING: Final = "private, max-age=31536000, immutable"
# A picture that is opened by itself is a page of its own, and may do nothing. Browsers lay it out
# by a style in the page that they make for it.
ALONE: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
BINARY: Final[dict[str, Any]] = {"type": "string", "format": "binary"}


def uploading(name: str) -> dict[str, Any]:
    """The description of a form whose field `name` is the picture."""
    schema = {"type": "object", "required": [name], "properties": {name: BINARY}}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


UPLOAD: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        **uploading("file")["content"],
        "application/octet-stream": {"schema": BINARY},
        "image/*": {"schema": BINARY},
    },
}
PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture itself.",
        "content": {facts.media_type: {"schema": BINARY} for facts in KINDS.values()},
    },
    206: {
        "description": "The part that was asked for (Range).",
        "content": {facts.media_type: {"schema": BINARY} for facts in KINDS.values()},
    },
    304: {"description": "The client has it already (If-None-Match)."},
}
THUMBNAIL: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The small picture.",
        "content": {media_type: {"schema": BINARY} for media_type in MEDIA_TYPES},
    },
    304: PICTURE[304],
}
UPLOADED: Final[tuple[type[AfficheError], ...]] = (
    *(NotSignedIn, Forbidden, RequestUnreadable, RequestStalled, MediaTypeRefused),
    *(InvalidInputs, PictureEmpty, PictureBroken, PictureTooLarge, PictureTooManyPixels),
    *(PictureTooManyFrames, PictureTooSlow, PictureTypeRefused, PictureUnknown),
    *(EncodingRefused, Busy, DatabaseUnavailable, StorageFailed, StorageFull),
)
ABSENT: Final = refusals(NotSignedIn, NotFound, DatabaseUnavailable, StorageFailed)


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": UPLOAD},
    responses=refusals(*UPLOADED),
)
async def upload_file(
    request: Request,
    caller: SignedIn,
    name: Annotated[
        str, Query(max_length=500, description="The file's name, where the body is the picture.")
    ] = "",
) -> FileShape:
    """Keep a picture, sent as the form field `file` or as the body itself.

    What it is is told from its content. It is decoded to its end, turned upright and freed of
    what it says about its maker before it is kept.
    """
    studio = studio_of(request)
    data, name = await picture_of(request, name)
    return file_shape(await uploads.upload(studio, caller, data, name=name))


@router.get(
    "/{file_id}",
    response_class=Response,
    responses=PICTURE | ABSENT | refusals(InvalidInputs, RangeRefused),
)
async def read_file(
    request: Request,
    file_id: UUID,
    caller: SignedIn,
    download: Annotated[bool, Query(description="As an attachment, to be saved.")] = False,
) -> Response:
    """The picture itself, or with Range a part of it."""
    studio = studio_of(request)
    file = await uploads.get(studio, caller, file_id)
    etag = f'"{file.id}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes"}
    if _has_it(request, etag):
        return Response(status_code=304, headers=headers)
    try:
        part = _part(request, etag, file.file_size)
    except Unsatisfiable:
        refusal = problem(request, RangeRefused(size=file.file_size))
        refusal.headers["Content-Range"] = f"bytes */{file.file_size}"
        return refusal
    # A type that nobody verified can only have been put into the row by hand.
    known = file.mime_type in EXTENSIONS
    name = await _saved_as(studio, caller, file)
    headers["Content-Disposition"] = names.disposition(name, attachment=download or not known)
    headers["Content-Security-Policy"] = ALONE
    start, end = part or (0, file.file_size)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.file_size}"
    return StreamingResponse(
        await uploads.read(studio, file, part),
        status_code=206 if part else 200,
        headers=headers,
        media_type=file.mime_type if known else "application/octet-stream",
    )


@router.get("/{file_id}/thumbnail", response_class=Response, responses=THUMBNAIL | ABSENT)
async def read_thumbnail(request: Request, file_id: UUID, caller: SignedIn) -> Response:
    """The picture at 512 pixels at most, as JPEG, or as WebP if it has alpha; never changes."""
    studio = studio_of(request)
    file = await uploads.get(studio, caller, file_id)
    headers = {
        "ETag": f'"{file.id}-512"',
        "Cache-Control": UNCHANGING,
        "Content-Security-Policy": ALONE,
    }
    if _has_it(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return StreamingResponse(
        await uploads.read_thumbnail(studio, file),
        headers=headers,
        media_type=file.thumbnail_type,
    )


@router.get("/{file_id}/about", responses=refusals(NotSignedIn, NotFound, DatabaseUnavailable))
async def describe_file(request: Request, file_id: UUID, caller: SignedIn) -> FileShape:
    """What is known of the picture: its true type, size, width and height."""
    return file_shape(await uploads.get(studio_of(request), caller, file_id))


def kind_of(request: Request) -> str:
    """The body's media type, as it is said to be."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def picture_of(request: Request, name: str = "") -> tuple[bytes, str]:
    """The picture that was sent, as the form field `file` or as the body itself, and what its file
    is called: as the form says, or else `name`."""
    limits = studio_of(request).limits
    too_large = PictureTooLarge(limit=limits.megabytes)
    kind = kind_of(request)
    if kind == FORM:
        return await of_form(request, limits.bytes, too_large)
    if kind == "application/octet-stream" or kind.startswith("image/"):
        return await whole(request, limits.bytes, too_large), name
    raise MediaTypeRefused(accepted=ACCEPTED)


class _InMemory(MultiPartParser):
    """What is refused has then never been on a disk; the body's limit is also this one's."""

    spool_max_size = 2**40

    def on_part_begin(self) -> None:
        # A form's head may name a codec that takes minutes for a long name (punycode); forms in
        # multipart have no such parameter (RFC 7578, 5.1.2).
        self._charset = "utf-8"
        super().on_part_begin()


async def of_form(
    request: Request, limit: int, too_large: AfficheError, field: str = "file"
) -> tuple[bytes, str]:
    """The bytes and the name of the form's one file, which is in `field`."""
    if kind_of(request) != FORM:
        raise MediaTypeRefused(accepted=FORM)
    body = pieces(request, limit + FORM_SLACK, too_large)
    parser = _InMemory(request.headers, body, max_files=1, max_fields=10, max_part_size=4096)  # type: ignore[arg-type]
    try:
        form = await parser.parse()
    except (MultiPartException, FormParserError) as error:
        raise RequestUnreadable(reason="multipart", detail=str(error)) from None
    strange = [FieldProblem(key[:100], "unknown") for key in form if key != field]
    sent = form.get(field)
    if sent is None:
        strange.insert(0, FieldProblem(field, "required"))
    elif isinstance(sent, str):
        strange.insert(0, FieldProblem(field, "not_a_picture"))
    if strange or not isinstance(sent, UploadFile):
        await form.close()
        raise InvalidInputs(strange)
    data = await sent.read()
    await form.close()
    return data, sent.filename or ""


async def _saved_as(studio: Studio, caller: Caller, file: File) -> str:
    extension = EXTENSIONS.get(file.mime_type, "bin")
    if file.work_id is None:
        return names.saved(file.name, extension)
    work = await works.get(studio, caller, file.work_id)
    index = names.output_index(file.name)
    if index is not None and work.subject is not None:
        own = output_name(subject_from(work.subject), work.number, index, extension)
        if own is not None:
            return own
    return names.saved(file.name, extension, slug=work.template_slug, number=work.number)


def _part(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """Of the file that the client began with, or else the whole (RFC 9110, 13.1.5)."""
    begun = request.headers.get("if-range", etag).strip()
    return wanted(request.headers.get("range", ""), size) if begun == etag else None


def _has_it(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "").strip()
    return known == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
