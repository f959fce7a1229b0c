"""Months of Seoul's."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.months import Month
from affiche.domain.renewals import SEOUL


@given(st.dates(date(2000, 1, 1), date(2099, 11, 30)))
def test_every_day_lies_in_its_month_and_months_touch(day: date) -> None:
    month = Month.of(day)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=SEOUL)
    assert month.since <= noon < month.until
    assert (month.since.month, month.since.day, month.until.day) == (day.month, 1, 1)
    assert Month.of(month.until.date()).since == month.until
    assert Month.of((month.until - timedelta(days=1)).date()) == month
    assert Month.written(f"{day:%Y-%m}") == month


@pytest.mark.parametrize("text", ["2026-13", "2026", "", "x"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Month.written(text)
