"""The workshop, for operators: all templates with their versions, and bringing in a workflow."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from affiche.api import auth
from affiche.api.admin.door import Operating, looking
from affiche.api.bodies import whole
from affiche.catalog import folders
from affiche.domain.changes import Change, changes
from affiche.errors import (
    AfficheError,
    Forbidden,
    GraphInvalid,
    GraphProblem,
    NotFound,
    PictureError,
    RequestTooLarge,
    RequestUnreadable,
    TemplateInvalid,
    VersionCurrent,
)
from affiche.graphs.graph import MAX_BYTES, MAX_NODES
from affiche.studio import drafts, recall, workflows, workshop
from affiche.studio.studio import Caller
from affiche.studio.workshop import Listed, Version
from affiche.web.pages import PRIVATE, Desk, desk
from affiche.web.posts import Bounded
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
LONGEST: Final = 128 * 1024
SHOWN: Final = 20
ACCEPT: Final = ".json,application/json,image/png,image/webp,image/jpeg"
STATES: Final = {"offer": True, "retire": False}
STEPS: Final = {"earlier": -1, "later": 1}


async def words(request: Request) -> dict[str, str]:
    """The entries of a form of the workshop. Raises Forbidden for another site's."""
    if not auth.of_this_site(request, auth.studio_of(request)):
        raise Forbidden(detail="sent by another site")
    body = await whole(request, LONGEST, RequestTooLarge(limit=1))
    try:
        found = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=60))
    except ValueError as error:
        raise RequestUnreadable(reason="json_utf8", detail=str(error)) from error
    return {key: value.replace("\0", "").replace("\r\n", "\n") for key, value in found.items()}


# --- all of them ------------------------------------------------------------------------------


@router.get("/workshop")
async def show(
    request: Request, caller: Annotated[Caller, Depends(looking("templates.look"))]
) -> Response:
    return await _all(desk(request, caller), caller)


@router.post("/workshop/templates/{slug}/{act}")
async def act_on(request: Request, slug: str, act: str, caller: Operating) -> Response:
    """Offer or retire it, move it, edit it, or give it back to its folder."""
    page = desk(request, caller)
    if act in STATES:
        await workshop.offer(page.studio, caller, slug, offered=STATES[act])
    elif act in STEPS:
        await workshop.place(page.studio, caller, slug, STEPS[act])
    elif act == "edit":
        draft_id = await drafts.begin_from(page.studio, caller, slug)
        return page.go(f"/workshop/drafts/{draft_id}")
    elif act == "give-back":
        sent = await words(request)
        if sent.get("sure") != "yes":
            return page.go(f"/workshop/templates/{quote(slug)}")
        await workshop.give_back(page.studio, caller, slug)
        return page.go(f"/workshop/templates/{quote(slug)}")
    else:
        raise NotFound(what="page")
    return await _all(page, caller) if page.wants_fragment else page.go("/workshop")


async def _all(page: Desk, caller: Caller) -> Response:
    return page.page(
        "workshop/all.html",
        found=await workshop.listed(page.studio, caller),
        drafts=await drafts.listed(page.studio, caller),
        days=workshop.DAYS,
    )


# --- one of them ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A version, and what it changed against the one before."""

    version: Version
    changes: list[Change]


@router.get("/workshop/templates/{slug}")
async def show_one(
    request: Request,
    slug: str,
    caller: Annotated[Caller, Depends(looking("templates.look"))],
    before: Annotated[int, Query(ge=1, le=workshop.LAST)] = workshop.LAST,
    engines: str = "",
) -> Response:
    page = desk(request, caller)
    found = await workshop.get(page.studio, caller, slug)
    return await _one(page, caller, found, before, look=engines == "look")


