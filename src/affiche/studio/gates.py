"""Who asks too often is told so at once. Each process counts for itself: for a limit against haste
that is exact enough, and costs no statement. Guesses at passwords are counted by all together."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from affiche.db.database import Database
from affiche.domain.limits import Limit, spend
from affiche.errors import TooManyRequests

MOST: Final = 50_000
"""Names that are remembered; past them those go that were not heard of for longest."""
MINUTE: Final = 60.0
SIGN_IN: Final = Limit(10, MINUTE, 10)
"""For an account from one address, and for an account from anywhere ten times that."""
ADDRESS: Final = 10
"""How many times a person's limit one address has: many people may share it."""


class Gates:
    """When whoever has a name may do what the gate is for, next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()

    def pass_(self, name: str, limit: Limit, times: int = 1) -> None:
        """One more of `name`, with `times` the limit; raises TooManyRequests."""
        limit = many(limit, times)
        now = self.clock()
        due, wait = spend(limit, self._due.pop(name, 0.0), now)
        self._due[name] = due
        if len(self._due) > MOST:
            self._due.popitem(last=False)
        if wait:
            raise TooManyRequests(seconds=math.ceil(wait), detail=name)


async def pass_together(
    database: Database, wanted: Sequence[tuple[str, Limit]], now: float | None = None
) -> None:
    """One more of each name, counted over all processes; raises TooManyRequests for the one that
    waits longest. `now`: seconds since 1970, the database's own if it is not given."""
    async with database.singly() as service:
        rows = await service.rows(
            "gates.pass",
            names=[name[:400] for name, _ in wanted],
            aparts=[limit.apart for _, limit in wanted],
            slacks=[limit.burst * limit.apart for _, limit in wanted],
            now=now,
        )
    waits = [(row["wait"], row["name"]) for row in rows if not row["passed"]]
    if waits:
        wait, name = max(waits)
        raise TooManyRequests(seconds=max(1, math.ceil(wait)), detail=name)


def many(limit: Limit, times: int = ADDRESS) -> Limit:
    """The limit of what many people share; pure."""
    return Limit(limit.count * times, limit.seconds, limit.burst * times)
