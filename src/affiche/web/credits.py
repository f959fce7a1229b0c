"""What a person has of credits, what their works cost, and their statement, month by month."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.months import PATTERN, Month
from affiche.domain.renewals import SEOUL
from affiche.errors import NotFound
from affiche.studio import credits as accounts
from affiche.studio import projects, spending, templates
from affiche.studio.credits import Line
from affiche.studio.spending import Cost, Sum
from affiche.texts import say
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 50
MONTHS: Final = 120
IN_BATCH: Final = 100
Below = Annotated[int | None, Query(ge=1, le=2**53 - 1)]


@router.get("/credits")
async def show(
    request: Request,
    caller: SignedIn,
    month: Annotated[str, Query(pattern=f"{PATTERN}|^$")] = "",
    view: Literal["costs", "lines"] = "costs",
    before: Below = None,
) -> Response:
    page = desk(request, caller)
    if not page.studio.settings.credits:
        return page.page("credits.html", account=None)
    own = await accounts.account(page.studio, caller)
    began = await spending.began(page.studio, caller)
    today = page.now.astimezone(SEOUL).date().replace(day=1)
    months = _months(today, began.astimezone(SEOUL).date() if began else today)
    shown = date.fromisoformat(f"{month}-01") if month else today
    asked = Month.of(shown)
    costs, lines = [], []
    if view == "costs":
        costs = await spending.costs(page.studio, caller, asked, before=before, limit=PAGE + 1)
    else:
        lines = await spending.lines(page.studio, caller, asked, before=before, limit=PAGE + 1)
    found: list[Any] = [*costs, *lines]
    return page.page(
        "credits.html",
        account=own,
        renews_on=own.renews_at.astimezone(SEOUL).date() if own.renews_at else None,
        budgets=await accounts.budgets(page.studio, caller),
        began=began,
        months=months,
        month=shown,
        view=view,
        costs=[await _cost(page, cost) for cost in costs[:PAGE]],
        lines=[await _line(page, line) for line in lines[:PAGE]],
        before=before,
        next=found[PAGE - 1].line if len(found) > PAGE else None,
        **await _summed(page, caller, await spending.sums(page.studio, caller, asked)),
    )


@router.get("/credits/batches/{batch_id}")
async def show_batch(
    request: Request, batch_id: UUID, caller: SignedIn, before: Below = None
) -> Response:
    """What each work of a batch cost; unfolded in place, or a page of its own."""
    page = desk(request, caller)
    found = await spending.costs_of_batch(
        page.studio, caller, batch_id, before=before, limit=IN_BATCH + 1
    )
    if not found and not before:
        raise NotFound(what="batch")
    return page.page(
        "credits/batch.html",
        batch_id=batch_id,
        costs=[await _cost(page, cost) for cost in found[:IN_BATCH]],
        next=found[IN_BATCH - 1].line if len(found) > IN_BATCH else None,
    )


def _months(last: date, first: date) -> list[date]:
    """From the present one back to the first, each by its first day."""
    newest, oldest = (day.year * 12 + day.month - 1 for day in (last, first))
    numbers = range(newest, max(oldest, newest - MONTHS) - 1, -1)
    return [date(n // 12, n % 12 + 1, 1) for n in numbers]


async def _template(page: Desk, template_id: UUID | None, version: int | None) -> str:
    if template_id is None:
        return say(page.language, "credits.page.gone")
    found = await templates.at_version(page.studio, template_id, version)
    return found.title.say(page.language)


async def _cost(page: Desk, cost: Cost) -> dict[str, Any]:
    template = await _template(page, cost.template_id, cost.template_version)
    return {"cost": cost, "title": cost.title or template, "template": template}


async def _line(page: Desk, line: Line) -> dict[str, Any]:
    """A line, and what it is about in words."""
    about = line.reason
    if line.template_id:
        about = line.title or await _template(page, line.template_id, line.template_version)
    if line.output_index is not None:
        number = line.output_index + 1
        about = say(page.language, "credits.page.output", about=about, n=number)
    return {"line": line, "kind": say(page.language, f"credits.types.{line.type}"), "about": about}


async def _summed(page: Desk, caller: SignedIn, sums: Iterable[Sum]) -> dict[str, Any]:
    """The month in three figures, and what was spent by template and by project."""
    sums = list(sums)
    spent = [each for each in sums if each.type in ("charge", "refund")]
    names = {each.id: each.name for each in await projects.mine(page.studio, caller)}
    by_template: dict[str, list[int]] = {}
    by_project: dict[str, list[int]] = {}
    for each in spent:
        template = await _template(page, each.template_id, each.template_version)
        project = names.get(each.project_id) if each.project_id else None
        project = project or say(page.language, "credits.page.elsewhere")
        for kept, name in ((by_template, template), (by_project, project)):
            row = kept.setdefault(name, [0, 0])
            row[0] += each.works
            row[1] -= each.amount
    return {
        "paid": -sum(each.amount for each in spent if each.type == "charge"),
        "returned": sum(each.amount for each in spent if each.type == "refund"),
        "received": sum(each.amount for each in sums if each not in spent),
        "by_template": sorted(by_template.items(), key=lambda row: -row[1][1]),
        "by_project": sorted(by_project.items(), key=lambda row: -row[1][1]),
    }
