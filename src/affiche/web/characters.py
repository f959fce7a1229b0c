"""Characters: all of them as portraits, each with its words, its figures and its works."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.errors import (
    AfficheError,
    CharactersFull,
    CharacterTaken,
    InvalidInputs,
    NotFound,
    TransitionRefused,
)
from affiche.studio import characters, portraits, works
from affiche.studio.characters import Character
from affiche.studio.projects import Project
from affiche.web import cards, traits
from affiche.web import portraits as walls
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.portraits import Portrait
from affiche.web.refusals import PageRoute
from affiche.web.works import SHOWN

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 24
QUEUE: Final = 20
LONGEST: Final = 128 * 1024
"""Bytes of a form: too long a text comes back with what is wrong with it."""


@router.get("/characters")
async def wall(request: Request, caller: SignedIn, show: str = "") -> Response:
    page = desk(request, caller)
    if show not in ("", "away"):
        raise NotFound(what="page")
    found = await walls.walls(page.studio, caller, archived=show == "away")
    return page.page("characters/wall.html", walls=found, show=show)


@router.get("/characters/new")
async def new(request: Request, caller: SignedIn, project: UUID | None = None) -> Response:
    return _new(desk(request, caller), project, traits.of_character(None))


@router.post("/characters/new")
async def make(request: Request, caller: SignedIn, project: UUID | None = None) -> Response:
    page, sent = desk(request, caller), await words(request, LONGEST)
    try:
        made = await characters.make(
            page.studio, caller, {"name": "", **traits.values(sent)}, project_id=project
        )
    except (InvalidInputs, CharacterTaken, CharactersFull) as error:
        return _new(page, project, sent, error)
    found, _ = await walls.portrait(page.studio, caller, str(made.id))
    return page.go(found.address)


@router.get("/characters/{name}")
async def show(
    request: Request,
    name: str,
    caller: SignedIn,
    show: str = "all",
    before: UUID | None = None,
    edit: Annotated[bool, Query()] = False,
) -> Response:
    if show not in SHOWN:
        raise NotFound(what="page")
    page = desk(request, caller)
    return await _page(page, caller, name, show=show, before=before, editing=edit)


@router.post("/characters/{name}")
async def change(request: Request, name: str, caller: SignedIn) -> Response:
    page, sent = desk(request, caller), await words(request, LONGEST)
    before = await characters.get(page.studio, caller, name)
    try:
        await characters.change(page.studio, caller, before.id, traits.values(sent))
    except (InvalidInputs, CharacterTaken) as error:
        return await _page(page, caller, str(before.id), editing=True, sent=sent, error=error)
    return await _back(page, caller, before)


@router.get("/characters/{name}/lora")
async def lora(request: Request, name: str, caller: SignedIn) -> Response:
    """Whether an engine has its file: asked apart, because an engine may take seconds to answer."""
    page = desk(request, caller)
    found, _ = await walls.portrait(page.studio, caller, name)
    standing = await walls.standing(page.studio, caller, found.character)
    return page.page("characters/lora.html", portrait=found, standing=standing, asked=True)


@router.post("/characters/{name}/works/{work_id}/cancel")
async def cancel(
    request: Request,
    name: str,
    work_id: UUID,
    caller: SignedIn,
    show: str = "all",
    before: UUID | None = None,
) -> Response:
    if show not in SHOWN:
        raise NotFound(what="page")
    page = desk(request, caller)
    # What ended while the finger was on its way: the page shows how.
    with suppress(TransitionRefused):
        await works.cancel(page.studio, caller, work_id)
    if page.wants_fragment:
        return await _page(page, caller, name, show=show, before=before)
    return await _back(page, caller, await characters.get(page.studio, caller, name))


@router.post("/characters/{name}/remove")
async def remove(request: Request, name: str, caller: SignedIn) -> Response:
    """Gone for good, or put away with its works."""
    page = desk(request, caller)
    await words(request)
    left = await characters.remove(page.studio, caller, name)
    return page.go("/characters") if left is None else await _back(page, caller, left)


@router.post("/characters/{name}/restore")
async def restore(request: Request, name: str, caller: SignedIn) -> Response:
    page = desk(request, caller)
    await words(request)
    found = await characters.change(page.studio, caller, name, {"archived": False})
    return await _back(page, caller, found)


async def _back(page: Desk, caller: SignedIn, character: Character) -> Response:
    found, _ = await walls.portrait(page.studio, caller, str(character.id))
    return page.go(found.address)


def _new(
    page: Desk, project: UUID | None, shown: dict[str, str], error: AfficheError | None = None
) -> Response:
    known = traits.problems(error, page.language)
    return page.page(
        "characters/new.html",
        status=error.status if error else 200,
        action=f"/characters/new?project={project}" if project else "/characters/new",
        groups=traits.views(shown, error, page.language),
        problem=error.message(page.language) if error and not known else None,
    )


async def _page(
    page: Desk,
    caller: SignedIn,
    name: str,
    *,
    show: str = "all",
    before: UUID | None = None,
    editing: bool = False,
    sent: dict[str, str] | None = None,
    error: AfficheError | None = None,
) -> Response:
    found, project = await walls.portrait(page.studio, caller, name)
    shown = sent or traits.of_character(found.character)
    return page.page(
        "characters/one.html",
        status=error.status if error else 200,
        portrait=found,
        project=project,
        may_remove=_may_remove(caller, found, project),
        editing=editing,
        groups=traits.views(shown, error, page.language),
        show=show,
        before=before,
        kinds=list(SHOWN),
        asked=False,
        standing=None,
        **await _works(page, caller, found.character, show, before),
    )


async def _works(
    page: Desk, caller: SignedIn, character: Character, show: str, before: UUID | None
) -> dict[str, Any]:
    """Its figures, what is under way, and a page of its gallery."""
    studio, own = page.studio, character.id
    found = await works.page(
        studio, caller, statuses=SHOWN[show], character=own, before=before, limit=PAGE + 1
    )
    queue = await works.page(studio, caller, statuses=SHOWN["running"], character=own, limit=QUEUE)
    tally = await portraits.tally(studio, caller, character.id)
    return {
        "statistics": await characters.statistics(studio, caller, character.id),
        "tally": tally,
        "took": timedelta(seconds=tally.seconds) if tally.seconds is not None else None,
        "queue": await cards.of_works(studio, caller, queue, page.language),
        "cards": await cards.of_works(studio, caller, found[:PAGE], page.language),
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
        "caller_id": caller.id,
    }


def _may_remove(caller: SignedIn, portrait: Portrait, project: Project) -> bool:
    return portrait.character.user_id == caller.id or project.role == "admin"
