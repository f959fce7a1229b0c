"""What changes, told to those who watch: one LISTEN connection for all streams of a process.

A notification only says that there is something to read. Events come to light once no older
transaction runs, which may be a moment after it, so after each wake the reader looks again, ever
more rarely. The cursor sees to it that nothing is lost and nothing comes twice.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final
from uuid import UUID

from affiche.db.listener import Listener
from affiche.errors import DatabaseUnavailable
from affiche.studio import events
from affiche.studio.events import Event, Place
from affiche.studio.studio import Caller, Studio

CHANNEL: Final = "affiche_event"
PAUSES: Final = (0.03, 0.12, 0.5, 1.0, 2.0)
"""Seconds between looks after a wake; past the last one, LONGEST."""
LONGEST: Final = 5.0
KEEPALIVE: Final = 15.0
SETTLING: Final = 0.1
"""Seconds for which what comes behind an event is gathered: two hundred works moving at once make
ten batches a second, not two thousand."""
log = logging.getLogger(__name__)


class Feed:
    """The streams of one process; open it with `async with`."""

    def __init__(self, studio: Studio) -> None:
        self.stopping = asyncio.Event()
        self._wakes: dict[UUID, set[asyncio.Event]] = {}
        self._listener = Listener(studio.database.direct)
        self._listener.on(CHANNEL, self._heard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Feed"]:
        """Listen for as long as this is open; on leaving every stream ends."""
        listening = asyncio.create_task(self._listener.run(), name="feed")
        try:
            yield self
        finally:
            self.stop()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def stop(self) -> None:
        """End all streams, now and from now on; may be called twice."""
        self.stopping.set()
        for wakes in self._wakes.values():
            for wake in wakes:
                wake.set()

    @property
    def open_streams(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._wakes.values()))

    def streams(self, user_id: UUID) -> int:
        """How many streams of the user are open."""
        return len(self._wakes.get(user_id, ()))

    async def follow(
        self, studio: Studio, caller: Caller, cursor: str
    ) -> AsyncGenerator[list[Event] | None]:
        """The caller's events behind `cursor` in commit order, as they come; of several steps of
        one work's progress only the last. None after 15 seconds of silence.

        Ends when the feed stops. A database that cannot be reached for a while only delays.
        """
        looks, quiet_since = 0, _clock()
        with self._woken(caller.id) as wake:
            while not self.stopping.is_set():
                wake.clear()
                # A client that goes in the middle of a query would cost the pool a connection.
                found = await asyncio.shield(_read(studio, caller, cursor))
                if found:
                    cursor = found[-1].cursor
                    yield coalesced(found)
                    quiet_since = _clock()
                    if len(found) < events.MOST:
                        await asyncio.sleep(SETTLING)
                elif _clock() - quiet_since >= KEEPALIVE:
                    yield None
                    quiet_since = _clock()
                if wake.is_set() or len(found) == events.MOST:
                    looks = 0
                    continue
                pause = PAUSES[looks] if looks < len(PAUSES) else LONGEST
                silence = _clock() - quiet_since
                woken = await _wait(wake, min(pause, max(0.0, KEEPALIVE - silence)))
                looks = 0 if woken else looks + 1

    @contextmanager
    def _woken(self, user_id: UUID) -> Iterator[asyncio.Event]:
        wake = asyncio.Event()
        self._wakes.setdefault(user_id, set()).add(wake)
        try:
            yield wake
        finally:
            self._wakes[user_id].discard(wake)
            if not self._wakes[user_id]:
                del self._wakes[user_id]

    def _heard(self, payload: str) -> None:
        """`payload` is a user's id; an empty one wakes everybody."""
        try:
            woken: Sequence[set[asyncio.Event]] = (
                [self._wakes.get(UUID(payload), set())] if payload else list(self._wakes.values())
            )
        except ValueError:
            return
        for wakes in woken:
            for wake in wakes:
                wake.set()


async def opening(studio: Studio, cursor: str | None) -> str:
    """The cursor to begin with: the one given if it is one, else now."""
    now = await events.now(studio)
    place = events.read(cursor) if cursor is not None else None
    if place is None:
        return str(now)
    # The oldest running transaction never goes back. So a place ahead of it is from before the disk
    # was put back as it once was, and what was written since then is told again from its beginning.
    return str(place if place <= now else Place(now.era, 0, 0))


def coalesced(found: Sequence[Event]) -> list[Event]:
    """Without the progress that a later event of the same work in `found` overtakes; pure."""
    kept: list[Event] = []
    told: set[UUID | None] = set()
    for event in reversed(found):
        if event.type != "work.progress" or event.work_id not in told:
            kept.append(event)
        told.add(event.work_id)
    return kept[::-1]


async def _read(studio: Studio, caller: Caller, cursor: str) -> list[Event]:
    try:
        return await events.after(studio, caller, cursor)
    except DatabaseUnavailable as error:
        log.warning("a stream waits for the database: %s", error)
        return []


async def _wait(wake: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return False
    return True


def _clock() -> float:
    return asyncio.get_running_loop().time()
