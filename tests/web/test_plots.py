"""Columns over days: as many as asked for, as high as they are worth, and none past the drawing."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from affiche.web.plots import HEIGHT, LEAST, daily

LAST = date(2026, 3, 31)
VALUES = st.dictionaries(
    st.integers(-5, 40).map(lambda back: LAST - timedelta(days=back)),
    st.floats(0, 1e9, allow_nan=False),
)


@given(VALUES, st.integers(1, 60))
def test_every_day_has_its_column(values: dict[date, float], days: int) -> None:
    plot = daily(values, LAST, days)
    assert [column.day for column in plot.columns] == [
        LAST - timedelta(days=back) for back in reversed(range(days))
    ]
    assert plot.columns[-1].x + plot.columns[-1].width == plot.width
    for column in plot.columns:
        assert column.value == values.get(column.day, 0.0)
        assert 0 <= column.y <= HEIGHT
        assert abs(column.y + column.height - HEIGHT) < 0.02
        assert (column.height >= LEAST) == (column.value > 0)
    heights = [column.height for column in sorted(plot.columns, key=lambda each: each.value)]
    assert heights == sorted(heights)
