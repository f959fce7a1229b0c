"""What changes, told to those who watch: one LISTEN connection and one reader for all streams of a
process, however many windows somebody has open.

A notification only says that there is something to read. The reader gathers whose events are to be
read, reads many people's in one transaction, each with their own rights, and hands them to their
streams. Events come to light once no older transaction runs, which may be a moment after the
notification: until then the reader looks again, ever more rarely, and not after that. The cursor
sees to it that nothing is lost and nothing comes twice.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from affiche.db.listener import Listener, woken
from affiche.errors import DatabaseUnavailable
from affiche.studio import events
from affiche.studio.events import Event, Place
from affiche.studio.studio import Caller, Studio

CHANNEL: Final = "affiche_event"
PAUSES: Final = (0.03, 0.12, 0.5, 1.0, 2.0)
"""Seconds between looks while something is held back; past the last one, LONGEST."""
LONGEST: Final = 5.0
SWEEP: Final = 60.0
"""Seconds after which everybody's events are looked at, notified or not."""
KEEPALIVE: Final = 15.0
SETTLING: Final = 0.1
"""Seconds for which what comes behind an event is gathered: two hundred works moving at once make
ten batches a second, not two thousand."""
AT_ONCE: Final = 50
"""People whose events are read in one transaction."""
MOST_BATCHES: Final = 8
"""That wait for a stream; one that is slower reads for itself again."""
CHANGED: Final = "batch.changed"
READERS: Final = 2
"""Streams that read for themselves at once, so that requests find connections too."""
log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Ear:
    """A stream. `behind`: it must read for itself what came since its cursor."""

    batches: deque[Sequence[Event]] = field(default_factory=deque)
    behind: bool = True
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, batch: Sequence[Event]) -> None:
        if len(self.batches) >= MOST_BATCHES:
            self.batches.clear()
            self.behind = True
        else:
            self.batches.append(batch)
        self.wake.set()


@dataclass(eq=False, slots=True)
class Group:
    """All streams of one person. `place`: up to where the reader has read for them; None until the
    first of them has caught up. `held`: something may be held back until all transactions below
    that have ended."""

    ears: set[Ear] = field(default_factory=set)
    place: Place | None = None
    not_before: float = 0.0
    held: int | None = None


