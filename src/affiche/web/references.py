"""Reference pictures: all of a project, page by page and searched; one with its captions."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.collections import LONGEST_CAPTION, LONGEST_CATEGORY
from affiche.errors import InvalidInputs, NotFound
from affiche.studio import captions, projects, references
from affiche.studio.failures import recalled
from affiche.studio.projects import Project
from affiche.studio.references import LONGEST_SEARCH, Reference
from affiche.web.bringing import MOST, TOGETHER_MB, Report, read
from affiche.web.doors import words
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute
from affiche.web.stacks import PAGE, Stack, stack_of

router: Final = APIRouter(route_class=PageRoute)
LONGEST: Final = 128 * 1024
"""Bytes of a form: too long a text comes back with what is wrong with it."""
Words = Annotated[str, Query(max_length=LONGEST_SEARCH)]
Category = Annotated[str | None, Query(max_length=LONGEST_CATEGORY)]


@router.get("/references")
async def show_all(
    request: Request,
    caller: SignedIn,
    project: UUID | None = None,
    category: Category = None,
    search: Words = "",
    before: UUID | None = None,
) -> Response:
    page = desk(request, caller)
    stack = await stack_of(page.studio, caller, project, category, search)
    return await _all(page, caller, stack, before=before)


@router.post("/references")
async def bring(request: Request, caller: SignedIn) -> Response:
    """Pictures and archives in a form. A script is told of them in JSON, a person on the page."""
    page = desk(request, caller)
    report, project = await read(request, page.studio, caller, page.language)
    if "application/json" in request.headers.get("accept", ""):
        return report.told()
    return await _all(
        page, caller, await stack_of(page.studio, caller, project, None, ""), report=report
    )


@router.post("/references/captions")
async def caption(request: Request, caller: SignedIn) -> Response:
    """Let the model caption those that have none; `stop` lets the rest have none."""
    page, sent = desk(request, caller), await words(request)
    project = _id(sent.get("project"))
    category = sent.get("category") if "category" in sent else None
    if "stop" in sent:
        await captions.stop(page.studio, caller, project)
    else:
        again = "again" in sent
        await captions.want(page.studio, caller, project, category=category, again=again)
    stack = await stack_of(page.studio, caller, project, category, "")
    return await _all(page, caller, stack) if page.wants_fragment else page.go(stack.address())


@router.get("/references/{reference_id}")
async def show_one(request: Request, reference_id: UUID, caller: SignedIn) -> Response:
    page = desk(request, caller)
    found = await references.get(page.studio, caller, reference_id)
    return await _one(page, caller, found)


@router.post("/references/{reference_id}")
async def change(request: Request, reference_id: UUID, caller: SignedIn) -> Response:
    page, sent = desk(request, caller), await words(request, LONGEST)
    before = await references.get(page.studio, caller, reference_id)
    try:
        found = await references.change(
            page.studio,
            caller,
            reference_id,
            filename=sent.get("filename"),
            category=sent.get("category"),
            caption=_changed(sent.get("caption"), before.vision_description),
            caption_ko=_changed(sent.get("caption_ko"), before.caption_ko),
        )
    except InvalidInputs as error:
        return await _one(page, caller, before, sent=sent, error=error)
    if page.wants_fragment:
        return await _one(page, caller, found, saved=True)
    return page.go(f"/references/{reference_id}")


@router.post("/references/{reference_id}/delete")
async def delete(request: Request, reference_id: UUID, caller: SignedIn) -> Response:
    page = desk(request, caller)
    await words(request)
    found = await references.get(page.studio, caller, reference_id)
    await references.remove(page.studio, caller, reference_id)
    if page.wants_fragment:
        return page.page("references/gone.html", reference=found)
    return page.go("/references")


async def _all(
    page: Desk,
    caller: SignedIn,
    stack: Stack,
    *,
    before: UUID | None = None,
    report: Report | None = None,
) -> Response:
    found = await references.page(
        page.studio,
        caller,
        project_id=stack.project.id,
        category=stack.category,
        words=stack.search,
        before=before,
        limit=PAGE + 1,
    )
    progress = await captions.progress(page.studio, caller, stack.project.id)
    reasons = [
        (recalled(each.code, None).message(page.language), each.references)
        for each in progress.reasons
    ]
    return page.page(
        "references/all.html",
        stack=stack,
        before=before,
        found=found[:PAGE],
        next=found[PAGE - 1].id if len(found) > PAGE else None,
        progress=progress,
        reasons=reasons,
        with_model=page.studio.model is not None,
        report=report,
        most=MOST,
        together=TOGETHER_MB,
        limit=page.studio.limits.megabytes,
    )


async def _one(
    page: Desk,
    caller: SignedIn,
    found: Reference,
    *,
    sent: dict[str, str] | None = None,
    error: InvalidInputs | None = None,
    saved: bool = False,
) -> Response:
    project = await projects.get(page.studio, caller, found.project_id)
    shown = {
        "filename": found.filename,
        "category": found.category,
        "caption": found.vision_description or "",
        "caption_ko": found.caption_ko or "",
    }
    wrong = {p.field: p.message(page.language) for p in error.problems} if error else {}
    context: dict[str, Any] = {
        "reference": found,
        "shown": shown | (sent or {}),
        "wrong": wrong,
        "saved": saved,
        "may_delete": _may_delete(caller, found, project),
        "limit": LONGEST_CAPTION,
    }
    return page.page("references/one.html", status=error.status if error else 200, **context)


def _changed(sent: str | None, before: str | None) -> str | None:
    """None for what was left as it was, so that it stays what it is: the model's or somebody's."""
    return None if sent is None or sent == (before or "") else sent


def _may_delete(caller: SignedIn, found: Reference, project: Project) -> bool:
    return found.user_id == caller.id or project.role == "admin"


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound(what="project") from error
