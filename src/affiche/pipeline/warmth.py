"""Keeping workers awake where an operator wants it: one ping in so many minutes, by one process."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from affiche.domain.warmth import due
from affiche.errors import AfficheError, DatabaseUnavailable
from affiche.pipeline.line import Line

EVERY: Final = 10.0
PING_SECONDS: Final = 30.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An endpoint whose workers are to stay awake."""

    id: UUID
    warm_minutes: int
    warm_hours: str | None
    warmed_at: datetime | None


class Warmth:
    """A service of every `affiche work`; whoever writes the row first pings."""

    def __init__(self, line: Line) -> None:
        self.line, self.database = line, line.studio.database

    async def run(self) -> None:
        while True:
            try:
                await self.warm()
            except DatabaseUnavailable as error:
                log.warning("nothing is kept warm: %s", error)
            await asyncio.sleep(EVERY)

    async def warm(self) -> int:
        """Ping what is due; how many endpoints this process pinged."""
        async with self.database.singly() as service:
            kept = await service.all(Kept, "endpoints.kept_warm")
        now = self.line.studio.now()
        wanted = [k for k in kept if due(now, k.warmed_at, k.warm_minutes, k.warm_hours)]
        return sum(await asyncio.gather(*(self._ping(each, now) for each in wanted)))

    async def _ping(self, kept: Kept, now: datetime) -> bool:
        async with self.database.singly() as service:
            if not await service.run(
                "endpoints.warm", id=kept.id, now=now, warmed_at=kept.warmed_at
            ):
                return False
        try:
            engine = await self.line.engines.get(kept.id)
            async with asyncio.timeout(PING_SECONDS):
                await engine.warm()
        except DatabaseUnavailable:
            raise
        except (AfficheError, TimeoutError) as error:
            log.warning("endpoint %s was not kept warm: %s", kept.id, error or "no answer in time")
        return True
