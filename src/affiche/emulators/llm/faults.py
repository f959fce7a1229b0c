"""What can go wrong with a language model, and where; as planned, or by chance with a seed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from affiche.emulators.plan import Asker, Odds, Plan, check, parsed

Kind = Literal[
    "refuse", "delay", "hang", "drop", "junk", "truncate", "lie", "flood", "error", "empty", "long",
    "instruct", "chatter", "echo", "decline", "cut", "forget",
]  # fmt: skip
_WIRE: Final[tuple[Kind, ...]] = (
    "refuse", "delay", "hang", "drop", "junk", "truncate", "lie", "flood",
)  # fmt: skip
SAYINGS: Final[tuple[Kind, ...]] = (
    "error", "empty", "long", "instruct", "chatter", "echo", "decline", "cut", "forget",
)  # fmt: skip
POINTS: Final[dict[str, tuple[Kind, ...]]] = {"chat": (*_WIRE, *SAYINGS), "models": _WIRE}
_REFUSALS: Final = (429, 429, 500, 502, 503, 529)


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault.

    It strikes `times` times (0: for ever), first at the `nth` occasion. `of` narrows it to one kind
    of question: translation, title or caption. `seconds` is the length of a delay. `status` is what
    a refusal answers, with `retry_after` seconds in its head unless that is negative. `keep` is how
    many bytes are left of what is truncated or lied about (half of them when None).
    """

    point: str
    kind: Kind
    times: int = 1
    nth: int = 1
    of: str | None = None
    seconds: float = 0.0
    status: int = 500
    retry_after: float = -1.0
    keep: int | None = None

    def __post_init__(self) -> None:
        check(self, POINTS)

    def meant(self, names: tuple[str, ...], asker: Asker | None) -> bool:
        """Whether an occasion is one of this fault's."""
        return self.of is None or self.of in names


@dataclass(frozen=True, slots=True)
class Chance(Odds[Fault]):
    """At every occasion a fault with `probability`, drawn from those that there are."""

    def draw(self, point: str, kinds: Collection[Kind], occasion: str) -> Fault | None:
        drawn = self.dice(point, occasion)
        possible = [kind for kind in POINTS[point] if kind in kinds and kind != "hang"]
        if drawn is None or not possible:
            return None
        return Fault(
            point,
            drawn.choice(possible),
            seconds=round(drawn.uniform(0.0, 0.5), 3),
            status=drawn.choice(_REFUSALS),
            retry_after=drawn.choice((-1.0, 0.1)),
        )


class Faults(Plan[Fault]):
    """The plan of one server. Empty unless somebody asks; `clear` also ends every hang."""

    def add(self, point: str, kind: Kind, **details: Any) -> Fault:
        """Plan a fault; raises ValueError for a point or kind that there is not."""
        fault = Fault(point, kind, **details)
        self.put(fault)
        return fault


def parse(text: str) -> Fault:
    """A fault as a command line names it: `point:kind` or `point:kind:name=value,name=value`.

    >>> parse("chat:refuse:status=429,retry_after=2")

    Raises ValueError with what is wrong, or what there is instead.
    """
    return parsed(Fault, text, {"retry_after": float})
