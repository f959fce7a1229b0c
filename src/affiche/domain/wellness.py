"""When an endpoint counts as unwell, given what it answers. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

BAD_ANSWERS: Final = 2
"""In a row; one alone is a hiccup. A job that failed for its endpoint counts as one."""
WELL_EVERY: Final = timedelta(seconds=15)
UNWELL_EVERY: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Wellness:
    """`misses`: bad answers in a row; `unwell_since`: None while it is used."""

    misses: int = 0
    unwell_since: datetime | None = None

    @property
    def every(self) -> timedelta:
        """Until it is asked again: what is in doubt, sooner."""
        return UNWELL_EVERY if self.misses else WELL_EVERY


def judged(
    before: Wellness, ok: bool, now: datetime, *, faulted: bool = False, for_good: bool = False
) -> Wellness:
    """What the endpoint is after an answer.

    `faulted`: a job has just failed because of it. `for_good`: it said that it will not have us, or
    we have no key, which asking again does not change.
    """
    if ok:
        return Wellness()
    misses = max(before.misses + 1 + faulted, BAD_ANSWERS if for_good else 0)
    since = before.unwell_since
    if since is None and misses >= BAD_ANSWERS:
        since = now
    return Wellness(min(misses, 1000), since)
