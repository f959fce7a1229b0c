"""The first page: what can be made, by kinds of work, and what was made last."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.templates import Template
from affiche.studio import templates, works
from affiche.texts import Language, say
from affiche.web import cards, samples
from affiche.web.pages import desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
RECENT: Final = 12
NAMED: Final = ("image_to_image", "image_brush", "promotional_image", "poster")
"""Work types with a word of their own: those of the templates that are shipped."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work, and how many templates there are of it."""

    name: str
    label: str
    count: int


@router.get("/")
async def gallery(
    request: Request, caller: SignedIn, kind: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    page = desk(request, caller)
    found = [each.template for each in await templates.gallery(page.studio, caller)]
    shown = [each for each in found if kind in ("", each.work_type)]
    recent = await works.page(page.studio, caller, limit=RECENT)
    return page.page(
        "gallery.html",
        kind=kind,
        kinds=kinds(found, page.language),
        templates=[samples.offered(page.studio, each, page.language) for each in shown],
        labels={each.work_type: label(each.work_type, page.language) for each in shown},
        cards=await cards.of_works(page.studio, caller, recent, page.language),
    )


@router.get("/templates/{slug}/sample")
async def sample(
    request: Request, slug: str, caller: SignedIn, width: Literal["720"] | None = None
) -> Response:
    """The picture that a template shows of itself."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    return await samples.picture(page.studio, found.template, small=width is not None)


def kinds(found: Iterable[Template], language: Language) -> list[Kind]:
    """In the order of the templates."""
    counts: dict[str, int] = {}
    for each in found:
        counts[each.work_type] = counts.get(each.work_type, 0) + 1
    return [Kind(name, label(name, language), count) for name, count in counts.items()]


def label(work_type: str, language: Language) -> str:
    """What people call it; of an operator's own kind, its name as words."""
    if work_type in NAMED:
        return say(language, f"make.kind.{work_type}")
    return work_type.replace("_", " ").replace("-", " ").strip().capitalize()
