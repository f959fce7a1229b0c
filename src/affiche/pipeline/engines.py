"""The engines of this process, one per endpoint row, made when first needed."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from affiche.domain.endpoints import NAMING_KINDS, Endpoint
from affiche.domain.observations import Hint
from affiche.engines.access import Access, Unlimited
from affiche.engines.engine import Engine
from affiche.engines.registry import make
from affiche.errors import AfficheError, EndpointRefused, EngineUnreachable, SettingInvalid
from affiche.pipeline.rates import EndpointBudget
from affiche.pipeline.traced import traced
from affiche.studio.secrets import Secrets
from affiche.studio.studio import Studio

ROW_SECONDS = 2.0
Heard = Callable[[Hint], Awaitable[None]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine, with what it was made of: another row or another key makes another engine."""

    access: Access
    engine: Engine
    listening: asyncio.Task[None] | None


class Engines:
    """Follows the rows: an endpoint that changed gets a new engine, the old one is closed."""

    def __init__(self, studio: Studio) -> None:
        self.database, self.policy = studio.database, studio.policy
        self.secrets = Secrets(studio.settings)
        self.heard: Heard | None = None
        self._rows: dict[UUID, tuple[float, Endpoint]] = {}
        self._open: dict[UUID, Opened] = {}
        self._budgets: dict[str, EndpointBudget] = {}
        self._unlimited = Unlimited()

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

    async def names_runs(self, endpoint_id: UUID | None) -> bool:
        """Whether runs there get ids of the engine's own."""
        try:
            return (
                endpoint_id is not None and (await self.endpoint(endpoint_id)).kind in NAMING_KINDS
            )
        except EngineUnreachable:
            return False

    async def get(self, endpoint_id: UUID | None) -> Engine:
        """Raises EngineUnreachable for an endpoint that has no address (yet), SecretMissing and
        SecretsOpen for one whose key cannot be had, EndpointRefused for one that is no good."""
        if endpoint_id is None:
            raise EngineUnreachable(detail="the job has no endpoint")
        row = await self.endpoint(endpoint_id)
        if row.url is None:
            self._rows.pop(endpoint_id, None)
            raise EngineUnreachable(detail=f"endpoint {row.name} has no address yet")
        access = self._access(row)
        known = self._open.get(endpoint_id)
        if known and known.access == access:
            return known.engine
        engine = self._made(access, row.url)
        listening = asyncio.create_task(self._listen(engine)) if self.heard else None
        self._open[endpoint_id] = Opened(access, engine, listening)
        if known:
            await self._close(known)
        return engine

    async def open_all(self) -> None:
        """Open what is active, so that no work waits for a first connection."""
        async with self.database.as_service() as transaction:
            rows = await transaction.all(Endpoint, "endpoints.active")
        for row in rows:
            if row.url:
                try:
                    await self.get(row.id)
                except AfficheError as error:
                    # Whoever looks after endpoints says so where it is seen.
                    log.info("endpoint %s is not opened: %s", row.name, error)

    async def close(self) -> None:
        for opened in self._open.values():
            await self._close(opened)
        self._open.clear()

    def _access(self, row: Endpoint) -> Access:
        """What the engine is made of: nothing of the row that it need not know."""
        own = replace(
            row, works_at_once=1, price_per_second=None, warm_minutes=None, warm_hours=None
        )
        try:
            key = self.secrets.value(row.secret) if row.secret else ""
        except SettingInvalid as error:
            raise EndpointRefused(name=row.name, detail=str(error)) from error
        if row.remote_id is None:
            return Access(own, key, self._unlimited)
        name = f"{row.kind}/{row.remote_id}"
        if name not in self._budgets:
            self._budgets[name] = EndpointBudget(self.database, row)
        return Access(own, key, self._budgets[name])

    def _made(self, access: Access, url: str) -> Engine:
        row = access.endpoint
        try:
            return traced(make(row.kind, url, access=access, policy=self.policy))
        except SettingInvalid as error:
            raise EndpointRefused(name=row.name, detail=str(error)) from error

    async def _listen(self, engine: Engine) -> None:
        async for hint in engine.hints():
            if self.heard:
                await self.heard(hint)

    @staticmethod
    async def _close(opened: Opened) -> None:
        if opened.listening:
            opened.listening.cancel()
            await asyncio.gather(opened.listening, return_exceptions=True)
        await opened.engine.close()
