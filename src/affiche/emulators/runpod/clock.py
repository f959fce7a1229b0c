"""The time that an emulated cloud lives in."""

import asyncio
from collections.abc import Callable


class Clock:
    """`rate` of its seconds pass in a real one; all durations of the cloud are in its own."""

    def __init__(self, rate: float = 1.0) -> None:
        if rate <= 0:
            raise ValueError(f"a clock goes forward, not at a rate of {rate!r}")
        self._rate = rate

    def now(self) -> float:
        """Seconds since whenever."""
        return asyncio.get_running_loop().time() * self._rate

    def later(self, seconds: float, act: Callable[..., None], *what: object) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        return loop.call_later(max(seconds, 0.0) / self._rate, act, *what)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0) / self._rate)
