"""One of a person's works: while it runs and when it is done, and what next."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from affiche.api.auth import SignedIn
from affiche.domain import names
from affiche.errors import InvalidInputs, NotFound, TransitionRefused
from affiche.pictures.kinds import EXTENSIONS
from affiche.studio import recall, templates, translations, works
from affiche.studio.works import Ask, Work
from affiche.web import views
from affiche.web.pages import PRIVATE, Desk, address, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)


@router.get("/works")
async def lead_to_gallery(request: Request, caller: SignedIn) -> Response:
    """Where works were listed before the gallery was there."""
    kept = {name: request.query_params.get(name, "") for name in ("show", "tag", "before")}
    return RedirectResponse(f"/gallery{address(kept)}", status_code=308)


@router.get("/works/{work_id}")
async def show_work(
    request: Request, work_id: UUID, caller: SignedIn, output: Annotated[int, Query(ge=1)] = 1
) -> Response:
    page = desk(request, caller)
    return await _page(page, caller, await works.get(page.studio, caller, work_id), output)


@router.get("/works/{work_id}/picture")
async def save(
    request: Request, work_id: UUID, caller: SignedIn, output: Annotated[int, Query(ge=1)] = 1
) -> Response:
    """A picture of the work with its settings inside, to be saved."""
    studio = desk(request, caller).studio
    work = await works.get(studio, caller, work_id)
    found = await works.outputs(studio, caller, [work.id]) if work.status == "completed" else []
    if output > len(found):
        raise NotFound(what="output")
    file = found[output - 1]
    extension = EXTENSIONS.get(file.mime_type, "bin")
    name = names.saved(file.name, extension, slug=work.template_slug, number=work.number)
    headers = {"Content-Disposition": names.disposition(name, attachment=True)}
    data = await recall.with_note(studio, work, file)
    return Response(data, media_type=file.mime_type, headers=PRIVATE | headers)


@router.post("/works/{work_id}/cancel")
async def cancel(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    page = desk(request, caller)
    try:
        work = await works.cancel(page.studio, caller, work_id)
    except TransitionRefused:
        # It ended while the finger was on its way: the page shows how.
        work = await works.get(page.studio, caller, work_id)
    if page.wants_fragment:
        return await _page(page, caller, work)
    return page.go(f"/works/{work_id}")


@router.post("/works/{work_id}/retry")
async def retry(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    """The same again, seed included."""
    page = desk(request, caller)
    work = await works.get(page.studio, caller, work_id)
    try:
        return page.go(f"/works/{(await works.retry(page.studio, caller, work_id)).id}")
    except TransitionRefused:
        return page.go(f"/works/{work_id}")
    except InvalidInputs:
        return page.go(f"/templates/{work.template_slug}?from={work_id}")


@router.post("/works/{work_id}/english")
async def reword(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    """The same with other English words; those that were left as they are go as they went."""
    page = desk(request, caller)
    work = await works.get(page.studio, caller, work_id)
    async with request.form(max_files=0, max_fields=50) as form:
        sent = {name: value for name, value in form.items() if isinstance(value, str)}
    wanted = {name: value for name, value in sent.items() if value.strip()}
    try:
        made = await translations.reword(page.studio, caller, work_id, wanted)
    except InvalidInputs:
        return page.go(f"/templates/{work.template_slug}?from={work_id}")
    return page.go(f"/works/{made.id}")


@router.post("/works/{work_id}/again")
async def again(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    """The same with another seed."""
    page = desk(request, caller)
    work = await works.get(page.studio, caller, work_id)
    template = await templates.at_version(page.studio, work.template_id, work.template_version)
    seeds = {field.request_key for field in template.fields if field.is_seed}
    request_ = Ask(
        template=str(work.template_id),
        inputs={key: value for key, value in work.input_data.items() if key not in seeds},
        output_count=work.output_count,
        project_id=work.project_id,
    )
    try:
        return page.go(f"/works/{(await works.ask(page.studio, caller, request_)).id}")
    except InvalidInputs:
        # The template has changed since; its form says what it needs now.
        return page.go(f"/templates/{work.template_slug}?from={work_id}")


async def _page(page: Desk, caller: SignedIn, work: Work, output: int = 1) -> Response:
    context: dict[str, Any] = await views.of_work(page, caller, work, output)
    return page.page("work.html", **context)
