"""A project: who is in it, its glossary and what it may use; beside it one's own keys."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import Administering
from affiche.domain.translation import Term
from affiche.domain.webhooks import ENDS, OPERATORS, TYPES
from affiche.errors import (
    AfficheError,
    FieldProblem,
    InvalidInputs,
    NotFound,
)
from affiche.pipeline import invitations
from affiche.studio import credits, glossary, keys, projects, storage, webhooks
from affiche.studio.projects import Project, Role
from affiche.studio.studio import Caller
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What a form of the page came to: the `section` that it stands in, the `error` and the `sent`
    words if it was refused, else what is told this once: a `secret`, and `about` whose it is."""

    section: str
    error: AfficheError | None = None
    sent: dict[str, str] = field(default_factory=dict)
    secret: str | None = None
    about: str = ""
    mailed: bool = False


@router.get("/project")
async def own(
    request: Request,
    caller: Administering,
    asked: Annotated[UUID | None, Query(alias="id")] = None,
) -> Response:
    """The caller's own, or another that they are in."""
    page = desk(request, caller)
    if asked is not None:
        return await show_project(page, caller, asked)
    mine = await projects.mine(page.studio, caller)
    first = next((each for each in mine if each.user_id == caller.id and each.is_default), None)
    if not mine:
        raise NotFound(what="project")
    return await show_project(page, caller, (first or mine[0]).id)


@router.get("/projects/{project_id}")
async def show(request: Request, project_id: UUID, caller: Administering) -> Response:
    return await show_project(desk(request, caller), caller, project_id)


@router.post("/projects/{project_id}/invitations")
async def invite(request: Request, project_id: UUID, caller: Administering) -> Response:
    """The link is shown once, and goes out by e-mail too where the studio sends any."""
    page, sent = desk(request, caller), await words(request)
    role: Role = "admin" if sent.get("role") == "admin" else "member"
    try:
        made, token = await projects.invite(
            page.studio, caller, project_id, sent.get("email", ""), role
        )
    except InvalidInputs as error:
        return await show_project(page, caller, project_id, Said("people", error, sent))
    project = await projects.get(page.studio, caller, project_id)
    mailed = await invitations.send(page.studio, made, project.name, token, page.language)
    base = page.studio.settings.public_url or page.studio.settings.url or str(request.base_url)
    link = f"{base.rstrip('/')}/invitation?token={token}"
    said = Said("people", secret=link, about=made.email, mailed=mailed)
    return await show_project(page, caller, project_id, said)


@router.post("/projects/{project_id}/invitations/{invitation_id}/withdraw")
async def withdraw(
    request: Request, project_id: UUID, invitation_id: UUID, caller: Administering
) -> Response:
    page, _ = desk(request, caller), await words(request)
    await projects.uninvite(page.studio, caller, project_id, invitation_id)
    return await after(page, caller, project_id, "people")


@router.post("/projects/{project_id}/people/{user_id}/role")
async def change_role(
    request: Request, project_id: UUID, user_id: UUID, caller: Administering
) -> Response:
    page, sent = desk(request, caller), await words(request)
    role: Role = "admin" if sent.get("role") == "admin" else "member"
    await projects.set_role(page.studio, caller, project_id, user_id, role)
    return await after(page, caller, project_id, "people")


@router.post("/projects/{project_id}/people/{user_id}/remove")
async def remove_person(
    request: Request, project_id: UUID, user_id: UUID, caller: Administering
) -> Response:
    """By an admin; or whoever it is leaves."""
    page, _ = desk(request, caller), await words(request)
    await projects.remove(page.studio, caller, project_id, user_id)
    if user_id == caller.id:
        return page.go("/project")
    return await after(page, caller, project_id, "people")


@router.post("/projects/{project_id}/keys/{key_id}/revoke")
async def revoke_key(
    request: Request, project_id: UUID, key_id: UUID, caller: Administering
) -> Response:
    page, _ = desk(request, caller), await words(request)
    await keys.revoke(page.studio, caller, key_id)
    return await after(page, caller, project_id, "keys")


