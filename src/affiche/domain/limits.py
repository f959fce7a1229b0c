"""How often one may do something until one has to wait: the generic cell rate algorithm. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` in `seconds` on the long run, of which `burst` at once after a pause."""

    count: int
    seconds: float
    burst: int

    @property
    def apart(self) -> float:
        return self.seconds / self.count


def spend(limit: Limit, due: float, now: float) -> tuple[float, float]:
    """When the next falls due after one more at `now`, and the seconds to wait for it: with any,
    nothing was spent and `due` stays. `due`: what the last call gave, 0 before the first.

    What no spending can have led to, from before a clock was set back, counts for less.
    """
    slack = limit.burst * limit.apart
    then = min(max(due, now), now + slack) + limit.apart
    wait = then - slack - now
    return (due, wait) if wait > 1e-9 else (then, 0.0)
