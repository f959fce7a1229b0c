"""Hints of one engine, read in the background and waited for."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from affiche.domain.observations import Hint
from affiche.engines.engine import Engine


class Ears:
    def __init__(self) -> None:
        self.heard: list[Hint] = []
        self._changed = asyncio.Condition()

    async def read(self, engine: Engine) -> None:
        async for hint in engine.hints():
            async with self._changed:
                self.heard.append(hint)
                self._changed.notify_all()

    def of(self, external_id: str) -> list[Hint]:
        return [hint for hint in self.heard if hint.external_id == external_id]

    def ends(self, external_id: str) -> list[Hint]:
        return [hint for hint in self.of(external_id) if hint.ended]

    async def until_ended(self, external_id: str, times: int = 1) -> Hint:
        """The hint that said so for the `times`th time."""
        await self._until(lambda: len(self.ends(external_id)) >= times)
        return self.ends(external_id)[times - 1]

    async def until_running(self, external_id: str) -> None:
        await self._until(lambda: bool(self.of(external_id)))

    async def until(self, count: int) -> Hint:
        await self._until(lambda: len(self.heard) >= count)
        return self.heard[count - 1]

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(true)


@asynccontextmanager
async def listening(engine: Engine) -> AsyncGenerator[Ears, None]:
    ears = Ears()
    reading = asyncio.create_task(ears.read(engine))
    try:
        yield ears
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
