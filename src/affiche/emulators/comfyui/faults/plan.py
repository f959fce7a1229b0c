"""The faults of one ComfyUI server: as planned, or by chance with a seed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from affiche.emulators.comfyui.faults.fault import POINTS, Fault, Kind
from affiche.emulators.comfyui.faults.refusals import TYPES
from affiche.emulators.plan import Odds, Plan

_REFUSALS: Final = (403, 429, 500, 502, 503)
_FAILURES: Final = (
    ("torch.OutOfMemoryError", "Allocation on device"),
    ("RuntimeError", "/srv/comfyui/comfy/ops.py: no kernel image is available"),
)
# What a server does that is never well again is not left to chance.
_NOT_BY_CHANCE: Final = ("hang", "wipe", "flood")


@dataclass(frozen=True, slots=True)
class Chance(Odds[Fault]):
    """At every occasion a fault with `probability`, drawn from those that there are."""

    def draw(self, point: str, kinds: Collection[Kind], occasion: str) -> Fault | None:
        drawn = self.dice(point, occasion)
        possible = [k for k in POINTS[point] if k in kinds and k not in _NOT_BY_CHANCE]
        if drawn is None or not possible:
            return None
        kind = drawn.choice(possible)
        exception, message = drawn.choice(_FAILURES)
        return Fault(
            point,
            kind,
            seconds=round(drawn.uniform(0.0, 0.5), 3),
            status=drawn.choice(_REFUSALS),
            type=drawn.choice((None, *TYPES)) if point == "prompt" else None,
            exception=exception,
            message=message,
        )


class Faults(Plan[Fault]):
    """The plan of one server. Empty unless somebody asks; `clear` also ends every hang."""

    def add(self, point: str, kind: Kind, **details: Any) -> Fault:
        """Plan a fault; raises ValueError for a point or kind that there is not."""
        fault = Fault(point, kind, **details)
        self.put(fault)
        return fault
