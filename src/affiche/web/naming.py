"""A work's title and tags, changed on a page of their own: the work's is read anew at any time."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.tags import MOST, listed
from affiche.errors import InvalidInputs
from affiche.studio import titles, works
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)


@router.get("/works/{work_id}/name")
async def name_form(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    page = desk(request, caller)
    work = await works.get(page.studio, caller, work_id)
    return _form(page, work_id, work.title or "", ", ".join(work.tags))


@router.post("/works/{work_id}/name")
async def name(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    page, sent = desk(request, caller), await words(request)
    title, tags = sent.get("title", ""), sent.get("tags", "")
    work = await works.get(page.studio, caller, work_id)
    try:
        await titles.edit(
            page.studio,
            caller,
            work_id,
            # What was left as it was, a model may still change; and what has no title needs none.
            title=None if title in ("", work.title or "") else title,
            tags=listed(tags),
        )
    except InvalidInputs as error:
        return _form(page, work_id, title, tags, error)
    return page.go(f"/works/{work_id}")


def _form(
    page: Desk, work_id: UUID, title: str, tags: str, error: InvalidInputs | None = None
) -> Response:
    problem = " ".join(p.message(page.language) for p in error.problems) if error else None
    return page.page(
        "naming.html",
        status=error.status if error else 200,
        address=f"/works/{work_id}",
        title=title,
        tags=tags,
        most=MOST,
        problem=problem,
    )
