"""How long a work may take yet, from how long such runs took before. Pure.

Nothing is said where there is no history: a figure that was made up is worse than none.
"""

from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["seconds", "minutes", "hours"]
_LEAST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """Seconds, each None where it is not known. `usual`: of such a run, in the middle of the last
    ones at that endpoint; `ran`: for how long it has been at it, None while it waits; `ahead`: of
    all that stands before it in line; `under_way`: what is left of all that runs there. `lanes`:
    how many run at once. `answers`: whether the endpoint does."""

    usual: float | None
    ran: float | None
    ahead: float | None
    under_way: float | None
    lanes: int = 1
    answers: bool = True


def left(outlook: Outlook) -> float | None:
    """Seconds until it may be done; None where nobody can say: without history, where the endpoint
    does not answer, and where a run takes longer than such runs do."""
    if outlook.usual is None or not outlook.answers:
        return None
    if outlook.ran is not None:
        rest = outlook.usual - outlook.ran
        return rest if rest > 0 else None
    if outlook.ahead is None or outlook.under_way is None:
        return None
    return (outlook.ahead + outlook.under_way) / max(1, outlook.lanes) + outlook.usual


def about(seconds: float) -> tuple[Unit, int]:
    """As people are told: by fives up to a minute, then whole minutes, then whole hours."""
    if seconds < 57.5:
        return "seconds", int(max(_LEAST, 5 * round(seconds / 5)))
    if seconds < 59.5 * 60:
        return "minutes", max(1, round(seconds / 60))
    return "hours", max(1, round(seconds / 3600))
