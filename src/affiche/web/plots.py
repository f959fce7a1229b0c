"""Columns over days, as an SVG draws them; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

HEIGHT: Final = 120.0
WIDTH: Final = 12.0
GAP: Final = 4.0
LEAST: Final = 2.0
"""What is not nothing is seen."""


@dataclass(frozen=True, slots=True)
class Column:
    """`x`, `y`, `width` and `height` in units of the drawing, whose y runs down."""

    day: date
    value: float
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """`most`: the value of a column as high as the drawing."""

    columns: tuple[Column, ...]
    most: float
    width: float
    height: float


def daily(values: Mapping[date, float], last: date, days: int) -> Plot:
    """The `days` up to and with `last`; a day without a value has none of it."""
    line = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    most = max((values.get(day, 0.0) for day in line), default=0.0)
    columns = []
    for number, day in enumerate(line):
        value = values.get(day, 0.0)
        height = max(LEAST, HEIGHT * value / most) if value > 0 else 0.0
        x = number * (WIDTH + GAP)
        columns.append(Column(day, value, x, round(HEIGHT - height, 2), WIDTH, round(height, 2)))
    return Plot(tuple(columns), most, days * (WIDTH + GAP) - GAP, HEIGHT)
