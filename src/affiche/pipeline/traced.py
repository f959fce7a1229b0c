"""An engine each of whose calls is a span of the step that makes it."""

from collections.abc import AsyncIterator
from typing import Any, cast

from affiche.domain.observations import Observation, Output
from affiche.engines.engine import Engine, Run
from affiche.studio import traces


def traced(engine: Engine) -> Engine:
    """The engine itself where nobody follows."""
    return cast(Engine, Traced(engine)) if traces.is_on() else engine


class Traced:
    """All else that an engine does is done by the one within."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def submit(self, run: Run) -> str:
        with traces.of_call("submit", self._engine.kind):
            return await self._engine.submit(run)

    async def look(self, external_id: str) -> Observation:
        with traces.of_call("look", self._engine.kind):
            return await self._engine.look(external_id)

    async def cancel(self, external_id: str) -> bool:
        with traces.of_call("cancel", self._engine.kind):
            return await self._engine.cancel(external_id)

    async def read(self, output: Output) -> AsyncIterator[bytes]:
        with traces.of_call("read", self._engine.kind):
            async for piece in self._engine.read(output):
                yield piece
