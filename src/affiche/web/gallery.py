"""The first page: what can be made, and what was made last."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.studio import templates, works
from affiche.web import cards, samples
from affiche.web.pages import desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
RECENT: Final = 12


@router.get("/")
async def gallery(request: Request, caller: SignedIn) -> Response:
    page = desk(request, caller)
    offered = await templates.gallery(page.studio, caller)
    recent = await works.page(page.studio, caller, limit=RECENT)
    return page.page(
        "gallery.html",
        templates=[samples.offered(page.studio, v.template, page.language) for v in offered],
        cards=await cards.of_works(page.studio, caller, recent, page.language),
    )


@router.get("/templates/{slug}/sample")
async def sample(request: Request, slug: str, caller: SignedIn) -> Response:
    """The picture that a template shows of itself."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    return samples.picture(page.studio, found.template)
