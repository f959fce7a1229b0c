"""What engines say by themselves: a hint of an end makes the row due at once.

No thread or coroutine waits for a run; its row does, and falls due by itself too (`glances`).
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg.types.json import Jsonb

from affiche.db.together import Together
from affiche.domain.observations import Hint, Running
from affiche.errors import DatabaseUnavailable
from affiche.pipeline.glimpses import Glimpses
from affiche.pipeline.line import Due, Line, enqueue

PROGRESS_SECONDS: Final = 0.4
"""Between two writes of one run's progress: what an eye can follow, and a database can take."""
RUNS_KEPT: Final = 4096
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended(Due):
    external_id: str


class Observations:
    """The ear of one process."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._written: OrderedDict[str, float] = OrderedDict()
        self._late: dict[str, Running] = {}
        self._together = Together(self._look_at)
        self._looks: set[asyncio.Task[None]] = set()
        self._glimpses = Glimpses(line.studio.database)

    async def heard(self, hint: Hint) -> None:
        """What an engine's socket said. Losing one is no harm: the row falls due by itself."""
        try:
            if hint.ended:
                # Not waited for, so that the ends that are said together are looked at together.
                task = asyncio.create_task(self._look(hint.external_id))
                self._looks.add(task)
                task.add_done_callback(self._looks.discard)
            elif isinstance(hint.observation, Running):
                if hint.picture is not None:
                    self._glimpses.take(hint.external_id, hint.picture)
                await self._progress(hint.external_id, hint.observation)
        except DatabaseUnavailable as error:
            log.warning("a hint for run %s was dropped: %s", hint.external_id, error)

    async def _look(self, external_id: str) -> None:
        try:
            await self._together(external_id)
        except DatabaseUnavailable as error:
            log.warning("a hint for run %s was dropped: %s", external_id, error)

    async def _look_at(self, external_ids: Sequence[str]) -> Sequence[None]:
        # Noted first and looked for second: whichever of the row and the hint is later, one of
        # both sides finds the other.
        for external_id in external_ids:
            self.line.early.add(external_id)
        async with self.line.studio.database.singly() as service:
            found = await service.all(Ended, "steps.of_runs", external_ids=list(external_ids))
            await enqueue(service, found)
        for run in found:
            self.line.early.pop(run.external_id)
        for external_id in external_ids:
            self._written.pop(external_id, None)
            self._late.pop(external_id, None)
        return [None] * len(external_ids)

    async def _later(self, external_id: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        running = self._late.pop(external_id, None)
        if running is not None:
            await self.heard(Hint(external_id, running))

    async def _progress(self, external_id: str, running: Running) -> None:
        now = time.monotonic()
        wait = self._written.get(external_id, 0.0) + PROGRESS_SECONDS - now
        if wait > 0:
            # The last of many is written all the same: it may be where the run stays for long.
            if external_id not in self._late:
                task = asyncio.create_task(self._later(external_id, wait))
                self._looks.add(task)
                task.add_done_callback(self._looks.discard)
            self._late[external_id] = running
            return
        # What waited to be written is older than this, however late its turn comes.
        self._late.pop(external_id, None)
        self._written[external_id] = now
        self._written.move_to_end(external_id)
        if len(self._written) > RUNS_KEPT:
            self._written.popitem(last=False)
        shown = {"node": running.node, "label": running.label}
        async with self.line.studio.database.singly() as service:
            await service.run(
                "steps.progress",
                external_id=external_id,
                fraction=running.fraction or 0.0,
                progress=Jsonb({k: v for k, v in shown.items() if v is not None}),
            )
