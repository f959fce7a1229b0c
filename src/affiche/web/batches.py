"""Batches that were asked for: the list, one of them while it runs and when it is done, and what
next with it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.batches import MOST_VARIATIONS, MOST_WORKS
from affiche.errors import NotFound, NothingFailed, NothingKept
from affiche.studio import batches, likeness, templates, works
from affiche.studio.batches import Batch, Choice
from affiche.studio.studio import Caller
from affiche.studio.uploads import File
from affiche.texts import say
from affiche.web import sheets
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 12
RECENT: Final = 3
SAMPLES: Final = 6
LIVE: Final = ", ".join(
    [
        "batch.changed from:body throttle:500ms",
        "work.progress from:body throttle:1s",
        "htmx:sse:after:connection from:body",
        "online from:window",
        "every 15s",
    ]
)
"""When a page about batches is read again."""
CHOICES: Final[dict[str, Choice | None]] = {"keep": "kept", "reject": "rejected", "clear": None}
Place = Annotated[int, Query(ge=0, lt=MOST_WORKS)]


@dataclass(frozen=True, slots=True)
class Row:
    """A batch in a list: what it is called, how far it is, and the first pictures of it."""

    batch: Batch
    title: str
    tally: sheets.Tally
    pictures: list[File]


@router.get("/batches")
async def list_batches(request: Request, caller: SignedIn, before: UUID | None = None) -> Response:
    page = desk(request, caller)
    found = await rows(page, caller, PAGE + 1, before)
    shown = found[:PAGE]
    return page.page(
        "batches/list.html",
        rows=shown,
        before=before,
        next=shown[-1].batch.id if len(found) > PAGE else None,
        running=any(not row.batch.ended for row in shown),
        trigger=LIVE,
    )


@router.get("/batches/{batch_id:uuid}")
async def show_batch(
    request: Request, batch_id: UUID, caller: SignedIn, show: str = "all", first: Place = 0
) -> Response:
    page = desk(request, caller)
    return await _page(page, caller, await batches.get(page.studio, caller, batch_id), show, first)


@router.post("/batches/{batch_id:uuid}/cancel")
async def cancel(
    request: Request, batch_id: UUID, caller: SignedIn, show: str = "all", first: Place = 0
) -> Response:
    """What has not ended; again is fine."""
    page = desk(request, caller)
    batch = await batches.cancel(page.studio, caller, batch_id)
    return await _after(page, caller, batch, show, first)


@router.post("/batches/{batch_id:uuid}/retry")
async def retry(
    request: Request, batch_id: UUID, caller: SignedIn, show: str = "all", first: Place = 0
) -> Response:
    page = desk(request, caller)
    try:
        batch = await batches.retry(page.studio, caller, batch_id)
    except NothingFailed:
        # Somebody else was quicker; the page shows how it stands.
        batch = await batches.get(page.studio, caller, batch_id)
    return await _after(page, caller, batch, show, first)


@router.post("/batches/{batch_id:uuid}/choose")
async def choose(
    request: Request, batch_id: UUID, caller: SignedIn, show: str = "all", first: Place = 0
) -> Response:
    """Keep or reject one, or take that back."""
    page = desk(request, caller)
    async with request.form(max_files=0, max_fields=10) as form:
        sent = next(((name, str(form[name])) for name in CHOICES if name in form), None)
    if sent is None:
        raise NotFound(what="work")
    try:
        chosen = UUID(sent[1])
    except ValueError as error:
        raise NotFound(what="work") from error
    batch = await batches.choose(page.studio, caller, batch_id, [chosen], CHOICES[sent[0]])
    return await _after(page, caller, batch, show, first)


@router.post("/batches/{batch_id:uuid}/more")
async def more(request: Request, batch_id: UUID, caller: SignedIn) -> Response:
    """A new batch like the kept ones."""
    page = desk(request, caller)
    async with request.form(max_files=0, max_fields=10) as form:
        told = str(form.get("variations") or "1")
    count = int(told) if told.isascii() and told.isdigit() and len(told) < 3 else 0
    try:
        made = await likeness.more(page.studio, caller, batch_id, variations=count)
    except NothingKept:
        return page.go(f"/batches/{batch_id}")
    return page.go(f"/batches/{made.id}")


async def rows(page: Desk, caller: Caller, limit: int, before: UUID | None = None) -> list[Row]:
    """The caller's newest batches, each with some pictures."""
    found = []
    for batch in await batches.page(page.studio, caller, before=before, limit=limit):
        done = await batches.works_of(
            page.studio, caller, batch.id, statuses=("completed",), limit=SAMPLES
        )
        files = await works.outputs(page.studio, caller, [work.id for work in done])
        first = {file.work_id: file for file in reversed(files)}
        pictures = [first[work.id] for work in done if work.id in first]
        found.append(Row(batch, await _title(page, batch), sheets.tally(batch), pictures))
    return found


async def _after(page: Desk, caller: Caller, batch: Batch, show: str, first: int) -> Response:
    if page.wants_fragment:
        return await _page(page, caller, batch, show, first)
    return page.go(sheets.address(batch, show, first))


async def _page(page: Desk, caller: Caller, batch: Batch, show: str, first: int) -> Response:
    if show not in sheets.SHOWN:
        raise NotFound(what="page")
    context: dict[str, Any] = await sheets.of_batch(page, caller, batch, show, first)
    return page.page(
        "batches/page.html",
        batch=batch,
        title=await _title(page, batch),
        tally=sheets.tally(batch),
        running=not batch.ended,
        most_variations=MOST_VARIATIONS,
        trigger=LIVE,
        **context,
    )


async def _title(page: Desk, batch: Batch) -> str:
    if batch.name:
        return batch.name
    template = await templates.at_version(page.studio, batch.template_id, batch.template_version)
    title = template.title.say(page.language)
    return say(page.language, "batches.page.untitled", title=title, number=batch.number)
