"""A month of Seoul's, as budgets and statements count them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from affiche.domain.renewals import SEOUL

PATTERN: Final = r"^20\d{2}-(0[1-9]|1[0-2])$"
"""How a month is written: 2026-11."""


@dataclass(frozen=True, slots=True)
class Month:
    """From its first moment to before `until`, both with Seoul's zone."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, day: date) -> "Month":
        """The one that `day` lies in."""
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return cls(_begin(day.replace(day=1)), _begin(following))

    @classmethod
    def written(cls, text: str) -> "Month":
        """The one that is written as `PATTERN` has it; raises ValueError for what is none."""
        return cls.of(date.fromisoformat(f"{text}-01"))


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL)
