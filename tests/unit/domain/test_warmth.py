"""Hours within which workers are kept awake, when a ping is due, and what pinging costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.warmth import HoursUnreadable, cost_a_day, due, hours, pings_a_day

# A Wednesday.
DAY = datetime(2026, 2, 11, tzinfo=UTC)


def at(clock: str, days: int = 0) -> datetime:
    hour, minute = clock.split(":")
    return DAY + timedelta(days=days, hours=int(hour), minutes=int(minute))


@pytest.mark.parametrize(
    ("written", "moment", "within"),
    [
        ("09:00-19:00", at("09:00"), True),
        ("09:00-19:00", at("08:59"), False),
        ("09:00-19:00", at("19:00"), False),
        ("9:00-19:00 Asia/Seoul", at("00:00"), True),
        ("09:00-19:00 Asia/Seoul", at("10:00"), False),
        ("22:00-02:00", at("23:59"), True),
        ("22:00-02:00", at("01:59"), True),
        ("22:00-02:00", at("02:00"), False),
        ("00:00-24:00", at("13:00"), True),
        ("12:00-24:00", at("23:59"), True),
        ("12:00-24:00", at("00:00"), False),
        ("mon-fri 09:00-19:00", at("10:00"), True),
        ("mon-fri 09:00-19:00", at("10:00", days=3), False),
        ("sat-mon 09:00-19:00", at("10:00", days=4), True),
        ("mon,wed 09:00-19:00", at("10:00"), True),
        ("mon,thu-fri 09:00-19:00", at("10:00"), False),
        # The night of a Wednesday goes on on Thursday.
        ("wed 22:00-02:00", at("01:00", days=1), True),
        ("wed 22:00-02:00", at("01:00"), False),
        # The day is that of the zone's clocks.
        ("wed 00:00-01:00 Asia/Seoul", at("15:30", days=-1), True),
    ],
)
def test_what_is_within(written: str, moment: datetime, within: bool) -> None:
    assert hours(written).include(moment) is within


@pytest.mark.parametrize(
    "written",
    ["", "9-19", "09:00", "25:00-26:00", "09:60-10:00", "09:00-19:00 Mars/Olympus", "day 1:00-2:00",
     "mon- 09:00-10:00", "09:00-19:00 ../../etc/passwd", "xyz 09:00-10:00"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_never_warm(written: str) -> None:
    with pytest.raises(HoursUnreadable):
        hours(written)
    assert not due(at("10:00"), None, 5, written)


@given(st.integers(1, 600), st.integers(0, 600))
def test_a_ping_is_due_every_so_many_minutes(minutes: int, passed: int) -> None:
    last = at("10:00")
    assert due(last + timedelta(minutes=passed), last, minutes, None) is (passed >= minutes)
    assert due(last, None, minutes, None)
    assert not due(last + timedelta(minutes=passed), last, None, None)


def test_no_ping_outside_the_hours() -> None:
    assert not due(at("08:00"), None, 10, "09:00-19:00")
    assert due(at("09:00"), at("08:59"), 1, "09:00-19:00")


@given(
    st.integers(1, 600),
    st.times().map(lambda t: f"{t:%H:%M}"),
    st.times().map(lambda t: f"{t:%H:%M}"),
)
def test_as_many_pings_as_were_counted(minutes: int, begin: str, end: str) -> None:
    """Walking a whole day minute by minute, the service pings as often as the cost says."""
    written, last, pings = f"{begin}-{end}", None, 0
    start = at(begin)
    for minute in range(24 * 60):
        now = start + timedelta(minutes=minute)
        if due(now, last, minutes, written):
            last, pings = now, pings + 1
    assert pings == pings_a_day(minutes, written)


def test_the_cost_of_a_day() -> None:
    price = Decimal("0.00031")
    # 10 hours, every 10 minutes: 60 pings of 6 billed seconds.
    assert cost_a_day(10, "09:00-19:00", price) == Decimal("0.1116")
    assert cost_a_day(None, None, price) == 0
    assert cost_a_day(10, None, None) is None
    # Never more than the whole time.
    assert cost_a_day(1, None, price, idle_seconds=300) == price * 86_400
