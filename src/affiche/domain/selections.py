"""Several works or references chosen at once, and what they may be given; pure."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from affiche.errors import FieldProblem

MOST: Final = 500
"""In one selection."""
MOST_STARS: Final = 5
LONGEST_SEARCH: Final = 200


def problems(chosen: Sequence[UUID], field: str = "works") -> list[FieldProblem]:
    """What is wrong with a selection, which was sent as `field`."""
    if not chosen:
        return [FieldProblem(field, "required")]
    if len(chosen) > MOST:
        params = (("limit", MOST), ("count", len(chosen)))
        return [FieldProblem(field, "too_many", params)]
    return []


def star_problems(stars: int) -> list[FieldProblem]:
    """What is wrong with a number of stars; 0 takes them away."""
    if not 0 <= stars <= MOST_STARS:
        return [FieldProblem("stars", "between", (("low", 0), ("high", MOST_STARS)))]
    return []
