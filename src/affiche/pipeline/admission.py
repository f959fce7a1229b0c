"""Who runs next: priority, then whose turn it is, then age, under each endpoint's cap.

Requests never enqueue; they insert rows, which get their turns from the database
(docs/decisions/0014). Every process admits, woken by the database's own notifications, and the
endpoint's row is locked meanwhile: without that, two processes pass the cap together.
"""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from affiche.db.database import Database
from affiche.db.listener import Listener, woken
from affiche.errors import DatabaseUnavailable
from affiche.pipeline.line import Due, enqueue

POLL_SECONDS = 5.0
# Until an endpoint is tried again that another process was admitting to, lest that one died.
HELD_SECONDS = 0.25
SHORTEST_SECONDS = 0.05
APART_SECONDS = 0.02
BATCH = 100
# Long enough for a picture to be fetched and submitted, three times over.
PATIENCE = timedelta(minutes=10)
log = logging.getLogger(__name__)


class Admission:
    """A service of every `affiche work`."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self.database = database
        self._wanted = asyncio.Event()
        # What runs is counted anew by every process, once an endpoint: after that, changes are
        # added up, and rows that were put there past the triggers would never be.
        self._counted: set[UUID] = set()
        for channel in ("generation_job_created", "generation_job_ended"):
            listener.on(channel, lambda _: self._wanted.set())

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            again_at = clock() + APART_SECONDS
            try:
                pause = await self.admit()
            except DatabaseUnavailable as error:
                log.warning("admission waits: %s", error)
                pause = 1.0
            if pause:
                await woken(self._wanted, pause)
            # What comes close upon another is admitted with it.
            await asyncio.sleep(max(0.0, again_at - clock()))
            self._wanted.clear()

    async def admit(self) -> float:
        """One round over all endpoints; the seconds until the next, unless it is wanted before."""
        async with self.database.singly() as service:
            released = await service.run("admission.release", most=BATCH)
            endpoints = [row["id"] for row in await service.rows("admission.endpoints")]
        taken = [await self._admit_to(endpoint_id) for endpoint_id in endpoints]
        if released == BATCH or BATCH in taken:
            return 0.0
        return min(HELD_SECONDS if None in taken else POLL_SECONDS, await self._until_due())

    async def _admit_to(self, endpoint_id: UUID) -> int | None:
        """How many; None if another process is at it, which hears what this one would."""
        async with self.database.as_service() as transaction:
            if not await transaction.value("admission.lock", endpoint_id=endpoint_id):
                return None
            if endpoint_id not in self._counted:
                await transaction.run("admission.recount", endpoint_id=endpoint_id)
                self._counted.add(endpoint_id)
            free = await transaction.value("admission.places", endpoint_id=endpoint_id)
            places = min(BATCH, free)
            if places <= 0:
                return 0
            admitted = await transaction.all(
                Due,
                "admission.claim",
                endpoint_id=endpoint_id,
                places=places,
                patience=PATIENCE,
            )
            await enqueue(transaction, admitted)
        return len(admitted)

    async def _until_due(self) -> float:
        """Seconds until a delayed job may come into line, at most the poll's pause.

        One that fell due since this round's release counts too; if somebody holds its row, it is
        looked for again every 50 ms.
        """
        async with self.database.singly() as service:
            seconds = await service.value("admission.seconds_until_due")
        if seconds is None:
            return POLL_SECONDS
        return max(SHORTEST_SECONDS, min(POLL_SECONDS, float(seconds)))
