"""Doing at once, for many, what each asks for alone.

A statement costs about the same for one row as for ten. Steps of different jobs want the same
statement at about the same moment when there is much to do; then their rows go together. Who asks
alone is served at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")
MOST: Final = 100
APART: Final = 0.02
"""Seconds between the starts of two calls: what somebody waits at most for others to join, while
calls are quick."""
PART: Final = 0.3
"""Of the time that calls may take. Where they take long, on a machine that is full, they are made
more rarely, with more in each: that is what helps it."""
LONGEST: Final = 0.1


class Together(Generic[Asked, Given]):
    """`do` gives one answer for each thing asked, in order; it is never run twice at once.

    If it fails for several, it is tried for each alone, so that a fault is only its owner's.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Asked]], Awaitable[Sequence[Given]]],
        *,
        most: int = MOST,
        apart: float = APART,
    ) -> None:
        self._do, self._most, self._apart = do, most, apart
        self._waiting: list[tuple[Asked, asyncio.Future[Given]]] = []
        self._worker: asyncio.Task[None] | None = None
        self._again_at = 0.0

    async def __call__(self, asked: Asked) -> Given:
        """What `do` gives for `asked`. Who is cancelled leaves only once it is settled whether it
        was done: nothing happens behind the back of whoever tidies up."""
        future: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        place = (asked, future)
        self._waiting.append(place)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if place in self._waiting:
                self._waiting.remove(place)
            else:
                await asyncio.wait({future})
                future.exception()
            raise

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while self._waiting:
                if (pause := self._again_at - clock()) > 0 and len(self._waiting) < self._most:
                    await asyncio.sleep(pause)
                began = clock()
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                if batch:
                    await self._settle(batch)
                apart = max(self._apart, min((clock() - began) / PART, LONGEST))
                self._again_at = began + (apart if self._apart else 0.0)
        finally:
            self._worker = None
            # Ended from outside, with the loop: nobody is to wait for what nobody does any more.
            for _, future in self._waiting:
                future.cancel()

    async def _settle(self, batch: Sequence[tuple[Asked, asyncio.Future[Given]]]) -> None:
        try:
            answers = await self._do([asked for asked, _ in batch])
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:
            if len(batch) > 1:
                await asyncio.gather(*(self._settle([one]) for one in batch))
            else:
                batch[0][1].set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)
