"""The queue of prompts and the history of their runs, both in memory only."""

import asyncio
import heapq
import itertools
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from affiche.emulators.comfyui.faults import Asker

MAXIMUM_HISTORY: Final = 10_000
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(slots=True, order=True)
class Prompt:
    """One entry; ordered by number, then id, then arrival."""

    number: float
    id: str
    arrival: int
    graph: dict[str, Any] = field(compare=False)
    extra: dict[str, Any] = field(compare=False)
    outputs: list[str] = field(compare=False)
    asked: int = field(default=0, compare=False)

    @property
    def asker(self) -> Asker:
        return Asker(self.id, self.asked)

    @property
    def row(self) -> list[Any]:
        """The entry as `/queue` and history show it."""
        return [self.number, self.id, self.graph, self.extra, self.outputs]

    @property
    def client_id(self) -> str | None:
        return self.extra.get("client_id")


class Prompts:
    """One at a time runs; the rest waits in a heap. `changed` is called whenever a length does."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._arrivals = itertools.count()
        self._waiting = asyncio.Event()
        self.counter = 0
        self.pending: list[Prompt] = []
        self.running: Prompt | None = None
        self.interrupted = False
        self.history: dict[str, dict[str, Any]] = {}
        self._asked = itertools.count(1)
        self._askers: OrderedDict[str, Asker] = OrderedDict()

    @property
    def remaining(self) -> int:
        return len(self.pending) + (self.running is not None)

    def ask(self) -> int:
        """The number of a request for a prompt, whatever comes of it; the first is 1."""
        return next(self._asked)

    def asker(self, name: str) -> Asker | None:
        """Whose prompt it is: `name` is its id, or holds it as the names of its files may."""
        found = _ID.search(name)
        return self._askers.get(found[0] if found else name)

    def number(self, body: Mapping[str, Any]) -> float:
        """Where the request stands in line: `number`, or the next one, negated for `front`."""
        if "number" in body:
            return float(body["number"])
        number = -self.counter if body.get("front") else self.counter
        self.counter += 1
        return number

    def put(
        self,
        number: float,
        id: str,
        graph: dict[str, Any],
        extra: dict[str, Any],
        outputs: list[str],
        asked: int = 0,
    ) -> None:
        prompt = Prompt(number, id, next(self._arrivals), graph, extra, outputs, asked)
        self._askers[id] = prompt.asker
        if len(self._askers) > MAXIMUM_HISTORY:
            self._askers.popitem(last=False)
        heapq.heappush(self.pending, prompt)
        self._waiting.set()
        self._changed()

    async def take(self) -> Prompt:
        """The next in line, now running."""
        while not self.pending:
            self._waiting.clear()
            await self._waiting.wait()
        self.running = heapq.heappop(self.pending)
        self.interrupted = False
        self._changed()
        return self.running

    def finish(self, entry: dict[str, Any] | None) -> None:
        """The running prompt is done; `entry` goes to history (None: nothing is remembered)."""
        assert self.running is not None
        done, self.running = self.running, None
        if entry is not None:
            if len(self.history) > MAXIMUM_HISTORY:
                self.history.pop(next(iter(self.history)))
            self.history[done.id] = {"prompt": done.row, **entry}
        self._changed()

    def delete(self, id: str) -> bool:
        """Take a pending prompt out, without a trace; a running one is left alone."""
        for place, prompt in enumerate(self.pending):
            if prompt.id == id:
                self.pending.pop(place)
                heapq.heapify(self.pending)
                self._changed()
                return True
        return False

    def clear(self) -> None:
        self.pending.clear()
        self._changed()

    def interrupt(self, id: str | None = None) -> bool:
        """Interrupt what runs; with `id` only if it is that one."""
        if self.running is None or (id is not None and self.running.id != id):
            return False
        self.interrupted = True
        return True

    def forget(self) -> None:
        """What a restart does: nothing is left of queue and history."""
        self.pending.clear()
        self.running = None
        self.history.clear()
        self.counter = 0
