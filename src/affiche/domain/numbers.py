"""Numbers from forms: exact about steps, because decimals in binary are not."""

import math
import re
from fractions import Fraction
from typing import Final

MAX_WHOLE: Final = 2**53 - 1
"""Past this, in either direction, JSON clients lose the ones."""

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d+", re.ASCII)


def parsed(text: str) -> int | float | None:
    """The number that a person typed, or None; as JSON, `2` is an int and `2.0` is not."""
    text = text.strip()
    if len(text) > 64 or not _NUMBER.fullmatch(text):
        return None
    return int(text) if _WHOLE.fullmatch(text) else float(text)


def exact(value: int | float) -> Fraction:
    """The decimal that a float is written as, exactly: 0.1 is one tenth."""
    return Fraction(str(value))


def on_step(value: int | float, step: int | float, start: int | float | None) -> bool:
    """Whether `value` is `start` (0 if None) and some whole number of steps."""
    return (exact(value) - exact(start or 0)) % exact(step) == 0


def is_whole(value: int | float) -> bool:
    return isinstance(value, int) or value.is_integer()


def without_point(value: object) -> object:
    """2 for 2.0, which in JSON is the same number; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_number(value: object) -> bool:
    """An int or a finite float. Truth values are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)
