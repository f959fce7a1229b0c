"""What a visitor chooses for all pages: the language."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from affiche.api.languages import COOKIE
from affiche.texts import LANGUAGES
from affiche.web.pages import desk
from affiche.web.refusals import PageRoute

YEAR: Final = 365 * 24 * 3600
router: Final = APIRouter(route_class=PageRoute)


@router.post("/language")
async def choose_language(
    request: Request, language: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/"
) -> Response:
    response = desk(request, None).go(own_path(back))
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=YEAR, samesite="lax", path="/")
    return response


def own_path(path: str) -> str:
    """`path` if it stays on this site, else the first page."""
    leads_away = not path.startswith("/") or path[1:2] in ("/", "\\") or not path.isprintable()
    return "/" if leads_away else path
