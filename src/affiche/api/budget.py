"""How much of what is sent is held in memory at once, over all requests of the process."""

import asyncio
from typing import Final

from affiche.errors import Busy

MOST_HELD: Final = 64 * 2**20
"""Bytes of bodies; beyond them only the request that came first may still take what it needs."""
FREE: Final = 64 * 1024
"""Bytes that any request may hold uncounted: a server holds as much for each connection anyway."""
PATIENCE_SECONDS: Final = 10.0


class Budget:
    """Of the requests that want more than there is, the first goes on and the others wait for it,
    in the order in which they came; so one of them always ends, and no two wait for each other."""

    def __init__(self, most: int | None = None) -> None:
        self.most, self.held = most or MOST_HELD, 0
        self.shares: dict[Share, None] = {}
        self.parsing = asyncio.Lock()
        """Held while a large body is parsed, which for a moment takes several times its size."""

    def share(self) -> "Share":
        return Share(self)

    def lets(self, share: "Share", size: int) -> bool:
        first = next(iter(self.shares), share)
        return first is share or self.held + size <= self.most

    def hand_out(self) -> None:
        for share in list(self.shares):
            share.serve()


class Share:
    """What one request holds, until it has been answered."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.held = budget, 0
        self._seen, self._wanted = 0, 0
        self._ready: asyncio.Future[None] | None = None

    async def take(self, size: int) -> float:
        """Hold `size` bytes more; the seconds that had to be waited. Raises Busy after ten."""
        loop = asyncio.get_running_loop()
        self._seen += size
        wanted = self._seen - FREE - self.held
        if wanted <= 0:
            return 0.0
        self.budget.shares.setdefault(self)
        if self.budget.lets(self, wanted):
            self._hold(wanted)
            return 0.0
        begun = loop.time()
        self._wanted, self._ready = wanted, loop.create_future()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._ready
        except TimeoutError:
            raise Busy from None
        finally:
            self._ready = None
        return loop.time() - begun

    def serve(self) -> None:
        """Give it what it waits for, if it waits and there is room."""
        if self._ready and not self._ready.done() and self.budget.lets(self, self._wanted):
            self._hold(self._wanted)
            self._ready.set_result(None)

    def give_back(self) -> None:
        self.budget.shares.pop(self, None)
        self.budget.held -= self.held
        self.held = 0
        self.budget.hand_out()

    def _hold(self, size: int) -> None:
        self.held += size
        self.budget.held += size
