"""What somebody was told of their works: the bell on every page, and the page behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.errors import ChannelOff, NoAddress
from affiche.studio import channels, notifications
from affiche.studio.channels import CHANNELS
from affiche.studio.failures import recalled
from affiche.studio.notifications import TYPES, Notification
from affiche.studio.studio import Caller
from affiche.texts import Language
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PAGE: Final = 30


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as the reader reads it."""

    notification: Notification
    title: str
    message: str

    @property
    def words(self) -> str:
        """What was asked for, where the message does not say it itself."""
        return self.notification.words if self.notification.status == "failed" else ""


@router.get("/notifications")
async def list_notifications(
    request: Request, caller: SignedIn, before: UUID | None = None
) -> Response:
    return await _page(desk(request, caller), caller, before)


@router.get("/notifications/bell")
async def bell(request: Request, caller: SignedIn) -> Response:
    """The bell by itself, with how many are unread now."""
    page = desk(request, caller)
    return page.page("bell.html", unread=await notifications.unread(page.studio, caller))


@router.post("/notifications/read")
async def read_all(
    request: Request, caller: SignedIn, newest: Annotated[UUID | None, Form()] = None
) -> Response:
    page = desk(request, caller)
    await notifications.read_all(page.studio, caller, newest)
    return await _answer(page, caller)


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
    return await _answer(page, caller)


@router.get("/notifications/{notification_id}")
async def follow(request: Request, notification_id: UUID, caller: SignedIn) -> Response:
    """Read it, and see the work."""
    page = desk(request, caller)
    found = await notifications.read(page.studio, caller, notification_id)
    return page.go(f"/works/{found.work_id}")


@router.post("/notifications/{notification_id}/delete")
async def delete(request: Request, notification_id: UUID, caller: SignedIn) -> Response:
    page = desk(request, caller)
    await notifications.delete(page.studio, caller, notification_id)
    return await _answer(page, caller)


async def _answer(page: Desk, caller: Caller) -> Response:
    return await _page(page, caller) if page.wants_fragment else page.go("/notifications")


async def _page(page: Desk, caller: Caller, before: UUID | None = None) -> Response:
    found = await notifications.page(page.studio, caller, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    choices = await channels.choices(page.studio, caller)
    context: dict[str, Any] = {
        "told": told(shown, page.language),
        "unread": await notifications.unread(page.studio, caller),
        "newest": shown[0].id if shown and not before else None,
        "before": before,
        "next": shown[-1].id if len(found) > PAGE else None,
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
