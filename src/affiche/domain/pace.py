"""When a run is looked at again, where only asking tells how it stands. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

USUAL_RUN: Final = 30.0
USUAL_WAKE: Final = 45.0
"""Seconds; a cold start takes 30 to 60 (seed 004)."""
WITHOUT_WORD: Final = 20.0
"""Seconds that the answer to a sending may be late, where nothing else tells of the run."""
WORD_AT_LEAST: Final = 60.0
"""Seconds that a run's end may be told late, however quick such runs are."""
_SOON, _LATE = 1.0, 15.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`run`: seconds that such a run takes; `wake`: until a worker that had to be woken takes it;
    None while nobody knows. `told`: its end is told by itself, so that asking only shows how far
    it is. `apart`: the least seconds between two questions, for what the engine lets us ask."""

    run: float | None = None
    wake: float | None = None
    told: bool = False
    apart: float = 0.0


def until_next(pace: Pace, waited: timedelta, ran: timedelta | None) -> timedelta:
    """The pause before the next question: long in a queue, some of them over the run, close
    together near its expected end. `ran` is None while it waits."""
    if ran is None:
        seconds = _between(waited.total_seconds() / (2 if pace.told else 4))
    else:
        seconds = _while_running(pace, ran.total_seconds())
    return timedelta(seconds=max(seconds, pace.apart))


def waking_left(pace: Pace, waited: timedelta) -> int:
    """Seconds until a worker may be awake, as people are told: by fives, and never none."""
    left = (pace.wake or USUAL_WAKE) - waited.total_seconds()
    return max(5, round(left / 5) * 5)


def adoption(pace: Pace, run_within: timedelta) -> timedelta:
    """How long to wait for word of a run that may have been sent: where its end will be told, long
    enough for it to end."""
    if not pace.told:
        return timedelta(seconds=WITHOUT_WORD)
    expected = 2 * ((pace.run or USUAL_RUN) + (pace.wake or USUAL_WAKE))
    return min(timedelta(seconds=max(expected, WORD_AT_LEAST)), run_within)


def _while_running(pace: Pace, ran: float) -> float:
    if pace.run is None:
        return _between(ran / (2 if pace.told else 5))
    left = pace.run - ran
    if left > 2 * _SOON:
        # A few looks in all, so that people see it move.
        return min(left, _between(pace.run / (5 if pace.told else 8)))
    late = _between(-left / 2)
    return late * 3 if pace.told else late


def _between(seconds: float) -> float:
    return max(_SOON, min(seconds, _LATE))
