"""Choosing the picture that a character is shown by: one of its works, a reference, or a new one;
and of it a square."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from affiche.api import auth
from affiche.api.auth import SignedIn
from affiche.errors import (
    AfficheError,
    Forbidden,
    NotFound,
    PictureEmpty,
    PictureError,
    StorageFull,
)
from affiche.pictures.crops import Square
from affiche.studio import portraits, references, uploads, works
from affiche.web import cards
from affiche.web import portraits as walls
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.posts import Bounded
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 24
WHOLE: Final = 1000
"""The numbers of the form are thousandths; a square is at least a fifth of its picture."""
SMALLEST: Final = 200


@router.get("/characters/{name}/portrait")
async def show_portraits(
    request: Request,
    name: str,
    caller: SignedIn,
    file: UUID | None = None,
    before: UUID | None = None,
    behind: Annotated[UUID | None, Query()] = None,
) -> Response:
    """`before` and `behind`: the last work and the last reference that were shown already."""
    return await _page(desk(request, caller), caller, name, file, before=before, behind=behind)


@router.post("/characters/{name}/portrait/picture")
async def bring_portrait(request: Request, name: str, caller: SignedIn) -> Response:
    """A new picture, of which the square is chosen next."""
    page = desk(request, caller)
    if not auth.of_this_site(request, page.studio):
        raise Forbidden(detail="sent by another site")
    found, _ = await walls.portrait(page.studio, caller, name)
    try:
        async with Bounded(request, page.studio.limits.megabytes, 1).form(max_files=1) as form:
            sent = form.get("picture")
            if not isinstance(sent, UploadFile) or not sent.filename:
                raise PictureEmpty
            file = await uploads.upload(
                page.studio, caller, await sent.read(), name=sent.filename or ""
            )
    except (PictureError, StorageFull) as error:
        return await _page(page, caller, name, None, error=error)
    return page.go(f"{found.address}/portrait?file={file.id}")


@router.post("/characters/{name}/portrait")
async def choose_portrait(request: Request, name: str, caller: SignedIn) -> Response:
    page, sent = desk(request, caller), await words(request)
    found, _ = await walls.portrait(page.studio, caller, name)
    if "leave" in sent:
        await portraits.leave(page.studio, caller, found.character.id)
        return page.go(found.address)
    try:
        file = UUID(sent.get("file", ""))
    except ValueError as error:
        raise NotFound(what="file") from error
    square = Square(
        _share(sent, "size", WHOLE, SMALLEST), _share(sent, "across"), _share(sent, "down")
    )
    try:
        await portraits.choose(page.studio, caller, found.character.id, file, square)
    except (PictureError, StorageFull) as error:
        return await _page(page, caller, name, file, error=error)
    return page.go(found.address)


async def _page(
    page: Desk,
    caller: SignedIn,
    name: str,
    file: UUID | None,
    *,
    before: UUID | None = None,
    behind: UUID | None = None,
    error: AfficheError | None = None,
) -> Response:
    studio = page.studio
    found, project = await walls.portrait(studio, caller, name)
    chosen = await uploads.get(studio, caller, file) if file else None
    made = await works.page(
        studio,
        caller,
        statuses=("completed",),
        character=found.character.id,
        before=before,
        limit=PAGE + 1,
    )
    others = await references.page(
        studio, caller, project_id=project.id, before=behind, limit=PAGE + 1
    )
    return page.page(
        "characters/portrait.html",
        status=error.status if error else 200,
        portrait=found,
        chosen=chosen,
        problem=error.message(page.language) if error else None,
        cards=await cards.of_works(studio, caller, made[:PAGE], page.language),
        next_work=made[PAGE - 1].id if len(made) > PAGE else None,
        references=others[:PAGE],
        next_reference=others[PAGE - 1].id if len(others) > PAGE else None,
        before=before,
        behind=behind,
        limit=studio.limits.megabytes,
        smallest=SMALLEST,
        whole=WHOLE,
    )


def _share(sent: dict[str, str], name: str, otherwise: int = WHOLE // 2, least: int = 0) -> float:
    """From thousandths, within bounds; the middle of what is no number."""
    typed = sent.get(name, "").strip()
    found = int(typed) if typed.isdecimal() and len(typed) < 6 else otherwise
    return min(WHOLE, max(least, found)) / WHOLE
