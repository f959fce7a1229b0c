"""Keeping a worker awake: when the next ping is due, and what pinging costs. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = timedelta(days=1)
IDLE_SECONDS: Final = 5
"""How long RunPod bills a worker after its last job, unless the endpoint says otherwise."""
PING_SECONDS: Final = 1
"""What the cheapest job takes."""
_HOURS: Final = re.compile(
    r"(?:(?P<days>[a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*) +)?"
    r"(?P<begin>\d{1,2}:\d{2}) *- *(?P<end>\d{1,2}:\d{2})(?: +(?P<zone>[\w+/-]+))?"
)


class HoursUnreadable(ValueError):
    """No hours are written like that, or there is no such time, day or time zone."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From `begin` until `end` of the zone's clocks on each of `days` (Monday is 0). An `end` at or
    before `begin` is on the day after; both the same are the whole day."""

    begin: time
    end: time
    zone: tzinfo
    days: frozenset[int] = frozenset(range(7))

    def include(self, moment: datetime) -> bool:
        """Whether `moment`, which has a zone of its own, is within them."""
        local = moment.astimezone(self.zone)
        clock, today = local.time(), local.weekday()
        if self.begin < self.end:
            return today in self.days and self.begin <= clock < self.end
        # Across midnight: the evening of today's, or the morning of yesterday's.
        return (today in self.days and clock >= self.begin) or (
            (today - 1) % 7 in self.days and clock < self.end
        )

    @property
    def a_day(self) -> timedelta:
        """How long they are, on a day that has them."""
        span = datetime.combine(datetime.min, self.end) - datetime.combine(datetime.min, self.begin)
        return span if span > timedelta() else span + DAY


def hours(text: str) -> Hours:
    """`09:00-19:00 Asia/Seoul`, `mon-fri 22:00-02:00 Europe/Berlin`; UTC if no zone is named.

    Raises HoursUnreadable.
    """
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise HoursUnreadable(text)
    try:
        begin, end = time.fromisoformat(found["begin"].zfill(5)), _end(found["end"])
        zone = ZoneInfo(found["zone"]) if found["zone"] else UTC
        days = _days(found["days"]) if found["days"] else frozenset(range(7))
    except (ValueError, OSError) as error:
        raise HoursUnreadable(text) from error
    except KeyError as error:
        # ZoneInfo's own word for a zone that is not known.
        raise HoursUnreadable(text) from error
    return Hours(begin, end, zone, days)


def due(now: datetime, warmed_at: datetime | None, minutes: int | None, within: str | None) -> bool:
    """Whether a ping is due at `now`, the last one having been at `warmed_at`.

    Hours that cannot be read are no hours.
    """
    if minutes is None:
        return False
    try:
        if within is not None and not hours(within).include(now):
            return False
    except HoursUnreadable:
        return False
    return warmed_at is None or now - warmed_at >= timedelta(minutes=minutes)


def pings_a_day(minutes: int | None, within: str | None) -> int:
    """On a day that has hours; none while it is off."""
    if minutes is None:
        return 0
    span = hours(within).a_day if within is not None else DAY
    return -(-span // timedelta(minutes=minutes))


def cost_a_day(
    minutes: int | None,
    within: str | None,
    price_per_second: Decimal | None,
    *,
    idle_seconds: int = IDLE_SECONDS,
    run_seconds: int = PING_SECONDS,
) -> Decimal | None:
    """US dollars for the pings of a day that has hours; None if the price is not known.

    A worker is billed from its start until it has been idle for `idle_seconds`. What a cold start
    takes comes on top where pings are too rare to keep it awake.
    """
    if price_per_second is None:
        return None
    seconds = pings_a_day(minutes, within) * min(idle_seconds + run_seconds, (minutes or 0) * 60)
    return (price_per_second * seconds).quantize(Decimal("0.0001"))


def _end(text: str) -> time:
    return time() if text.zfill(5) == "24:00" else time.fromisoformat(text.zfill(5))


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin = DAYS.index(first)
        end = DAYS.index(last) if last else begin
        found |= {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    return frozenset(found)
