"""Which works a batch is made of, and with which seeds. Pure.

A batch is references × variations × a grid of one or two fields. Its works stand in the order
reference, variation, y, x, and the place of each in it says all four. A variation is one seed: all
cells of its grid share it, so that nothing but the grid's fields differs between them. Seeds follow
from the batch's own, the first reference's and variation's, and from nothing else: a batch that is
asked again with its seed and more variations, or more references behind the first, makes the
former ones again.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.grids import Axis
from affiche.domain.seeds import MAX_SEED
from affiche.errors import BatchTooLarge

MOST_WORKS: Final = 5_000
MOST_VARIATIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """How many of each; a batch without references has one, which is none."""

    references: int
    variations: int
    columns: int = 1
    rows: int = 1

    @property
    def group(self) -> int:
        """Works of one reference."""
        return self.variations * self.rows * self.columns

    @property
    def works(self) -> int:
        return self.references * self.group


@dataclass(frozen=True, slots=True)
class Place:
    """Where a work stands in its batch, each from 0."""

    reference: int
    variation: int
    y: int
    x: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One work: `position` from 0 in the batch's order, and the `values`, by the key of its inputs,
    in which it differs from what all have."""

    position: int
    place: Place
    seed: int
    values: Mapping[str, Any]


def shaped(references: int, variations: int, x: Axis | None, y: Axis | None) -> Shape:
    """Raises BatchTooLarge past MOST_WORKS."""
    shape = Shape(references, variations, len(x.values) if x else 1, len(y.values) if y else 1)
    if shape.works > MOST_WORKS:
        raise BatchTooLarge(works=shape.works, limit=MOST_WORKS)
    return shape


def place_of(position: int, shape: Shape) -> Place:
    """Of 0 ≤ `position` < `shape.works`."""
    rest, x = divmod(position, shape.columns)
    rest, y = divmod(rest, shape.rows)
    reference, variation = divmod(rest, shape.variations)
    return Place(reference, variation, y, x)


def position_of(place: Place, shape: Shape) -> int:
    rows = (place.reference * shape.variations + place.variation) * shape.rows + place.y
    return rows * shape.columns + place.x


def planned(shape: Shape, seed: int, x: Axis | None = None, y: Axis | None = None) -> list[Planned]:
    """Every work of the batch in its order. `seed`: the batch's own, 1..MAX_SEED."""
    sown = seeds(seed, shape.references, shape.variations)
    found = []
    for position in range(shape.works):
        place = place_of(position, shape)
        values: dict[str, Any] = {}
        if y:
            values[y.key] = y.values[place.y]
        if x:
            values[x.key] = x.values[place.x]
        found.append(Planned(position, place, sown[place.reference][place.variation], values))
    return found


def seeds(seed: int, references: int, variations: int) -> list[list[int]]:
    """One for each variation of each reference, all different, 1..MAX_SEED; the first is `seed`."""
    taken: set[int] = set()
    return [
        [_free(_sown(seed, reference, variation), taken) for variation in range(variations)]
        for reference in range(references)
    ]


def neighbours(seed: int, taken: Collection[int]) -> Iterator[int]:
    """The seeds next after `seed` that are not `taken`, without end; past MAX_SEED comes 1."""
    following = seed
    while True:
        following = following % MAX_SEED + 1
        if following not in taken:
            yield following


def _sown(seed: int, reference: int, variation: int) -> int:
    if reference == variation == 0:
        return seed
    text = f"{seed}/{reference}/{variation}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) % MAX_SEED + 1


def _free(seed: int, taken: set[int]) -> int:
    while seed in taken:
        seed = seed % MAX_SEED + 1
    taken.add(seed)
    return seed
