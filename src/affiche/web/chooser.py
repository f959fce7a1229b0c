"""One's own pictures, to choose one for a form."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.selections import LONGEST_SEARCH
from affiche.studio import gallery
from affiche.studio.gallery import Wanted
from affiche.web import cards
from affiche.web.pages import desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 24


@router.get("/pictures")
async def choose(
    request: Request,
    caller: SignedIn,
    words: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    before: UUID | None = None,
) -> Response:
    """What was made, newest first, as a part of a page; as a page of its own it is the gallery."""
    page = desk(request, caller)
    if not page.wants_fragment:
        return page.go("/gallery")
    wanted = Wanted(statuses=("completed",), words=words, before=before)
    found = await gallery.page(page.studio, caller, wanted, limit=PAGE + 1)
    shown = found[:PAGE]
    hung = await cards.of_works(page.studio, caller, shown, page.language)
    return page.page(
        "make/pictures.html",
        cards=[each for each in hung if each.picture],
        words=words,
        older=shown[-1].id if len(found) > PAGE else None,
        first=before is None,
    )
