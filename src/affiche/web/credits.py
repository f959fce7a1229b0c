"""What a person has of credits, and their statement."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.renewals import SEOUL
from affiche.errors import NotFound
from affiche.studio import credits as accounts
from affiche.studio import templates
from affiche.studio.credits import Line
from affiche.texts import say
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 50


@router.get("/credits")
async def show(
    request: Request,
    caller: SignedIn,
    before: Annotated[int | None, Query(ge=1, le=2**53 - 1)] = None,
) -> Response:
    page = desk(request, caller)
    if not page.studio.settings.credits:
        raise NotFound(what="page")
    own = await accounts.account(page.studio, caller)
    found = await accounts.statement(page.studio, caller, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return page.page(
        "credits.html",
        account=own,
        renews_on=own.renews_at.astimezone(SEOUL).date() if own.renews_at else None,
        budgets=await accounts.budgets(page.studio, caller),
        lines=[await _view(page, line) for line in shown],
        before=before,
        next=shown[-1].line if len(found) > PAGE else None,
    )


async def _view(page: Desk, line: Line) -> dict[str, Any]:
    """A line, and what it is about in words."""
    about = line.reason
    if line.template_id:
        about = line.title or (
            await templates.at_version(page.studio, line.template_id, line.template_version)
        ).title.say(page.language)
    if line.output_index is not None:
        number = line.output_index + 1
        about = say(page.language, "credits.page.output", about=about, n=number)
    kind = say(page.language, f"credits.types.{line.type}")
    return {"line": line, "kind": kind, "about": about}
