"""What somebody was told of their works."""

from datetime import datetime
from typing import Annotated, Final, Literal, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.errors import (
    DatabaseUnavailable,
    Forbidden,
    InvalidInputs,
    NotFound,
    NotSignedIn,
)
from affiche.studio import notifications
from affiche.studio.notifications import Notification
from affiche.texts import Language

router: Final = APIRouter(prefix="/v1/notifications", tags=["notifications"])
PAGE: Final = 50
ALL: Final = (NotSignedIn, DatabaseUnavailable)
Type = Literal["work.completed", "work.failed", "work.cancelled"]


class BatchEnds(BaseModel):
    """What became of the works of a batch."""

    works: int
    completed: int
    failed: int
    cancelled: int


class NotificationShape(BaseModel):
    """An end of a work, or that of a batch. `title` and `message` are in the reader's language."""

    id: UUID
    work_id: UUID = Field(description="Of a batch the work that ended last.")
    batch_id: UUID | None = Field(description="The work's batch, if it has one.")
    batch: BatchEnds | None = Field(description="Of a batch that has ended as a whole.")
    type: Type
    title: str = Field(examples=["Your work failed"])
    message: str = Field(examples=["The GPU ran out of memory. Credits returned: 2."])
    words: str = Field(description="What the work was asked for with, up to 200 characters.")
    error_code: str | None = Field(examples=["out_of_memory"])
    credits_refunded: int
    read_at: datetime | None
    created_at: datetime


class NotificationPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    notifications: list[NotificationShape]
    unread: int = Field(description="Of all, not of this page; 1000 stands for more.")
    next: str | None


class Unread(BaseModel):
    """How many are unread now."""

    unread: int


@router.get("", responses=refusals(*ALL, InvalidInputs))
async def list_notifications(
    request: Request,
    caller: SignedIn,
    unread: Annotated[bool, Query(description="Only those that are not read.")] = False,
    before: Annotated[UUID | None, Query(description="Those older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> NotificationPage:
    """What you were told of your works, newest first, page by page."""
    studio, language = studio_of(request), of_request(request)
    found = await notifications.page(studio, caller, unread=unread, before=before, limit=limit + 1)
    shown = found[:limit]
    following = None
    if len(found) > limit:
        asked: list[tuple[str, object]] = [("unread", "true")] if unread else []
        asked += [("before", shown[-1].id), ("limit", limit)]
        following = f"/v1/notifications?{urlencode(asked)}"
    return NotificationPage(
        notifications=[shape(each, language) for each in shown],
        unread=await notifications.unread(studio, caller),
        next=following,
    )


@router.post("/read", responses=refusals(*ALL, Forbidden, InvalidInputs))
async def read_notifications(
    request: Request,
    caller: SignedIn,
    newest: Annotated[UUID | None, Query(description="And those older than it; else all.")] = None,
) -> Unread:
    """Mark all as read; with `newest` what came behind it stays unread."""
    studio = studio_of(request)
    await notifications.read_all(studio, caller, newest)
    return Unread(unread=await notifications.unread(studio, caller))


@router.post("/{notification_id:uuid}/read", responses=refusals(*ALL, Forbidden, NotFound))
async def read_notification(
    request: Request, notification_id: UUID, caller: SignedIn
) -> NotificationShape:
    """Mark one as read; read twice is read."""
    found = await notifications.read(studio_of(request), caller, notification_id)
    return shape(found, of_request(request))


@router.delete("/{notification_id:uuid}", responses=refusals(*ALL, Forbidden, NotFound))
async def delete_notification(request: Request, notification_id: UUID, caller: SignedIn) -> Unread:
    """Delete one for good; its work stays."""
    studio = studio_of(request)
    await notifications.delete(studio, caller, notification_id)
    return Unread(unread=await notifications.unread(studio, caller))


def shape(found: Notification, language: Language) -> NotificationShape:
    title, message = found.in_language(language)
    code = found.data.get("error_code")
    return NotificationShape(
        id=found.id,
        work_id=found.work_id,
        batch_id=found.batch_id,
        batch=BatchEnds.model_validate(found.batch) if found.batch else None,
        type=cast(Type, found.type),
        title=title,
        message=message,
        words=found.words,
        error_code=str(code) if code else None,
        credits_refunded=found.credits_refunded,
        read_at=found.read_at,
        created_at=found.created_at,
    )
