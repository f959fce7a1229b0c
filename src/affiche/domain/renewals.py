"""When a subscription is renewed: once a month on its day, at midnight in Seoul."""

from calendar import monthrange
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

SEOUL: Final = ZoneInfo("Asia/Seoul")


def next_renewal(day: int, after: datetime) -> datetime:
    """The first midnight in Seoul that is later than `after` and begins `day` (1 to 31) of a
    month, or the last day of a month that has no such day. In UTC; `after` has a zone."""
    today = after.astimezone(SEOUL).date()
    month = date(today.year, today.month, 1)
    while (found := _midnight(_day_of(month, day))) <= after:
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found


def day_in_seoul(moment: datetime) -> int:
    """Of the month; what a subscription that begins then is renewed on."""
    return moment.astimezone(SEOUL).day


def _day_of(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL).astimezone(UTC)
