"""The faults of one cloud: as planned, or by chance with a seed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from affiche.emulators.plan import Odds, Plan
from affiche.emulators.runpod.faults.fault import POINTS, Fault, Kind
from affiche.emulators.runpod.faults.shapes import SHAPES

_REFUSALS: Final = (429, 429, 500, 502, 503, 504)
# What is never well again is not left to chance.
_NOT_BY_CHANCE: Final = ("hang", "stick", "vanish")


@dataclass(frozen=True, slots=True)
class Chance(Odds[Fault]):
    """At every occasion a fault with `probability`, drawn from those that there are."""

    def draw(self, point: str, kinds: Collection[Kind], occasion: str) -> Fault | None:
        drawn = self.dice(point, occasion)
        possible = [k for k in POINTS[point] if k in kinds and k not in _NOT_BY_CHANCE]
        if drawn is None or not possible:
            return None
        status = drawn.choice(_REFUSALS)
        return Fault(
            point,
            drawn.choice(possible),
            seconds=round(drawn.uniform(0.05, 0.5), 3),
            status=status,
            html=status > 500,
            shape=drawn.choice(tuple(SHAPES)),
            claim=drawn.choice(("completed", "stranger")),
        )


class Faults(Plan[Fault]):
    """The plan of one server. Empty unless somebody asks; `clear` also ends every hang."""

    def add(self, point: str, kind: Kind, **details: Any) -> Fault:
        """Plan a fault; raises ValueError for a point or kind that there is not."""
        fault = Fault(point, kind, **details)
        self.put(fault)
        return fault
