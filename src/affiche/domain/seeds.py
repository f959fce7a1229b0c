"""Which seed a work runs with.

Missing, zero, negative or not a whole number: a random one is drawn. Anything else is kept, up to
2**53 - 1, the largest whole number that every JSON client keeps exactly. The one used is recorded.
"""

import random
import re
from dataclasses import dataclass
from typing import Any, Final

from affiche.errors import FieldProblem, InvalidInputs

MAX_SEED: Final = 2**53 - 1
_DIGITS: Final = re.compile(r"\s*\+?(\d+)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed to use, 1..MAX_SEED; `drawn` if nobody asked for it."""

    value: int
    drawn: bool


def draw(rng: random.Random) -> int:
    """A seed, 1..MAX_SEED, every one as likely as the other."""
    return rng.randint(1, MAX_SEED)


def settle(asked: Any, drawn: int, *, field: str = "seed") -> Seed:
    """The seed for what was `asked` (any value, None if nothing), or `drawn` where it names none.

    `drawn` comes from `draw`. Raises InvalidInputs, on `field`, past MAX_SEED.
    """
    if is_over(asked):
        raise InvalidInputs([over(field)])
    wanted = wish(asked)
    return Seed(drawn, drawn=True) if wanted is None else Seed(wanted, drawn=False)


def wish(asked: Any) -> int | None:
    """The whole number above zero that `asked` is, as a number or as digits; None otherwise."""
    if isinstance(asked, str):
        digits = _DIGITS.fullmatch(asked)
        # Past 30 digits any number is as much over the maximum as the first 30 say.
        asked = int(digits[1].lstrip("0")[:30] or "0") if digits else None
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        return None
    if isinstance(asked, float) and not asked.is_integer():
        return None
    return int(asked) if asked > 0 else None


def of_output(base: int, index: int) -> int:
    """The seed of a work's output, counted from 0: outputs differ in nothing else, and each can be
    made again from its own."""
    return (base + index - 1) % MAX_SEED + 1


def is_over(asked: Any) -> bool:
    wanted = wish(asked)
    return wanted is not None and wanted > MAX_SEED


def over(field: str) -> FieldProblem:
    return FieldProblem(field, "too_large", (("limit", MAX_SEED),))
