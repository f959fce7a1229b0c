"""The engines of this process, one per endpoint row, made when first needed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from affiche.db.database import Database
from affiche.domain.endpoints import Endpoint
from affiche.domain.observations import Hint
from affiche.engines.engine import Engine
from affiche.engines.registry import make
from affiche.errors import EngineUnreachable

ROW_SECONDS = 2.0
Heard = Callable[[Hint], Awaitable[None]]


class Engines:
    """Follows the rows: an endpoint that moved gets a new engine, the old one is closed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: Heard | None = None
        self._rows: dict[UUID, tuple[float, Endpoint]] = {}
        self._open: dict[UUID, tuple[Endpoint, Engine, asyncio.Task[None] | None]] = {}

    async def endpoint(self, endpoint_id: UUID) -> Endpoint:
        """The row, at most two seconds old."""
        known = self._rows.get(endpoint_id)
        if known and known[0] > time.monotonic():
            return known[1]
        async with self.database.as_service() as transaction:
            row = await transaction.maybe(Endpoint, "endpoints.by_id", id=endpoint_id)
        if row is None:
            raise EngineUnreachable(detail=f"endpoint {endpoint_id} is gone")
        self._rows[endpoint_id] = time.monotonic() + ROW_SECONDS, row
        return row

    async def get(self, endpoint_id: UUID | None) -> Engine:
        """Raises EngineUnreachable for an endpoint that has no address (yet)."""
        if endpoint_id is None:
            raise EngineUnreachable(detail="the job has no endpoint")
        row = await self.endpoint(endpoint_id)
        if row.url is None:
            self._rows.pop(endpoint_id, None)
            raise EngineUnreachable(detail=f"endpoint {row.name} has no address yet")
        known = self._open.get(endpoint_id)
        if known and known[0].url == row.url:
            return known[1]
        engine = make(row.kind, row.url)
        listening = asyncio.create_task(self._listen(engine)) if self.heard else None
        self._open[endpoint_id] = row, engine, listening
        if known:
            await self._close(known[1], known[2])
        return engine

    async def open_all(self) -> None:
        """Open what is active, so that no work waits for a first connection."""
        async with self.database.as_service() as transaction:
            rows = await transaction.all(Endpoint, "endpoints.active")
        for row in rows:
            if row.url:
                await self.get(row.id)

    async def close(self) -> None:
        for _, engine, listening in self._open.values():
            await self._close(engine, listening)
        self._open.clear()

    async def _listen(self, engine: Engine) -> None:
        async for hint in engine.hints():
            if self.heard:
                await self.heard(hint)

    @staticmethod
    async def _close(engine: Engine, listening: asyncio.Task[None] | None) -> None:
        if listening:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        await engine.close()
