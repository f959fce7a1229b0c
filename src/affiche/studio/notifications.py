"""What somebody was told of their works: the list, what of it is unread, reading and deleting it.

The database makes each notification when a work ends (trg_notify_work_status_change): one for each
work, but of a batch one when all of it has ended, and one of the first of its works that fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from affiche.errors import NotFound
from affiche.studio.failures import recalled
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language, say

TYPES: Final = ("work.completed", "work.failed", "work.cancelled")
LAST_ID: Final = UUID(int=2**128 - 1)
MOST_COUNTED: Final = 1000
"""Unread ones are counted up to this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """`title` and `message` are as they were made, in its user's language then; `in_language` says
    both in another."""

    id: UUID
    work_id: UUID
    type: str
    title: str
    message: str
    data: Mapping[str, Any]
    read_at: datetime | None
    created_at: datetime

    @property
    def status(self) -> str:
        return self.type.removeprefix("work.")

    @property
    def words(self) -> str:
        """What was asked for."""
        return str(self.data.get("words") or "")

    @property
    def batch_id(self) -> UUID | None:
        """The batch that it tells of, or to which its work belongs."""
        found = self.data.get("batch_id")
        return UUID(found) if isinstance(found, str) else None

    @property
    def batch(self) -> Mapping[str, Any] | None:
        """Of a batch that has ended: its `name`, how many `works` it has, and how many of them are
        `completed`, `failed` and `cancelled`."""
        found = self.data.get("batch")
        return found if isinstance(found, Mapping) else None

    @property
    def path(self) -> str:
        """Where what it tells of is seen."""
        return f"/batches/{self.batch_id}" if self.batch else f"/works/{self.work_id}"

    @property
    def credits_refunded(self) -> int:
        found = self.data.get("credits_refunded")
        return found if isinstance(found, int) else 0

    def in_language(self, language: Language) -> tuple[str, str]:
        """Title and message in `language`. A reason that somebody wrote by hand has no
        translation and stays as it is."""
        title = say(language, f"notifications.title.{'batch' if self.batch else self.status}")
        if self.batch:
            ends = {name: self.batch[name] for name in ("completed", "failed", "cancelled")}
            parts = [say(language, "notifications.batch", **ends)]
        elif self.status != "failed":
            parts = [self.words]
        elif code := self.data.get("error_code"):
            parts = [recalled(str(code), self.data.get("error_params")).message(language)]
        else:
            return title, self.message
        if self.credits_refunded:
            parts.append(say(language, "notifications.refunded", n=self.credits_refunded))
        return title, " ".join(part for part in parts if part)


async def page(
    studio: Studio,
    caller: Caller,
    *,
    unread: bool = False,
    type: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Notification]:
    """One page of the caller's, newest first; the next begins `before` the last id. `unread` or of
    one `type`, not both."""
    asked = {
        "user_id": caller.id,
        "before": before or LAST_ID,
        "limit": max(1, min(limit, 200)),
    }
    async with studio.database.as_user(caller.id) as transaction:
        if type is not None:
            return await transaction.all(
                Notification, "notifications.page_of_type", type=type, **asked
            )
        return await transaction.all(
            Notification,
            "notifications.page_of_unread" if unread else "notifications.page",
            **asked,
        )


async def unread(studio: Studio, caller: Caller) -> int:
    """How many of the caller's are unread, up to 1000."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.value(
            "notifications.unread", user_id=caller.id, most=MOST_COUNTED
        )
    return int(found)


async def get(studio: Studio, caller: Caller, notification_id: UUID) -> Notification:
    """As it is. Raises NotFound."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.maybe(Notification, "notifications.by_id", id=notification_id)
    if found is None:
        raise NotFound(what="notification")
    return found


async def read(studio: Studio, caller: Caller, notification_id: UUID) -> Notification:
    """Mark it as read, which it may be already; raises NotFound."""
    async with studio.database.as_user(caller.id) as transaction:
        await transaction.value("notifications.read", one=notification_id, newest=None)
        found = await transaction.maybe(Notification, "notifications.by_id", id=notification_id)
    if found is None:
        raise NotFound(what="notification")
    return found


async def read_all(studio: Studio, caller: Caller, newest: UUID | None = None) -> int:
    """Mark all as read, or those up to `newest`, so that what came meanwhile stays unread; how
    many were not."""
    async with studio.database.as_user(caller.id) as transaction:
        return int(await transaction.value("notifications.read", one=None, newest=newest))


async def delete(studio: Studio, caller: Caller, notification_id: UUID) -> None:
    """For good; raises NotFound."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.value("notifications.delete", id=notification_id):
            raise NotFound(what="notification")
