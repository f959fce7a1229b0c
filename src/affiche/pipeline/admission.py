"""Who runs next: priority, then the fewest works running, then age, under each endpoint's cap.

Requests never enqueue; they insert rows. Every process admits, woken by the database's own
notifications, and the endpoint's row is locked meanwhile: without that, two processes pass the
cap together.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from affiche.db.database import Database
from affiche.db.listener import Listener
from affiche.errors import DatabaseUnavailable
from affiche.pipeline.line import enqueue, entry

POLL_SECONDS = 5.0
BATCH = 100
# Long enough for a picture to be fetched and submitted, three times over.
PATIENCE = timedelta(minutes=10)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admitted:
    id: UUID
    step: str
    token: UUID


class Admission:
    """A service of every `affiche work`."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self.database = database
        self._wanted = asyncio.Event()
        for channel in ("generation_job_created", "generation_job_ended"):
            listener.on(channel, lambda _: self._wanted.set())

    async def run(self) -> None:
        while True:
            try:
                again = await self.admit()
                pause = 0.0 if again else await self._until_due()
            except DatabaseUnavailable as error:
                log.warning("admission waits: %s", error)
                pause = 1.0
            if pause:
                try:
                    async with asyncio.timeout(pause):
                        await self._wanted.wait()
                except TimeoutError:
                    pass
            self._wanted.clear()

    async def admit(self) -> bool:
        """One round over all endpoints; True if a batch was full and there may be more."""
        async with self.database.singly() as service:
            endpoints = [row["id"] for row in await service.rows("admission.endpoints")]
        full = False
        for endpoint_id in endpoints:
            full |= await self._admit_to(endpoint_id) == BATCH
        return full

    async def _admit_to(self, endpoint_id: UUID) -> int:
        async with self.database.as_service() as transaction:
            cap = await transaction.value("admission.lock", endpoint_id=endpoint_id)
            running = await transaction.value("admission.running", endpoint_id=endpoint_id)
            places = min(BATCH, (cap or 0) - running)
            if places <= 0:
                return 0
            admitted = await transaction.all(
                Admitted,
                "admission.claim",
                endpoint_id=endpoint_id,
                places=places,
                patience=PATIENCE,
            )
            await enqueue(transaction, [entry(job.id, job.step, job.token) for job in admitted])
        return len(admitted)

    async def _until_due(self) -> float:
        """Seconds until a delayed job may run, at most the poll's pause."""
        async with self.database.singly() as service:
            seconds = await service.value("admission.seconds_until_due")
        return POLL_SECONDS if seconds is None else max(0.02, min(POLL_SECONDS, float(seconds)))
