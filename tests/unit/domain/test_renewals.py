"""Months of different length, in Seoul."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.renewals import SEOUL, day_in_seoul, next_renewal

days = st.integers(1, 31)
moments = st.datetimes(
    datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.sampled_from([UTC, SEOUL])
)


@given(days, moments)
def test_it_is_later_and_at_most_a_month(day: int, after: datetime) -> None:
    found = next_renewal(day, after)
    assert timedelta() < found - after <= timedelta(days=31)


@given(days, moments)
def test_it_begins_the_day_in_seoul(day: int, after: datetime) -> None:
    local = next_renewal(day, after).astimezone(SEOUL)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    assert local.day == min(day, monthrange(local.year, local.month)[1])


@given(days, moments)
def test_each_month_has_one(day: int, after: datetime) -> None:
    """A short month does not make those behind it earlier."""
    found, months = after, []
    for _ in range(13):
        found = next_renewal(day, found)
        local = found.astimezone(SEOUL)
        months.append(local.year * 12 + local.month)
    assert months == list(range(months[0], months[0] + 13))


@pytest.mark.parametrize(
    ("day", "after", "expected"),
    [
        (31, "2026-01-30T15:00:00+00:00", "2026-02-28T00:00+09:00"),
        (31, "2028-02-01T00:00:00+09:00", "2028-02-29T00:00+09:00"),
        (31, "2026-02-28T00:00:00+09:00", "2026-03-31T00:00+09:00"),
        (30, "2026-12-30T00:00:00+09:00", "2027-01-30T00:00+09:00"),
        # The first second of the day in Seoul is still the day before in London.
        (1, "2026-06-30T14:59:59+00:00", "2026-07-01T00:00+09:00"),
        (1, "2026-06-30T15:00:00+00:00", "2026-08-01T00:00+09:00"),
    ],
)
def test_months_that_are_short(day: int, after: str, expected: str) -> None:
    found = next_renewal(day, datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(expected)
    assert found.tzinfo is UTC


def test_the_day_is_seoul_s() -> None:
    assert day_in_seoul(datetime(2026, 1, 31, 15, tzinfo=UTC)) == 1
