"""How often something may be asked, by all together: the generic cell rate algorithm. Pure.

A rate has one number, when its next question is due. Whoever asks for some moves it on and waits
until they fall due, so that nobody asks twice and those who came first come first.
"""

from dataclasses import dataclass
from typing import Final

USED_WITHIN: Final = 1.0
"""Seconds for which what was taken may be spent; after that it is lost."""
PATIENCE: Final = 10.0
"""Seconds that anybody waits for a question."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` in any `seconds`, wherever the window begins."""

    limit: int
    seconds: float

    @property
    def burst(self) -> int:
        """How many may be asked at once after a pause."""
        return max(1, self.limit // 10)

    @property
    def apart(self) -> float:
        """Seconds between two, on the long run.

        What is spent in a window was due in it or up to USED_WITHIN before, and of what is due in
        `w` seconds there are less than burst + w / apart + 1.
        """
        return (self.seconds + USED_WITHIN) / max(1, self.limit - self.burst)

    @property
    def most(self) -> int:
        """How many may be taken in one go."""
        return self.burst

    @property
    def slack(self) -> float:
        """By how many seconds a burst may be ahead."""
        return self.burst * self.apart


def take(
    rate: Rate, due: float | None, now: float, count: int, patience: float = PATIENCE
) -> tuple[float, float] | None:
    """The seconds until `count` questions may be asked, and when the next one is due; None if that
    would be longer than `patience`, of which nobody has more than PATIENCE. `due`: when the next
    one is due before, None if none was ever asked.

    A due time that no asking can have led to, from before a clock was set back, counts for less.
    """
    latest = now + PATIENCE + rate.slack
    then = min(max(due if due is not None else now, now), latest) + count * rate.apart
    wait = max(0.0, then - rate.slack - now)
    return None if wait > patience else (wait, then)
