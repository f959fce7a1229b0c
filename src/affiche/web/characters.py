"""Characters: all of them as portraits, each with its words, its figures and its works."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
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
from affiche.studio import characters, gallery, portraits, works
from affiche.studio.characters import Character
from affiche.studio.gallery import Wanted
from affiche.studio.projects import Project
from affiche.studio.studio import Studio
from affiche.studio.works import LAST_ID, Work
from affiche.web import cards, traits
from affiche.web import portraits as walls
from affiche.web.cards import SHOWN
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.portraits import Portrait
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 24
QUEUE: Final = 20
LONGEST: Final = 128 * 1024
"""Bytes of a form: too long a text comes back with what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of its gallery: what kind of works, and older or newer than which."""

    show: str = "all"
    before: UUID | None = None
    after: UUID | None = None

    @property
    def address(self) -> dict[str, object]:
        show = self.show if self.show != "all" else ""
        return {"show": show, "before": self.before, "after": self.after}


def part_of(show: str = "all", before: UUID | None = None, after: UUID | None = None) -> Part:
    if show not in SHOWN:
        raise NotFound(what="page")
    return Part(show, before, after)


Asked = Annotated[Part, Depends(part_of)]


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
    asked: Asked,
    edit: Annotated[bool, Query()] = False,
) -> Response:
    return await _page(desk(request, caller), caller, name, asked, editing=edit)


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
    asked: Asked,
) -> Response:
    page = desk(request, caller)
    # What ended while the finger was on its way: the page shows how.
    with suppress(TransitionRefused):
        await works.cancel(page.studio, caller, work_id)
    if page.wants_fragment:
        return await _page(page, caller, name, asked)
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
    asked: Part = Part(),
    *,
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
        kinds=list(SHOWN),
        asked=False,
        standing=None,
        **await _works(page, caller, found.character, asked),
    )


async def _works(page: Desk, caller: SignedIn, character: Character, part: Part) -> dict[str, Any]:
    """Its figures, what is under way, and a page of its gallery."""
    studio, own = page.studio, character.id
    shown, part, older = await _part(studio, caller, own, part)
    queue = await works.page(studio, caller, statuses=SHOWN["running"], character=own, limit=QUEUE)
    tally = await portraits.tally(studio, caller, character.id)
    return {
        "statistics": await characters.statistics(studio, caller, character.id),
        "tally": tally,
        "took": timedelta(seconds=tally.seconds) if tally.seconds is not None else None,
        "queue": await cards.of_works(studio, caller, queue, page.language),
        "cards": await cards.of_works(studio, caller, shown, page.language),
        "part": part,
        "newer": shown[0].id if shown and part.before else None,
        "older": shown[-1].id if older else None,
        "caller_id": caller.id,
    }


async def _part(
    studio: Studio, caller: SignedIn, character: UUID, part: Part
) -> tuple[list[Work], Part, bool]:
    """The works; the part that they are, from now on as well, whatever comes or goes above it; and
    whether there are older ones. Above the newest works there is the first page."""
    wanted = Wanted(
        statuses=SHOWN[part.show], character=character, before=part.before, after=part.after
    )
    found = await gallery.page(studio, caller, wanted, limit=PAGE + 1)
    if not part.after:
        return found[:PAGE], part, len(found) > PAGE
    if len(found) <= PAGE:
        return await _part(studio, caller, character, Part(part.show))
    below = UUID(int=min(found[1].id.int + 1, LAST_ID.int))
    return found[1:], Part(part.show, before=below), True


def _may_remove(caller: SignedIn, portrait: Portrait, project: Project) -> bool:
    return portrait.character.user_id == caller.id or project.role == "admin"
