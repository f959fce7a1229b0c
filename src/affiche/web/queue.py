"""One's own queue, on a page of its own, in the side sheet of every page, and beside the form."""

import base64
import json
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.waiting import about, left
from affiche.errors import InvalidInputs, NotFound, TransitionRefused
from affiche.studio import notifications, queue, works
from affiche.studio.failures import recalled
from affiche.studio.queue import Ended, Entry, Found, Waiting
from affiche.studio.studio import Caller
from affiche.studio.works import Work
from affiche.texts import Language, say
from affiche.web import cards, views
from affiche.web.cards import Card
from affiche.web.pages import QUEUE, Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 12
NOTHING: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
"""One pixel through which everything shows."""
TOLD: Final = "queue:told"
"""The event by which a page is told what a press of a button came to."""
LIST: Final = f"{QUEUE}, every 15s"
"""When the list is read again."""


@dataclass(frozen=True, slots=True)
class Row:
    """A work under way, as its asker reads it. `place`: which of how many it is; `left`: how long
    it may take yet; both "" where nobody knows. `look`: the number of the engine's last picture."""

    card: Card
    title: str
    stage: str
    place: str
    left: str
    look: int | None
    foremost: bool

    @property
    def work(self) -> Work:
        return self.card.work


@dataclass(frozen=True, slots=True)
class Past:
    """A work that ended of late, and why it failed."""

    card: Card
    title: str
    tried_again: bool
    why: str

    @property
    def work(self) -> Work:
        return self.card.work


@router.get("/queue")
async def show(
    request: Request,
    caller: SignedIn,
    most: Annotated[int, Query(ge=1, le=queue.MOST)] = PAGE,
) -> Response:
    page = desk(request, caller)
    return page.page("queue.html", **await context(page, caller, most))


@router.get("/queue/button")
async def button(request: Request, caller: SignedIn) -> Response:
    """The masthead's button by itself, with how much is under way now."""
    page = desk(request, caller)
    return page.page("queue/alone.html", tally=await queue.tally(page.studio, caller))


@router.post("/queue")
async def act(
    request: Request,
    caller: SignedIn,
    rest: Annotated[int | None, Form(ge=0)] = None,
    cancel: Annotated[UUID | None, Form()] = None,
    front: Annotated[UUID | None, Form()] = None,
    check: Annotated[UUID | None, Form()] = None,
    retry: Annotated[UUID | None, Form()] = None,
) -> Response:
    """What the button says that was pressed: with `rest`, to all that wait up to that number."""
    page = desk(request, caller)
    try:
        if rest is not None:
            told = _gone(page, await queue.cancel_waiting(page.studio, caller, rest))
        elif cancel is not None:
            work = await works.cancel(page.studio, caller, cancel)
            told = _gone(page, Waiting(1, work.credits_refunded))
        elif front is not None:
            moved = await queue.front(page.studio, caller, front)
            told = say(page.language, "queue.told.fronted" if moved else "queue.told.begun")
        elif check is not None:
            told = _found(page, await queue.look(page.studio, caller, check))
        elif retry is not None:
            # Pressed twice it is asked for once.
            again = f"queue-again-{retry}"
            await works.retry(page.studio, caller, retry, idempotency_key=again)
            told = say(page.language, "queue.told.again")
        else:
            raise NotFound(what="page")
    except TransitionRefused:
        # It ended while the finger was on its way.
        told = say(page.language, "queue.told.too_late")
    except InvalidInputs:
        if retry is None:
            raise
        # The template has changed since; its form says what it needs now.
        work = await works.get(page.studio, caller, retry)
        return page.go(f"/templates/{work.template_slug}?from={retry}")
    return await _answer(page, caller, told)


