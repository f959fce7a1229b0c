"""How far a job is over all its stages, and saying so: one update at a time, the latest only.

The SDK's own `progress_update` starts a thread for each update, and what those send may arrive
after the result. Here the sending is ours: it has ended before the handler returns.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

Update = Mapping[str, Any]
Send = Callable[[Update], Awaitable[None]]

PAUSE: Final = 1.0
"""Seconds between two updates of one job."""
PATIENCE: Final = 5.0
"""Seconds that the last one may take; then its connection is closed."""
_log = logging.getLogger(__name__)


def overall(weights: Sequence[float], stage: int, fraction: float) -> float:
    """0..1 over all stages, of which the one at `stage` has come as far as `fraction`."""
    total = sum(weights)
    if total <= 0:
        return 0.0
    done = sum(weights[:stage]) + weights[stage] * min(1.0, max(0.0, fraction))
    return min(1.0, done / total)


class Reporter:
    """Sends what `tell` was last given, no oftener than every `pause` seconds, until `close`."""

    def __init__(self, send: Send, pause: float = PAUSE, patience: float = PATIENCE) -> None:
        self._send = send
        self._pause = pause
        self._patience = patience
        self._latest: Update | None = None
        self._farthest = 0.0
        self._told = asyncio.Event()
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None

    def tell(self, update: Update) -> None:
        """The fraction never goes back, whatever is begun again."""
        if self._closed:
            return
        self._farthest = max(self._farthest, float(update["fraction"]))
        self._latest = {**update, "fraction": round(self._farthest, 4)}
        self._told.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Nothing is sent any more once this returns; what was on its way has arrived, or its
        connection was closed after `patience` seconds."""
        self._closed = True
        if self._task is None:
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("an update of the progress did not arrive in time")
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while not self._closed:
            await self._told.wait()
            self._told.clear()
            update, self._latest = self._latest, None
            if update is None or self._closed:
                continue
            self._idle.clear()
            try:
                await self._send(update)
            except Exception as error:
                # A lost update is no harm; the next one says more.
                _log.info("an update of the progress was not taken: %s", error)
            finally:
                self._idle.set()
            await asyncio.sleep(self._pause)
