"""Objects that no row names: halves that a killed process left, outputs of a lost token, uploads
whose row was never written, thumbnails of either, and uploads that no work ever used.

Found by listing the store page by page and looking the names up in batches. One process at a time
does it, slowly; another goes on where it was stopped.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from affiche.errors import AfficheError
from affiche.pipeline import removals
from affiche.pipeline.guard import Guard, alone
from affiche.storage import pages
from affiche.storage.keys import BUCKETS
from affiche.storage.pages import Found
from affiche.studio import orphans
from affiche.studio.studio import Studio

LOCK: Final = 4207852
EVERY: Final = timedelta(hours=6)
LOOK_SECONDS: Final = 60.0
PAUSE: Final = 0.1
"""Seconds between two pages of 500: at most 5,000 objects a second are looked at."""
BATCH: Final = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the look through a bucket has come."""

    bucket: str
    position: str
    examined: int
    young: int
    removed: int
    began_at: datetime
    ended_at: datetime | None


class Leftovers:
    """Part of the sweep of every `affiche work`; `grace` protects what is being written now."""

    def __init__(self, studio: Studio, *, pause: float = PAUSE) -> None:
        self.studio, self.pause = studio, pause
        self.grace = timedelta(hours=studio.settings.orphan_hours)
        self.unused_after = timedelta(days=studio.settings.upload_days)

    async def run(self) -> None:
        """For ever; a look through the store that is due is taken up within minutes."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self._is_due():
                    await self.look_through()
            except AfficheError as error:
                log.warning("the look for leftovers waits: %s", error)

    async def look_through(self) -> int:
        """Every bucket once, from where the last look stopped; how many objects were removed.

        None of it while another process is at it. Raises DatabaseUnavailable, StorageFailed.
        """
        async with alone(self.studio, LOCK) as guard:
            if guard is None:
                return 0
            removed = await self._drop_unused(guard)
            for bucket in BUCKETS:
                removed += await self._look_through(bucket, guard)
        return removed

    async def _is_due(self) -> bool:
        for bucket in BUCKETS:
            at = await self._position(bucket)
            if at is None or at.ended_at is None or self.studio.now() - at.ended_at > EVERY:
                return True
        return False

    async def _look_through(self, bucket: str, guard: Guard) -> int:
        begun = await self._position(bucket)
        if begun is None or begun.ended_at is not None:
            async with self.studio.database.singly() as service:
                await service.run("sweep.begin", bucket=bucket)
            begun = None
        async for page in pages.pages(self.studio.objects, bucket, begun.position if begun else ""):
            old = [each for each in page.found if self._is_old(each)]
            nobodys = await orphans.among(self.studio.database, bucket, old)
            if bucket == "thumbs":
                await self._weigh(page.found)
            await self._remove(bucket, nobodys, guard)
            async with self.studio.database.singly() as service:
                await service.run(
                    "sweep.advance",
                    bucket=bucket,
                    position=page.position,
                    examined=len(page.found),
                    young=len(page.found) - len(old),
                    removed=len(nobodys),
                )
            await asyncio.sleep(self.pause)
        async with self.studio.database.singly() as service:
            await service.run("sweep.end", bucket=bucket)
        at = await self._position(bucket)
        removed = at.removed if at else 0
        if at and removed:
            log.warning(
                "leftovers in %s: %d of %d objects that no row names removed",
                bucket,
                removed,
                at.examined,
            )
        return removed

    async def _weigh(self, found: Sequence[Found]) -> None:
        """Tell the rows how large their thumbnails are, where they were stored before that was."""
        whole = [each for each in found if not each.half and each.size]
        async with self.studio.database.singly() as service:
            await service.run(
                "storage.weigh_thumbnails",
                keys=[each.path for each in whole],
                sizes=[each.size for each in whole],
            )

    def _is_old(self, found: Found) -> bool:
        return self.studio.now() - found.modified >= self.grace

    async def _remove(self, bucket: str, found: Sequence[Found], guard: Guard) -> None:
        if not found:
            return
        async with guard.between_backups():
            if bucket == "works":
                async with self.studio.database.singly() as service:
                    keys = [each.path for each in found]
                    await service.run("sweep.forget_files", keys=keys)
            await pages.remove(self.studio.objects, bucket, found)

    async def _drop_unused(self, guard: Guard) -> int:
        """Uploads that no work named in time: first their rows, then their objects."""
        before, dropped = self.studio.now() - self.unused_after, 0
        while True:
            async with self.studio.database.singly() as service:
                count = await service.run("sweep.unused_uploads", before=before, most=BATCH)
            dropped += count
            if count < BATCH:
                break
            await asyncio.sleep(self.pause)
        # If this process ends here, the sweep of whichever lives goes on.
        await removals.all_of(self.studio, guard)
        if dropped:
            log.warning("leftovers: %d uploads that no work used removed", dropped)
        return dropped

    async def _position(self, bucket: str) -> Position | None:
        async with self.studio.database.singly() as service:
            return await service.maybe(Position, "sweep.position", bucket=bucket)