@router.get("/queue/{work_id:uuid}/look")
async def glimpse(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    """What the engine showed last. The work may have ended while this was asked for: then it is a
    picture of nothing, and the page is read again anyway."""
    page = desk(request, caller)
    try:
        seen = await queue.glimpse(page.studio, caller, work_id)
        picture, kind = seen.picture, seen.media_type
    except NotFound:
        picture, kind = NOTHING, "image/gif"
    return Response(picture, media_type=kind, headers={"Cache-Control": "private, no-store"})


@router.get("/queue/told/{notification_id:uuid}")
async def told(request: Request, notification_id: UUID, caller: SignedIn) -> Response:
    """A notification of the caller's as a toast. It stays unread until it is followed."""
    page = desk(request, caller)
    found = await notifications.get(page.studio, caller, notification_id)
    if found.read_at is not None:
        # They did it themselves, or have seen it elsewhere.
        return Response(status_code=204)
    title, message = found.in_language(page.language)
    work = await works.get(page.studio, caller, found.work_id)
    card = (await cards.of_works(page.studio, caller, [work], page.language))[0]
    return page.page(
        "queue/toast.html", notification=found, title=title, message=message, card=card
    )


async def context(page: Desk, caller: Caller, most: int = PAGE) -> dict[str, Any]:
    """What the list needs, wherever it stands."""
    found = await queue.page(page.studio, caller, limit=most + 1)
    ended = await queue.ended(page.studio, caller)
    shown = found[:most]
    every = [*(each.work for each in shown), *(each.work for each in ended)]
    known = {
        card.work.id: card
        for card in await cards.of_works(page.studio, caller, every, page.language)
    }
    waiting = await queue.waiting(page.studio, caller)
    return {
        "rows": _rows(shown, known, page.language),
        "past": [_past(each, known[each.work.id], page.language) for each in ended],
        "tally": await queue.tally(page.studio, caller),
        "waiting": waiting,
        "most": most,
        "usual": PAGE,
        "more": min(most + 2 * PAGE, queue.MOST) if len(found) > most < queue.MOST else None,
        "counted": queue.COUNTED,
        "list_trigger": LIST,
    }


def _rows(shown: list[Entry], known: dict[UUID, Card], language: Language) -> list[Row]:
    rows, waits = [], False
    for each in shown:
        work = each.work
        found = (work.progress or {}).get("look") if work.status == "processing" else None
        # Nothing waits before the first that waits.
        first = work.status == "pending" and not waits
        waits = waits or work.status == "pending"
        rows.append(
            Row(
                card=known[work.id],
                title=work.title or known[work.id].words,
                stage=" · ".join(filter(None, (views.stage(work, language), views.node(work)))),
                place=_place(each, language),
                left=_left(each, language),
                look=found if isinstance(found, int) else None,
                foremost=first,
            )
        )
    return rows


def _place(entry: Entry, language: Language) -> str:
    if entry.work.status != "pending":
        return ""
    if entry.place is None or entry.line is None:
        return ""
    if entry.line >= queue.COUNTED:
        return say(language, "queue.entry.place_of_many", n=entry.place, line=queue.COUNTED)
    return say(language, "queue.entry.place", n=entry.place, line=entry.line)


def _left(entry: Entry, language: Language) -> str:
    work = entry.work
    if work.waking:
        return say(language, "works.waking", seconds=work.waking)
    if work.status == "pending" and not entry.outlook.answers:
        return say(language, "queue.entry.silent")
    seconds = left(entry.outlook)
    if seconds is None:
        return ""
    unit, n = about(seconds)
    return say(language, f"queue.left.{unit}", n=n)


def _past(ended: Ended, card: Card, language: Language) -> Past:
    work, why = ended.work, ""
    if work.status == "failed":
        why = recalled(work.error_code or "", work.error_params).message(language)
    return Past(card, work.title or card.words, ended.tried_again, why)


def _state(work: Work, page: Desk) -> str:
    if work.waking:
        return say(page.language, "works.waking", seconds=work.waking)
    state = page.say(f"status.{work.status}")
    found = (work.progress or {}).get("percent") if work.status == "processing" else None
    return f"{state} {page.say('work.percent', percent=found)}" if found is not None else state


def _gone(page: Desk, gone: Waiting) -> str:
    if gone.credits:
        key = "queue.told.cancelled_back"
        return say(page.language, key, works=gone.works, credits=gone.credits)
    return say(page.language, "queue.told.cancelled", works=gone.works)


def _found(page: Desk, found: Found) -> str:
    if found.too_soon:
        return say(page.language, "queue.told.too_soon")
    key = "queue.told.looked" if found.looked else "queue.told.not_running"
    return say(page.language, key, status=_state(found.work, page))


async def _answer(page: Desk, caller: Caller, told: str) -> Response:
    """The list as it is now, and what was done, which the page says as it says all such things."""
    if not page.wants_fragment:
        return page.go("/queue")
    answer = page.page("queue.html", **await context(page, caller))
    answer.headers["HX-Trigger"] = json.dumps({TOLD: {"words": told}})
    return answer