@router.post("/projects/{project_id}/glossary")
async def put_term(request: Request, project_id: UUID, caller: Administering) -> Response:
    """Without English it is kept as it is written."""
    page, sent = desk(request, caller), await words(request)
    english = sent.get("english", "").strip() or None
    try:
        wanted = [Term(sent.get("term", ""), english)]
        await glossary.put(page.studio, caller, project_id, wanted)
    except InvalidInputs as error:
        return await show_project(page, caller, project_id, Said("glossary", error, sent))
    return await after(page, caller, project_id, "glossary")


@router.post("/projects/{project_id}/glossary/remove")
async def remove_term(request: Request, project_id: UUID, caller: Administering) -> Response:
    page, sent = desk(request, caller), await words(request)
    await glossary.remove(page.studio, caller, project_id, sent.get("term", ""))
    return await after(page, caller, project_id, "glossary")


async def after(page: Desk, caller: Caller, project_id: UUID, section: str) -> Response:
    """The page as it is now, at what was changed."""
    if page.wants_fragment:
        return await show_project(page, caller, project_id)
    return page.go(f"/projects/{project_id}#{section}")


async def show_project(
    page: Desk, caller: Caller, project_id: UUID, said: Said | None = None
) -> Response:
    """Raises NotFound for one that the caller is not in."""
    project = await projects.get(page.studio, caller, project_id)
    mine = await projects.mine(page.studio, caller)
    names = {each.id: each.name for each in mine}
    return page.page(
        "project/page.html",
        status=said.error.status if said and said.error else 200,
        project=project,
        mine=mine,
        names=names,
        me=caller,
        root=f"/projects/{project.id}",
        said=said,
        problem=problem_of(page, said) if said else None,
        webhook_types=OPERATORS if caller.is_operator else TYPES,
        webhook_ends=ENDS,
        keys=await keys.listed(page.studio, caller),
        now=page.now,
        terms=await glossary.listed(page.studio, caller, project_id),
        use=await storage.of_project(page.studio, caller, project_id),
        **await _people(page, caller, project),
        **await _budgets(page, caller, project),
    )


async def _people(page: Desk, caller: Caller, project: Project) -> dict[str, Any]:
    """Members for all in it; invitations and webhooks for its admins."""
    found: dict[str, Any] = {"invited": [], "hooks": []}
    if project.role == "admin":
        found["invited"] = await projects.invitations(page.studio, caller, project.id)
        hooks = await webhooks.listed(page.studio, caller, project.id)
        found["hooks"] = [(each, webhooks.state(page.studio, each)) for each in hooks]
    found["members"] = await projects.members(page.studio, caller, project.id)
    return found


async def _budgets(page: Desk, caller: Caller, project: Project) -> dict[str, Any]:
    if not page.studio.settings.credits:
        return {"budgets": [], "bounds": {}}
    ours = await credits.budgets_of_project(page.studio, caller, project.id)
    return {
        "budgets": [*ours, *await credits.budgets(page.studio, caller)],
        "bounds": {each.period: each.credits for each in ours},
    }


def problem_of(page: Desk, said: Said) -> str | None:
    """In one sentence or a few, what was wrong with what was sent."""
    if said.error is None:
        return None
    if isinstance(said.error, InvalidInputs):
        return " ".join(each.message(page.language) for each in said.error.problems)
    told = (said.error.message(page.language), said.error.hint(page.language))
    return " ".join(filter(None, told))


def name_of(sent: dict[str, str], key: str = "name") -> str:
    """A name as it was typed. Raises InvalidInputs."""
    found = sent.get(key, "").strip()
    if not found:
        raise InvalidInputs([FieldProblem(key, "required")])
    if len(found) > LONGEST_NAME:
        told = (("limit", LONGEST_NAME), ("length", len(found)))
        raise InvalidInputs([FieldProblem(key, "too_long", told)])
    if not found.isprintable():
        raise InvalidInputs([FieldProblem(key, "control_characters")])
    return found


def chosen(sent: dict[str, str], kind: str) -> list[str]:
    """Of boxes that are named `kind.what`, those that were ticked."""
    return [each.removeprefix(f"{kind}.") for each in sent if each.startswith(f"{kind}.")]
