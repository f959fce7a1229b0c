"""What a project is called, whose it is, and what may be spent in it; and making another one."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import Administering
from affiche.errors import FieldProblem, InvalidInputs
from affiche.studio import projects, treasury
from affiche.web.doors import words
from affiche.web.pages import desk
from affiche.web.projects import Said, after, name_of, show_project
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PERIODS: Final[tuple[treasury.Period, ...]] = ("day", "month")


@router.post("/projects/{project_id}/new")
async def make_project(request: Request, project_id: UUID, caller: Administering) -> Response:
    """From the page of the one that is shown, which comes back with what is wrong."""
    page, sent = desk(request, caller), await words(request)
    try:
        name = name_of(sent)
    except InvalidInputs as error:
        return await show_project(page, caller, project_id, Said("new", error, sent))
    made = await projects.add(page.studio, caller, name)
    return page.go(f"/projects/{made.id}")


@router.post("/projects/{project_id}/name")
async def rename_project(request: Request, project_id: UUID, caller: Administering) -> Response:
    page, sent = desk(request, caller), await words(request)
    try:
        await projects.rename(page.studio, caller, project_id, name_of(sent))
    except InvalidInputs as error:
        return await show_project(page, caller, project_id, Said("name", error, sent))
    return await after(page, caller, project_id, "project")


@router.post("/projects/{project_id}/people/{user_id}/give")
async def give_project(
    request: Request, project_id: UUID, user_id: UUID, caller: Administering
) -> Response:
    """By its owner, who stays an admin of it."""
    page, _ = desk(request, caller), await words(request)
    await projects.give(page.studio, caller, project_id, user_id)
    return await after(page, caller, project_id, "people")


@router.post("/projects/{project_id}/budgets")
async def set_budgets(request: Request, project_id: UUID, caller: Administering) -> Response:
    """By an operator; an empty box is no bound. Both are set, or none is."""
    page, sent = desk(request, caller), await words(request)
    try:
        wanted = {period: _credits(sent, period) for period in PERIODS}
        for period, bound in wanted.items():
            await treasury.set_budget(page.studio, caller, period, bound, project_id=project_id)
    except InvalidInputs as error:
        return await show_project(page, caller, project_id, Said("use", error, sent))
    return await after(page, caller, project_id, "use")


def _credits(sent: dict[str, str], period: str) -> int | None:
    """Raises InvalidInputs for what is no whole number within bounds."""
    typed = sent.get(period, "").strip().replace(",", "")
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > len(str(treasury.MOST)):
        raise InvalidInputs([FieldProblem(period, "not_whole")])
    found = int(typed)
    if found > treasury.MOST:
        told = (("low", 0), ("high", treasury.MOST))
        raise InvalidInputs([FieldProblem(period, "between", told)])
    return found
