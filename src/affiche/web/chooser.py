"""One's own pictures, to choose one for a form: what was made, and what it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.selections import LONGEST_SEARCH
from affiche.domain.templates import Template
from affiche.studio import gallery, templates, uploads
from affiche.studio.gallery import Wanted
from affiche.studio.uploads import File
from affiche.studio.works import Work
from affiche.web import cards
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 24
STRIDE: Final = 100
"""Works that are looked through at once for what they were made from."""
STRIDES: Final = 5
"""How often, before the page ends with fewer pictures: many works may be of a single one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`words`: what was asked of it, or how its file was called."""

    picture: File
    words: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The next pictures begin `before` that work; None at the end."""

    choices: Sequence[Choice]
    before: UUID | None


@router.get("/pictures")
async def choose(
    request: Request,
    caller: SignedIn,
    words: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    before: UUID | None = None,
    of: Literal["made", "brought"] = "made",
) -> Response:
    """Newest first, as a part of a page; as a page of its own it is the gallery."""
    page = desk(request, caller)
    if not page.wants_fragment:
        return page.go("/gallery")
    look = made if of == "made" else brought
    return page.page(
        "make/pictures.html",
        shelf=await look(page, caller, words, before),
        of=of,
        words=words,
        first=before is None,
    )


async def made(page: Desk, caller: SignedIn, words: str, before: UUID | None) -> Shelf:
    """The results of works that have those words."""
    wanted = Wanted(statuses=("completed",), words=words, before=before)
    found = await gallery.page(page.studio, caller, wanted, limit=PAGE + 1)
    hung = await cards.of_works(page.studio, caller, found[:PAGE], page.language)
    choices = [Choice(card.picture, card.words) for card in hung if card.picture]
    return Shelf(choices, found[PAGE - 1].id if len(found) > PAGE else None)


async def brought(page: Desk, caller: SignedIn, words: str, before: UUID | None) -> Shelf:
    """What the caller brought and works were made from, by the latest of those works; masks are
    none of it. One that further works were made from may come again on a later page."""
    known: dict[tuple[UUID, int | None], Template] = {}
    choices: dict[UUID, Choice] = {}
    for _ in range(STRIDES):
        wanted = Wanted(words=words, before=before)
        found = await gallery.page(page.studio, caller, wanted, limit=STRIDE)
        told: dict[UUID, str] = {}
        for work in found:
            template = await _template(page, work, known)
            for source in cards.sources(work, template):
                told.setdefault(source, cards.words(work, template, page.language))
        new = [id_ for id_ in told if id_ not in choices]
        for file in await uploads.some(page.studio, caller, new) if new else ():
            if file.user_id == caller.id and file.work_id is None:
                choices[file.id] = Choice(file, file.name or told[file.id])
        before = found[-1].id if len(found) == STRIDE else None
        if before is None or len(choices) >= PAGE:
            break
    return Shelf(list(choices.values()), before)


async def _template(
    page: Desk, work: Work, known: dict[tuple[UUID, int | None], Template]
) -> Template:
    version = (work.template_id, work.template_version)
    if version not in known:
        known[version] = await templates.at_version(page.studio, *version)
    return known[version]
