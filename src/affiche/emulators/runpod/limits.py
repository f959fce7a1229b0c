"""Rate limits: so many requests per 10 s, and so many at once."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 10.0


@dataclass(slots=True)
class Limits:
    """The requests to one endpoint, by operation."""

    most: Mapping[str, tuple[int, int]]
    _times: dict[str, deque[float]] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)

    def enter(self, operation: str, now: float) -> bool:
        """Whether one more is taken; if so `leave` has to follow. A refused one does not count."""
        if (most := self.most.get(operation)) is None:
            return True
        times = self._times.setdefault(operation, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= most[0] or self._open.get(operation, 0) >= most[1]:
            return False
        times.append(now)
        self._open[operation] = self._open.get(operation, 0) + 1
        return True

    def leave(self, operation: str) -> None:
        if operation in self._open:
            self._open[operation] -= 1
