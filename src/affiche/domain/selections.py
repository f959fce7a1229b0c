"""Several works chosen at once, and what they may be given; pure."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from affiche.errors import FieldProblem

MOST: Final = 500
"""Works in one selection."""
MOST_STARS: Final = 5
LONGEST_SEARCH: Final = 200


def problems(works: Sequence[UUID]) -> list[FieldProblem]:
    """What is wrong with a selection of works."""
    if not works:
        return [FieldProblem("works", "required")]
    if len(works) > MOST:
        return [FieldProblem("works", "too_many", (("limit", MOST),))]
    return []


def star_problems(stars: int) -> list[FieldProblem]:
    """What is wrong with a number of stars; 0 takes them away."""
    if not 0 <= stars <= MOST_STARS:
        return [FieldProblem("stars", "between", (("low", 0), ("high", MOST_STARS)))]
    return []
