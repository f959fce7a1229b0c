"""One's own queue: what is under way or waits, what ended of late, and what to do about it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from affiche.domain.limits import Limit
from affiche.domain.waiting import Outlook
from affiche.errors import NotFound, TooManyRequests
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import SHOWN, Work

MOST: Final = 200
"""Works of a queue that are shown at once."""
COUNTED: Final = 1000
"""Works, and places of a line, are counted up to this many."""
OF_LATE: Final = timedelta(hours=1)
LOOK: Final = Limit(1, 4.0, 1)
"""How often one may have a work looked at by hand."""
_LOOKS, _BETWEEN = 12, 0.2


@dataclass(frozen=True, slots=True)
class Entry:
    """A work under way. It is the `place`th of `line` that wait at its endpoint, from 1; None where
    it does not wait in a line, or stands farther behind than is counted."""

    work: Work
    place: int | None
    line: int | None
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of one's works wait and run, each up to COUNTED, and how far those that run are
    together; None while nothing tells."""

    waiting: int
    running: int
    percent: int | None

    @property
    def works(self) -> int:
        return self.waiting + self.running


@dataclass(frozen=True, slots=True)
class Ended:
    """A work that ended of late; `tried_again`: another was asked for in its place."""

    work: Work
    tried_again: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """`works` that wait, the `newest` of them by its number, and what comes back if they are
    cancelled; the same of those that were."""

    works: int
    credits: int
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a look came to. `looked`: the engine was asked; else `too_soon`, or it does not run."""

    work: Work
    looked: bool
    too_soon: bool = False


async def page(studio: Studio, caller: Caller, *, limit: int = 20) -> list[Entry]:
    """The caller's works under way, first those that run, then the others as they have their
    turns."""
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("queue.page", limit=max(1, min(limit, MOST + 1)))
    return [_entry(row) for row in rows]


async def tally(studio: Studio, caller: Caller) -> Tally:
    async with studio.database.as_user(caller.id) as transaction:
        row = (await transaction.rows("queue.tally", user_id=caller.id))[0]
    percent = row["percent"]
    return Tally(row["waiting"], row["running"], None if percent is None else int(percent))


async def ended(studio: Studio, caller: Caller, *, limit: int = 8) -> list[Ended]:
    """The caller's that ended in the last hour, the latest first."""
    since = studio.now() - OF_LATE
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("queue.ended", user_id=caller.id, since=since, limit=limit)
    return [Ended(_work(row), row["tried_again"]) for row in rows]


async def waiting(studio: Studio, caller: Caller) -> Waiting:
    """What `cancel_waiting` would cancel."""
    async with studio.database.as_user(caller.id) as transaction:
        row = (await transaction.rows("queue.waiting", user_id=caller.id))[0]
    return Waiting(row["works"], int(row["credits"]), row["newest"])


async def cancel_waiting(studio: Studio, caller: Caller, newest: int) -> Waiting:
    """Cancel all of the caller's that wait, up to the one with that number: what was asked for
    since stays. What runs by now runs on."""
    works_, credits_ = 0, 0
    while True:
        async with studio.database.as_user(caller.id) as transaction:
            rows = await transaction.rows(
                "queue.cancel_waiting", user_id=caller.id, newest=min(newest, 2**63 - 1)
            )
        if not rows[0]["works"]:
            return Waiting(works_, credits_)
        works_ += rows[0]["works"]
        credits_ += int(rows[0]["credits"])


async def front(studio: Studio, caller: Caller, work_id: UUID) -> bool:
    """Put a work before all of the caller's own that wait with it and have not begun; nobody else's
    turn moves. Whether it waited. Raises NotFound for a work that is not the caller's."""
    async with studio.database.as_user(caller.id) as transaction:
        moved: bool | None = await transaction.value("queue.front", id=work_id)
    if moved is None:
        raise NotFound(what="work")
    return moved


async def look(studio: Studio, caller: Caller, work_id: UUID) -> Found:
    """Have the engine asked at once how a work is, wait a moment for its answer, and say how the
    work is then. Raises NotFound."""
    work = await works.get(studio, caller, work_id)
    if work.status != "processing":
        return Found(work, looked=False)
    try:
        studio.gates.pass_(f"look at {work_id} by {caller.id}", LOOK)
    except TooManyRequests:
        return Found(work, looked=False, too_soon=True)
    async with studio.database.as_user(caller.id) as transaction:
        await transaction.rows("queue.look", id=work_id)
    for _ in range(_LOOKS):
        await asyncio.sleep(_BETWEEN)
        async with studio.database.as_user(caller.id) as transaction:
            if not await transaction.value("queue.looked", id=work_id):
                break
    return Found(await works.get(studio, caller, work_id), looked=True)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The last picture that an engine showed of a work while it is at it; `number` from 1."""

    number: int
    media_type: str
    picture: bytes


async def glimpse(studio: Studio, caller: Caller, work_id: UUID) -> Glimpse:
    """Raises NotFound where there is none, or the work is not the caller's to see."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.maybe(Glimpse, "queue.glimpse", id=work_id)
    if found is None:
        raise NotFound(what="file")
    return found


def _entry(row: dict[str, Any]) -> Entry:
    outlook = Outlook(
        usual=row["usual"],
        ran=row["ran"],
        ahead=row["ahead"],
        under_way=row["under_way"],
        lanes=row["lanes"] or 1,
        answers=bool(row["answers"]),
    )
    return Entry(_work(row), row["place"], row["line"], outlook)


def _work(row: dict[str, Any]) -> Work:
    return Work(**{name: row[name] for name in SHOWN})
