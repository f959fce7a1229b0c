"""Which fault strikes when: as planned, or by chance with a seed."""

import asyncio
import random
from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from affiche.emulators.comfyui.faults.fault import POINTS, Fault, Kind
from affiche.emulators.comfyui.faults.refusals import TYPES

_STRUCK_KEPT: Final = 10_000
_VISITS_KEPT: Final = 50_000
_REFUSALS: Final = (403, 429, 500, 502, 503)
_FAILURES: Final = (
    ("torch.OutOfMemoryError", "Allocation on device"),
    ("RuntimeError", "/srv/comfyui/comfy/ops.py: no kernel image is available"),
)
# What a server does that is never well again is not left to chance.
_NOT_BY_CHANCE: Final = ("hang", "wipe", "flood")


class Asker(NamedTuple):
    """Whose occasion it is: the prompt's id and its number among those asked for, from 1."""

    prompt_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that struck: for whom, if for one prompt, and at which node or message."""

    fault: Fault
    asker: Asker | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Chance:
    """At every occasion a fault with `probability`, drawn from those that there are.

    The same occasion draws the same: it is named by point, prompt and how often it came, and not
    by what else happened meanwhile. So with the same seed the same requests meet the same faults.
    """

    probability: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability is between 0 and 1, not {self.probability!r}")

    def draw(self, point: str, kinds: Collection[Kind], occasion: str) -> Fault | None:
        drawn = random.Random(f"{self.seed}/{point}/{occasion}")  # noqa: S311  to be repeated
        if drawn.random() >= self.probability:
            return None
        possible = [k for k in POINTS[point] if k in kinds and k not in _NOT_BY_CHANCE]
        if not possible:
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


@dataclass(slots=True)
class Faults:
    """The plan of one server. Empty unless somebody asks; `clear` also ends every hang."""

    chance: Chance | None = None
    struck: deque[Struck] = field(default_factory=lambda: deque(maxlen=_STRUCK_KEPT))
    _planned: list["_Planned"] = field(default_factory=list)
    _visits: OrderedDict[tuple[Any, ...], int] = field(default_factory=OrderedDict)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def any(self) -> bool:
        """Whether anything may strike at all."""
        return bool(self._planned) or self.chance is not None

    @property
    def planned(self) -> list[Fault]:
        return [entry.fault for entry in self._planned]

    def add(self, point: str, kind: Kind, **details: Any) -> Fault:
        """Plan a fault; raises ValueError for a point or kind that there is not."""
        fault = Fault(point, kind, **details)
        self.put(fault)
        return fault

    def put(self, fault: Fault) -> None:
        self._planned.append(_Planned(fault, fault.times, fault.nth))

    def take(
        self, point: str, kinds: Collection[Kind], *names: str, asker: Asker | None = None
    ) -> Fault | None:
        """The next fault of `kinds` planned for this occasion, counted down; else one by chance.

        `names` are the id and class of the node that is reached, or the type of the message.
        """
        fault = self._next(point, kinds, names, asker)
        if fault is None and self.chance is not None:
            fault = self.chance.draw(point, kinds, self._occasion(point, kinds, names, asker))
        if fault is not None:
            self.struck.append(Struck(fault, asker, names[0] if names else None))
        return fault

    async def wait(self, fault: Fault) -> None:
        """Hold for a delay's seconds, or for a hang until `clear`."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "hang":
            await self._released.wait()

    def clear(self) -> None:
        self._planned.clear()
        self.chance = None
        self._visits.clear()
        self._released.set()
        self._released = asyncio.Event()

    def _next(
        self, point: str, kinds: Collection[Kind], names: tuple[str, ...], asker: Asker | None
    ) -> Fault | None:
        for entry in list(self._planned):
            fault = entry.fault
            if fault.point != point or fault.kind not in kinds or not _meant(fault, names, asker):
                continue
            entry.before -= 1
            if entry.before > 0:
                continue
            entry.left -= 1
            if entry.left == 0:
                self._planned.remove(entry)
            return fault
        return None

    def _occasion(
        self, point: str, kinds: Collection[Kind], names: tuple[str, ...], asker: Asker | None
    ) -> str:
        key = (point, *kinds, *names, asker and asker.number)
        self._visits[key] = self._visits.get(key, 0) + 1
        self._visits.move_to_end(key)
        if len(self._visits) > _VISITS_KEPT:
            self._visits.popitem(last=False)
        return f"{'/'.join(map(str, key))}/{self._visits[key]}"


@dataclass(slots=True)
class _Planned:
    fault: Fault
    left: int
    before: int


def _meant(fault: Fault, names: tuple[str, ...], asker: Asker | None) -> bool:
    if fault.prompt is not None and (asker is None or fault.prompt not in asker):
        return False
    # At the points of HTTP a node is what the answer speaks of.
    wanted = {"node": fault.node, "socket": fault.frame}.get(fault.point)
    return wanted is None or wanted in names
