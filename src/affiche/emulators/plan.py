"""Which fault strikes when: as planned, or by chance with a seed. Shared by the emulators."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

_STRUCK_KEPT: Final = 10_000
_VISITS_KEPT: Final = 50_000


class Asker(NamedTuple):
    """Whose occasion it is: the run's own id, and its number among those asked for, from 1."""

    id: str
    number: int


class Strikes(Protocol):
    """What a plan has to know of a fault."""

    @property
    def point(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def times(self) -> int: ...
    @property
    def nth(self) -> int: ...
    @property
    def seconds(self) -> float: ...

    def meant(self, names: tuple[str, ...], asker: Asker | None) -> bool:
        """Whether this fault is for an occasion of that asker and those names."""
        ...


F = TypeVar("F", bound=Strikes)
Reading = Callable[[str], object]
_NUMBERS: Final[Mapping[str, Reading]] = {
    "times": int,
    "nth": int,
    "seconds": float,
    "status": int,
    "keep": int,
}


@dataclass(frozen=True, slots=True)
class Odds(ABC, Generic[F]):
    """At every occasion a fault with `probability`.

    The same occasion draws the same: it is named by point, run and how often it came, and not by
    what else happened meanwhile. So with the same seed the same requests meet the same faults.
    """

    probability: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability is between 0 and 1, not {self.probability!r}")

    @abstractmethod
    def draw(self, point: str, kinds: Collection[Any], occasion: str) -> F | None:
        """A fault of `kinds` at `point`, or None when all is well."""

    def dice(self, point: str, occasion: str) -> random.Random | None:
        """What decides which fault it is; None when all is well."""
        drawn = random.Random(f"{self.seed}/{point}/{occasion}")  # noqa: S311  to be repeated
        return None if drawn.random() >= self.probability else drawn


@dataclass(frozen=True, slots=True)
class Struck(Generic[F]):
    """A fault that struck: for whom, if for one run, and at which node, message or worker."""

    fault: F
    asker: Asker | None
    name: str | None


@dataclass(slots=True)
class _Planned(Generic[F]):
    fault: F
    left: int
    before: int


@dataclass(slots=True)
class Plan(Generic[F]):
    """The plan of one server. Empty unless somebody asks; `clear` also ends every hang."""

    chance: Odds[F] | None = None
    struck: deque[Struck[F]] = field(default_factory=lambda: deque(maxlen=_STRUCK_KEPT))
    _planned: list[_Planned[F]] = field(default_factory=list)
    _visits: OrderedDict[tuple[Any, ...], int] = field(default_factory=OrderedDict)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def any(self) -> bool:
        """Whether anything may strike at all."""
        return bool(self._planned) or self.chance is not None

    @property
    def planned(self) -> list[F]:
        return [entry.fault for entry in self._planned]

    def told(self) -> dict[str, Any]:
        """What is planned, and the faults that struck, the oldest first; as JSON data."""
        planned: list[Any] = self.planned
        return {
            "planned": [asdict(fault) for fault in planned],
            "chance": asdict(self.chance) if self.chance else None,
            "struck": [asdict(struck) for struck in self.struck],
        }

    def put(self, fault: F) -> None:
        self._planned.append(_Planned(fault, fault.times, fault.nth))

    def begin(self, faults: Iterable[F], chance: Odds[F] | None) -> None:
        """What a server is started with."""
        for fault in faults:
            self.put(fault)
        self.chance = chance

    def take(
        self, point: str, kinds: Collection[Any], *names: str, asker: Asker | None = None
    ) -> F | None:
        """The next fault of `kinds` planned for this occasion, counted down; else one by chance.

        `names` say more of the occasion: a node's id and class, a message's type, a worker's id.
        """
        if not self.any:
            return None
        fault = self._next(point, kinds, names, asker)
        if fault is None and self.chance is not None:
            fault = self.chance.draw(point, kinds, self._occasion(point, kinds, names, asker))
        if fault is not None:
            self.struck.append(Struck(fault, asker, names[0] if names else None))
        return fault

    async def wait(self, fault: F) -> None:
        """Hold for a delay's seconds, or for a hang until `clear`."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "hang":
            await self.released()

    async def released(self) -> None:
        """Hold until `clear`."""
        await self._released.wait()

    def clear(self) -> None:
        self._planned.clear()
        self.chance = None
        self._visits.clear()
        self._released.set()
        self._released = asyncio.Event()

    def _next(
        self, point: str, kinds: Collection[Any], names: tuple[str, ...], asker: Asker | None
    ) -> F | None:
        for entry in list(self._planned):
            fault = entry.fault
            if fault.point != point or fault.kind not in kinds or not fault.meant(names, asker):
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
        self, point: str, kinds: Collection[Any], names: tuple[str, ...], asker: Asker | None
    ) -> str:
        key = (point, *kinds, *names, asker and asker.number)
        self._visits[key] = self._visits.get(key, 0) + 1
        self._visits.move_to_end(key)
        if len(self._visits) > _VISITS_KEPT:
            self._visits.popitem(last=False)
        return f"{'/'.join(map(str, key))}/{self._visits[key]}"


def check(fault: Strikes, points: Mapping[str, Collection[str]]) -> None:
    """Raises ValueError for a point or a kind that is not among `points`, and for numbers that are
    too small or none."""
    if fault.point not in points or fault.kind not in points[fault.point]:
        known = "; ".join(f"{point}: {', '.join(kinds)}" for point, kinds in points.items())
        raise ValueError(f"no {fault.kind!r} at {fault.point!r}; there are {known}")
    for name, least in (("times", 0), ("nth", 1), ("seconds", 0), ("status", 100)):
        value = getattr(fault, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
            raise ValueError(f"{name} has to be a number from {least} on, not {value!r}")


def parsed(make: type[F], text: str, readings: Mapping[str, Reading]) -> F:
    """A fault as a command line names it: `point:kind` or `point:kind:name=value,name=value`.

    `make` is the dataclass of such faults; `readings` say how the values of some names are read, of
    which the rest are texts but for the common numbers. Raises ValueError with what is wrong, or
    what there is instead.
    """
    shape: Any = make
    names = [each.name for each in fields(shape) if each.default is not MISSING]
    point, _, rest = text.partition(":")
    kind, _, told = rest.partition(":")
    details: dict[str, object] = {}
    for part in told.split(",") if told else ():
        name, equals, value = part.partition("=")
        if name not in names or not equals:
            raise ValueError(f"{part!r} is not one of {'=…, '.join(names)}=…")
        details[name] = _value(readings.get(name) or _NUMBERS.get(name, str), name, value)
    fault: F = shape(point, kind, **details)
    return fault


def id_or_number(value: str) -> object:
    """Of a run: its id, or its number among those asked for."""
    return int(value) if value.isdecimal() else value


def _value(reading: Reading, name: str, value: str) -> object:
    try:
        return reading(value)
    except ValueError:
        raise ValueError(f"{name} has to be a number, not {value!r}") from None
