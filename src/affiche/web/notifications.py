"""What somebody was told of their works and batches: the bell on every page, and the page behind
it, by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain.renewals import SEOUL
from affiche.errors import ChannelOff, NoAddress, NotFound
from affiche.studio import channels, notifications
from affiche.studio.channels import CHANNELS
from affiche.studio.failures import recalled
from affiche.studio.notifications import TYPES, Notification
from affiche.studio.studio import Caller
from affiche.texts import Language, say
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 30
SHOWN: Final = ("all", "unread", "completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as the reader reads it."""

    notification: Notification
    title: str
    message: str

    @property
    def words(self) -> str:
        """What was asked for, where the message does not say it itself."""
        one = self.notification
        return one.words if one.batch or one.status == "failed" else ""

    @property
    def state(self) -> str:
        """What it is marked as: a batch in which something failed is not simply done."""
        batch = self.notification.batch
        return "failed" if batch and batch["failed"] else self.notification.status


@dataclass(frozen=True, slots=True)
class Day:
    """`name` as the reader calls it."""

    name: str
    told: Sequence[Told]


@router.get("/notifications")
async def list_notifications(
    request: Request, caller: SignedIn, show: str = "all", before: UUID | None = None
) -> Response:
    if show not in SHOWN:
        raise NotFound(what="page")
    return await _page(desk(request, caller), caller, show, before)


@router.get("/notifications/bell")
async def bell(request: Request, caller: SignedIn) -> Response:
    """The bell by itself, with how many are unread now."""
    page = desk(request, caller)
    return page.page("bell.html", unread=await notifications.unread(page.studio, caller))


@router.post("/notifications/read")
async def read_all(
    request: Request,
    caller: SignedIn,
    newest: Annotated[UUID | None, Form()] = None,
    show: Annotated[str, Form()] = "all",
) -> Response:
    page = desk(request, caller)
    await notifications.read_all(page.studio, caller, newest)
    return await _answer(page, caller, show)


@router.post("/notifications/channels")
async def choose(request: Request, caller: SignedIn) -> Response:
    """Every box of the form that is ticked is wanted, and no other."""
    page = desk(request, caller)
    async with request.form(max_files=0, max_fields=20) as form:
        wanted = {c: [t for t in TYPES if t in form.getlist(c)] for c in CHANNELS}
    for channel, types in wanted.items():
        try:
            await channels.choose(page.studio, caller, channel, types)
        except (ChannelOff, NoAddress):
            # Its boxes are off on the page; whoever ticks them all the same wants what there is.
            continue
    if page.wants_fragment:
        return await _page(page, caller, saved=True)
    return page.go("/notifications")


@router.get("/notifications/{notification_id}")
async def follow(request: Request, notification_id: UUID, caller: SignedIn) -> Response:
    """Read it, and see the work or the batch."""
    page = desk(request, caller)
    found = await notifications.read(page.studio, caller, notification_id)
    return page.go(found.path)


@router.post("/notifications/{notification_id}/delete")
async def delete(
    request: Request,
    notification_id: UUID,
    caller: SignedIn,
    show: Annotated[str, Form()] = "all",
) -> Response:
    page = desk(request, caller)
    await notifications.delete(page.studio, caller, notification_id)
    return await _answer(page, caller, show)


async def _answer(page: Desk, caller: Caller, show: str) -> Response:
    show = show if show in SHOWN else "all"
    if page.wants_fragment:
        return await _page(page, caller, show)
    return page.go("/notifications" + ("" if show == "all" else f"?show={show}"))


async def _page(
    page: Desk,
    caller: Caller,
    show: str = "all",
    before: UUID | None = None,
    saved: bool = False,
) -> Response:
    found = await notifications.page(
        page.studio,
        caller,
        unread=show == "unread",
        type=f"work.{show}" if show in SHOWN[2:] else None,
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    choices = await channels.choices(page.studio, caller)
    context: dict[str, Any] = {
        "days": by_day(told(shown, page.language), page.language, page.now),
        "show": show,
        "kinds": SHOWN,
        "unread": await notifications.unread(page.studio, caller),
        "newest": shown[0].id if shown and not before and show == "all" else None,
        "before": before,
        "next": shown[-1].id if len(found) > PAGE else None,
        "saved": saved,
        "choices": choices,
        "types": TYPES,
        "channels": CHANNELS,
        "undelivered": [
            (each, recalled(each.error_code or "", each.error_params).message(page.language))
            for each in choices.undelivered
        ],
        "possible": {"email": choices.mail, "push": True},
    }
    return page.page("notifications.html", **context)


def told(found: Sequence[Notification], language: Language) -> list[Told]:
    return [Told(each, *each.in_language(language)) for each in found]


def by_day(found: Sequence[Told], language: Language, now: datetime) -> list[Day]:
    """Newest first as they are; days begin at midnight in Seoul, as those of credits do."""
    today = now.astimezone(SEOUL).date()
    return [
        Day(day_name(day, today, language), tuple(each))
        for day, each in groupby(
            found, lambda one: one.notification.created_at.astimezone(SEOUL).date()
        )
    ]


def day_name(day: date, today: date, language: Language) -> str:
    if day == today:
        return say(language, "notifications.page.today")
    if day == today - timedelta(days=1):
        return say(language, "notifications.page.yesterday")
    return say(language, "web.time.day", year=day.year, month=day.month, day=day.day)
