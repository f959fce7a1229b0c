"""Faults on request: what goes wrong on real servers, at named points, so many times."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Kind = Literal[
    "refuse", "delay", "hang", "fail", "drop", "vanish", "lose", "restart", "truncate", "junk"
]

POINTS: Final[dict[str, tuple[Kind, ...]]] = {
    # HTTP, by the first part of the path
    "prompt": ("refuse", "delay", "hang", "vanish"),
    "queue": ("refuse", "delay", "hang"),
    "history": ("refuse", "delay", "hang"),
    "jobs": ("refuse", "delay", "hang"),
    "interrupt": ("refuse", "delay", "hang"),
    "upload": ("refuse", "delay", "hang"),
    "object_info": ("refuse", "delay", "hang"),
    "system_stats": ("refuse", "delay", "hang"),
    "view": ("refuse", "delay", "hang", "truncate", "junk"),
    # the run of a graph
    "node": ("fail", "delay", "hang", "restart", "drop"),
    "end": ("lose", "delay", "hang", "restart", "drop"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault.

    `node` narrows the point "node" to an id or class. `seconds` is the length of a delay, or how
    long a restart keeps the port closed. `status` is what a refusal answers, `keep` how many bytes
    a truncated file still has (half of them when None).
    """

    point: str
    kind: Kind
    times: int = 1
    node: str | None = None
    seconds: float = 0.0
    status: int = 500
    keep: int | None = None
    message: str = "Allocation on device"
    exception: str = "torch.OutOfMemoryError"

    def __post_init__(self) -> None:
        if self.point not in POINTS or self.kind not in POINTS[self.point]:
            known = "; ".join(f"{point}: {', '.join(kinds)}" for point, kinds in POINTS.items())
            raise ValueError(f"no fault {self.kind!r} at {self.point!r}; there are {known}")


@dataclass(slots=True)
class Faults:
    """The plan of one server. Empty unless somebody asks; `clear` also ends every hang."""

    _planned: list[list[Any]] = field(default_factory=list)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, point: str, kind: Kind, **details: Any) -> Fault:
        """Plan a fault; raises ValueError for a point or kind that there is not."""
        if kind not in get_args(Kind):
            raise ValueError(f"no fault {kind!r}")
        fault = Fault(point, kind, **details)
        self._planned.append([fault, fault.times])
        return fault

    def take(self, point: str, kinds: Collection[Kind], *names: str) -> Fault | None:
        """The next fault of `kinds` planned for `point`, counted down.

        `names` are the id and class of the node that is reached, at the point "node".
        """
        for entry in self._planned:
            fault, left = entry
            if fault.point != point or fault.kind not in kinds:
                continue
            if fault.node is not None and fault.node not in names:
                continue
            if left <= 1:
                self._planned.remove(entry)
            else:
                entry[1] = left - 1
            return fault if isinstance(fault, Fault) else None
        return None

    async def wait(self, fault: Fault) -> None:
        """Hold for a delay's seconds, or for a hang until `clear`."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "hang":
            await self._released.wait()

    def clear(self) -> None:
        self._planned.clear()
        self._released.set()
        self._released = asyncio.Event()
