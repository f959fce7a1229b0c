"""Stored pictures by signed link, where they lie in a folder of ours: for engines elsewhere."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from affiche.api.auth import studio_of
from affiche.api.files import ALONE
from affiche.pictures.kinds import EXTENSIONS
from affiche.studio import uploads

# Nobody makes these addresses up: they are no part of the API that is described.
router: Final = APIRouter(prefix="/o", include_in_schema=False)


@router.get("/{bucket}/{key:path}", response_class=Response)
async def read_object(
    request: Request,
    bucket: str,
    key: str,
    exp: Annotated[str, Query(max_length=20)] = "",
    sig: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The picture, for whoever has a link to it that holds; else it is as absent as none."""
    stream = await uploads.linked(studio_of(request), bucket, key, exp, sig)
    media_type = stream.entry.media_type
    headers = {
        "Content-Length": str(stream.size),
        "Content-Security-Policy": ALONE,
        "Cache-Control": "private, max-age=300",
    }
    known = media_type if media_type in EXTENSIONS else "application/octet-stream"
    return StreamingResponse(stream, headers=headers, media_type=known)