class Feed:
    """The streams of one process; open it with `async with`."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.stopping = asyncio.Event()
        self._groups: dict[UUID, Group] = {}
        # Whose events are to be read, and whether because they were notified.
        self._due: dict[UUID, bool] = {}
        self._wanted = asyncio.Event()
        self._reading = asyncio.Semaphore(READERS)
        self._listener = Listener(studio.database.direct)
        self._listener.on(CHANNEL, self._heard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Feed"]:
        """Listen for as long as this is open; on leaving every stream ends."""
        tasks = [
            asyncio.create_task(self._listener.run(), name="feed"),
            asyncio.create_task(self._read_on(), name="feed reader"),
        ]
        try:
            yield self
        finally:
            self.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """End all streams, now and from now on; may be called twice."""
        self.stopping.set()
        for group in self._groups.values():
            for ear in group.ears:
                ear.wake.set()

    @property
    def open_streams(self) -> int:
        """How many streams are open."""
        return sum(len(group.ears) for group in self._groups.values())

    def streams(self, user_id: UUID) -> int:
        """How many streams of the user are open."""
        group = self._groups.get(user_id)
        return len(group.ears) if group else 0

    async def follow(
        self, studio: Studio, caller: Caller, cursor: str
    ) -> AsyncGenerator[list[Event] | None]:
        """The caller's events behind `cursor` in commit order, as they come; of several steps of
        one work's progress only the last. None after 15 seconds of silence.

        Ends when the feed stops. A database that cannot be reached for a while only delays.
        """
        quiet_since, place = _clock(), events.read(cursor)
        if place is None:
            return
        with self._joined(caller.id) as (group, ear):
            while not self.stopping.is_set():
                ear.wake.clear()
                if ear.behind:
                    found, whole = await self._caught_up(studio, caller, ear, place)
                    if whole and group.place is None:
                        # From here on the reader reads for all of them, beginning at once.
                        group.place, group.not_before = found[-1].place if found else place, 0.0
                        self._want(caller.id)
                elif ear.batches:
                    found = [event for event in ear.batches.popleft() if event.place > place]
                elif await woken(ear.wake, KEEPALIVE - (_clock() - quiet_since)):
                    continue
                else:
                    yield None
                    quiet_since = _clock()
                    continue
                if found:
                    place = found[-1].place
                    yield coalesced(found)
                    quiet_since = _clock()

    async def _caught_up(
        self, studio: Studio, caller: Caller, ear: Ear, place: Place
    ) -> tuple[Sequence[Event], bool]:
        """What the stream reads for itself, and whether that was all; else it is still behind."""
        # First this, then the reading: what is handed over meanwhile may come in both.
        ear.behind = False
        ear.batches.clear()
        async with self._reading:
            # A client that goes in the middle of a query would cost the pool a connection.
            found = await asyncio.shield(_read(studio, caller, place))
        if found is None:
            ear.behind = True
            await woken(self.stopping, PAUSES[3])
            return [], False
        whole = len(found) < events.MOST
        ear.behind = ear.behind or not whole
        return found, whole

    @contextmanager
    def _joined(self, user_id: UUID) -> Iterator[tuple[Group, Ear]]:
        group = self._groups.setdefault(user_id, Group())
        ear = Ear()
        group.ears.add(ear)
        try:
            yield group, ear
        finally:
            group.ears.discard(ear)
            if not group.ears:
                del self._groups[user_id]
                self._due.pop(user_id, None)

    def _heard(self, payload: str) -> None:
        """`payload` is a user's id; an empty one wakes everybody."""
        if not payload:
            self._want(*self._groups)
            return
        try:
            self._want(UUID(payload))
        except ValueError:
            return

    def _want(self, *users: UUID, notified: bool = True) -> None:
        for user_id in users:
            if user_id in self._groups:
                self._due[user_id] = notified or self._due.get(user_id, False)
        if self._due:
            self._wanted.set()

    async def _read_on(self) -> None:
        looks, swept = 0, _clock()
        while True:
            self._wanted.clear()
            try:
                if await asyncio.shield(self._read_due()):
                    looks = 0
                elif any(group.held for group in self._groups.values()):
                    looks += 1
                    await asyncio.shield(self._look_again())
            except DatabaseUnavailable as error:
                log.warning("streams wait for the database: %s", error)
                looks = max(looks, len(PAUSES) - 2)
            if _clock() - swept >= SWEEP:
                swept = _clock()
                self._want(*self._groups)
            await woken(self._wanted, self._pause(looks))

    def _pause(self, looks: int) -> float:
        """Seconds until somebody is to be read for, if nobody is notified before."""
        held = any(group.held for group in self._groups.values())
        pause = (PAUSES[looks] if looks < len(PAUSES) else LONGEST) if held else LONGEST
        ready = [g.not_before - _clock() for u in self._due if (g := self._groups.get(u))]
        return max(0.001, min([pause, *ready]))

    async def _read_due(self) -> int:
        """Read for those who are due and whose last batch has settled; for how many."""
        now, whose = _clock(), list[tuple[UUID, Group]]()
        for user_id in self._due:
            group = self._groups[user_id]
            if group.place is not None and group.not_before <= now:
                whose.append((user_id, group))
            elif group.place is None:
                # Its first stream says when it has caught up.
                group.not_before = now + LONGEST
        for first in range(0, len(whose), AT_ONCE):
            await self._read_some(whose[first : first + AT_ONCE])
        return len(whose)

    async def _read_some(self, whose: Sequence[tuple[UUID, Group]]) -> None:
        wanted = [(user_id, group.place) for user_id, group in whose if group.place]
        # Before the reading: whoever is notified during it is read for again.
        why = {user_id: self._due.pop(user_id) for user_id, _ in whose if user_id in self._due}
        try:
            seen, many = await events.of_many(self.studio, wanted)
        except DatabaseUnavailable:
            self._want(*why)
            raise
        for (user_id, group), found in zip(whose, many, strict=True):
            if why.get(user_id):
                group.held = seen.next if seen.oldest < seen.next else None
            if found:
                group.place = found[-1].place
                for ear in group.ears:
                    ear.hear(found)
                if len(found) == events.MOST:
                    self._want(user_id, notified=False)
                else:
                    group.not_before = _clock() + SETTLING

    async def _look_again(self) -> None:
        """Let those be read for of whose events something may have come to light."""
        async with self.studio.database.singly() as service:
            seen = await events.horizon(service)
        for user_id, group in self._groups.items():
            if group.held and seen.oldest >= group.held:
                group.held = None
                self._want(user_id, notified=False)


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
    """Without the progress that a later event of the same work in `found` overtakes; and for each
    batch of which works moved one event that says so, behind the last of theirs, however many
    moved. Pure."""
    kept: list[Event] = []
    told: set[UUID | None] = set()
    moved: set[object] = set()
    for event in reversed(found):
        batch = event.data.get("batch_id")
        if batch is not None and event.type != "work.progress" and batch not in moved:
            moved.add(batch)
            # At the place of the event behind which it stands.
            data = {"batch_id": batch}
            kept.append(replace(event, type=CHANGED, work_id=None, data=data))
        if event.type == CHANGED:
            continue
        if event.type != "work.progress" or event.work_id not in told:
            kept.append(event)
        told.add(event.work_id)
    return kept[::-1]


async def _read(studio: Studio, caller: Caller, place: Place) -> list[Event] | None:
    """None where the database cannot be reached."""
    try:
        return await events.after(studio, caller, str(place))
    except DatabaseUnavailable as error:
        log.warning("a stream waits for the database: %s", error)
        return None


def _clock() -> float:
    return asyncio.get_running_loop().time()
