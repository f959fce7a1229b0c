"""Who asks too often is told so at once. Each process counts for itself: for a limit against haste
that is exact enough, and costs no statement."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

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
        if times > 1:
            limit = Limit(limit.count * times, limit.seconds, limit.burst * times)
        now = self.clock()
        due, wait = spend(limit, self._due.pop(name, 0.0), now)
        self._due[name] = due
        if len(self._due) > MOST:
            self._due.popitem(last=False)
        if wait:
            raise TooManyRequests(seconds=math.ceil(wait), detail=name)
