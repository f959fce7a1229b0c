"""How the endpoints are: each is asked every 15 seconds by one process, and what waits for one
that is unwell goes to the next.

What runs there is left alone: the run may be well although its endpoint does not answer.
"""

import asyncio
import logging
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db.listener import Listener
from affiche.domain.wellness import UNWELL_EVERY, WELL_EVERY, Wellness, judged
from affiche.engines.engine import Health
from affiche.errors import AfficheError, DatabaseUnavailable, EndpointRefused
from affiche.pipeline.line import Line
from affiche.pipeline.turns import take_turns
from affiche.studio import moves

TICK: Final = 2.0
ANSWER_SECONDS: Final = 8.0
FAULT_SECONDS: Final = 6.0
"""How long a fault is remembered that nobody has looked into."""
LATE: Final = Health(False, reason="it does not answer in time")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patient:
    """An endpoint that this process is to ask."""

    id: UUID
    name: str
    url: str
    misses: int
    unwell_since: datetime | None


class Rounds:
    """A service of every `affiche work`; the rows' locks share the questions between processes."""

    def __init__(self, line: Line, listener: Listener) -> None:
        self.line, self.database = line, line.studio.database
        self._wanted = asyncio.Event()
        self._faulted: dict[UUID, float] = {}
        listener.on("endpoint_faulted", self._heard)

    async def run(self) -> None:
        await take_turns(self._turn, self._wanted, TICK, log, "the endpoints are not looked at")

    async def _turn(self) -> bool:
        await self.look()
        return False

    async def look(self) -> None:
        """One round: ask those whose turn it is, and move what waits where it should not."""
        old = time.monotonic() - FAULT_SECONDS
        self._faulted = {e: at for e, at in self._faulted.items() if at > old}
        faulted = set(self._faulted)
        async with self.database.singly() as service:
            patients = await service.all(
                Patient,
                "endpoints.look_at",
                well=WELL_EVERY,
                unwell=UNWELL_EVERY,
                faulted=list(faulted),
            )
        await asyncio.gather(*(self._ask(p, p.id in faulted) for p in patients))
        async with self.database.singly() as service:
            moved = await moves.rehome(service)
        if moved:
            log.warning("%d jobs wait at another endpoint now", moved)

    async def _ask(self, patient: Patient, faulted: bool) -> None:
        self._faulted.pop(patient.id, None)
        health, for_good = await self._health(patient.id)
        now = self.line.studio.now()
        before = Wellness(patient.misses, patient.unwell_since)
        found = judged(before, health.ok, now, faulted=faulted, for_good=for_good)
        if found.unwell_since and not before.unwell_since:
            log.warning("endpoint %s is unwell: %s", patient.name, health.reason)
        elif before.unwell_since and not found.unwell_since:
            log.warning("endpoint %s is well again", patient.name)
        said = {k: v for k, v in asdict(health).items() if v is not None}
        async with self.database.singly() as service:
            await service.run(
                "endpoints.found",
                id=patient.id,
                url=patient.url,
                misses=found.misses,
                unwell_since=found.unwell_since,
                health=Jsonb(said),
            )

    async def _health(self, endpoint_id: UUID) -> tuple[Health, bool]:
        """And whether asking again changes nothing."""
        try:
            engine = await self.line.engines.get(endpoint_id)
            async with asyncio.timeout(ANSWER_SECONDS):
                return await engine.health(), False
        except DatabaseUnavailable:
            raise
        except TimeoutError:
            return LATE, False
        except AfficheError as error:
            return Health(False, reason=str(error)), isinstance(error, EndpointRefused)

    def _heard(self, payload: str) -> None:
        if payload:
            self._faulted[UUID(payload)] = time.monotonic()
            self._wanted.set()
