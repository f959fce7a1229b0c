"""How many messages somebody gets of many notifications. Pure.

The first three of a minute go out one by one. What comes behind them waits until the minute is
over and goes out as one, and after that each window is twice as long, up to an hour, for as long as
something has to wait in it. So somebody with one work hears of it at once, and somebody with five
thousand gets a dozen messages and not five thousand.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SINGLY: Final = 3
SHORTEST: Final = 60
LONGEST: Final = 3600


@dataclass(frozen=True, slots=True)
class Pace:
    """What went out lately on one channel: `sent` messages in the window of `window_seconds` that
    began at `window_at`."""

    window_at: datetime | None = None
    window_seconds: int = 0
    sent: int = 0

    @property
    def until(self) -> datetime | None:
        """The window's end."""
        if self.window_at is None:
            return None
        return self.window_at + timedelta(seconds=self.window_seconds)


@dataclass(frozen=True, slots=True)
class Decision:
    """`messages`: how many notifications each message takes, from the oldest on; the others wait
    until `until`. `pace` is what it is afterwards."""

    messages: tuple[int, ...]
    until: datetime | None
    pace: Pace


def decide(pace: Pace, oldest: datetime, waiting: int, now: datetime) -> Decision:
    """What becomes of so many `waiting` notifications, the first of which came at `oldest`."""
    until = pace.until
    if until is None or now >= until:
        if until is not None and oldest < until:
            # It was held back.
            longer = min(LONGEST, max(SHORTEST, 2 * pace.window_seconds))
            return Decision((waiting,), None, Pace(now, longer, SINGLY))
        pace = Pace(now, SHORTEST, 0)
    singly = min(waiting, max(0, SINGLY - pace.sent))
    after = Pace(pace.window_at, pace.window_seconds, pace.sent + singly)
    return Decision((1,) * singly, after.until if waiting > singly else None, after)