@router.post("/workshop/templates/{slug}/versions/{version}/restore")
async def restore(request: Request, slug: str, version: int, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    try:
        await workshop.restore(page.studio, caller, slug, version, note=sent.get("note", ""))
    except VersionCurrent as error:
        found = await workshop.get(page.studio, caller, slug)
        return await _one(page, caller, found, problem=error)
    if page.wants_fragment:
        return await _one(page, caller, await workshop.get(page.studio, caller, slug))
    return page.go(f"/workshop/templates/{quote(slug)}")


async def _one(
    page: Desk,
    caller: Caller,
    found: Listed,
    before: int = workshop.LAST,
    problem: AfficheError | None = None,
    *,
    look: bool = False,
) -> Response:
    studio, id_ = page.studio, found.row.id
    there = (await workshop.versions(studio, caller, id_, before))[: SHOWN + 1]
    told = []
    for version, older in zip(there[:SHOWN], [*there[1:], None][:SHOWN], strict=True):
        new = await studio.versions.read(studio.database, id_, version.version)
        old = await studio.versions.read(studio.database, id_, older.version) if older else None
        told.append(Told(version, changes(old, new) if old else []))
    try:
        folder = await workshop.on_disk(studio, id_)
    except TemplateInvalid:
        folder = None
    return page.page(
        "workshop/one.html",
        status=problem.status if problem else 200,
        found=found,
        told=told,
        earlier=there[SHOWN - 1].version if len(there) > SHOWN else None,
        drafts=await drafts.listed(studio, caller, id_),
        folder=folder,
        drifted=folder is not None and folder.version != found.template.version,
        problem=problem.message(page.language) if problem else "",
        days=workshop.DAYS,
        fits=await workshop.fits(studio, caller, found.template, look=look),
    )


@router.get("/workshop/templates/{slug}/export")
async def export(
    request: Request,
    slug: str,
    caller: Operating,
    version: Annotated[int, Query(ge=0, le=workshop.LAST)] = 0,
) -> Response:
    """A version as the folder that the catalog reads, in a zip."""
    page = desk(request, caller)
    found = await workshop.get(page.studio, caller, slug)
    template = found.template
    if version:
        template = await page.studio.versions.read(page.studio.database, found.row.id, version)
    data = await asyncio.to_thread(folders.packed, template)
    name = f"{template.slug}-{version or found.row.version}.zip"
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/zip", headers=headers)


# --- a new one --------------------------------------------------------------------------------


@router.get("/workshop/new")
async def ask_for_one(request: Request, caller: Operating) -> Response:
    return _new(desk(request, caller))


@router.post("/workshop/new")
async def bring(request: Request, caller: Operating) -> Response:
    """A workflow as ComfyUI saves it, as a file or as text, or a picture that it made."""
    page = desk(request, caller)
    data, name = await workflow_of(request, page.studio)
    try:
        graph = await workflows.read(page.studio, caller, data)
    except GraphInvalid as error:
        return _new(page, error.problems, text=data if not name else b"", file=name)
    except PictureError as error:
        return _new(page, broken=error.message(page.language), file=name)
    return page.go(f"/workshop/drafts/{await drafts.begin(page.studio, caller, graph)}")


async def workflow_of(request: Request, studio: Any) -> tuple[bytes, str]:
    """What was brought, and the file's name where it was one. Raises Forbidden, RequestTooLarge."""
    if not auth.of_this_site(request, studio):
        raise Forbidden(detail="sent by another site")
    bounded = Bounded(request, recall.MEGABYTES, 1)
    bounded.error = RequestTooLarge(limit=recall.MEGABYTES)
    async with bounded.form(max_files=1, max_fields=10, max_part_size=2 * MAX_BYTES) as form:
        sent = form.get("file")
        if isinstance(sent, UploadFile) and sent.filename:
            return await sent.read(), sent.filename
        text = form.get("text")
        return (text if isinstance(text, str) else "").encode(), ""


def _new(
    page: Desk,
    problems: tuple[GraphProblem, ...] = (),
    text: bytes = b"",
    file: str = "",
    broken: str = "",
) -> Response:
    wrong = [broken] if broken else [each.message(page.language) for each in problems]
    about: Mapping[str, Any] = {
        "problems": wrong,
        "is_editors": any(each.code.startswith("editor_") for each in problems),
        "text": text.decode(errors="replace"),
        "file": file,
        "megabytes": MAX_BYTES // 2**20,
        "picture_megabytes": recall.MEGABYTES,
        "accept": ACCEPT,
        "nodes": MAX_NODES,
    }
    return page.page("workshop/new.html", status=422 if wrong else 200, **about)
