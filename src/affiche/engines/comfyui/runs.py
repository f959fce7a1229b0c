"""The runs that this process knows on one server, and the hints that wait for a reader.

Both are bounded: of runs the oldest are forgotten, of hints only the latest of a run is kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from affiche.comfy.progress import Progress
from affiche.domain.observations import Hint, Running

_RUNS_KEPT: Final = 1024


@dataclass(slots=True)
class Known:
    """One run. `client_id` is the connection that hears of it, None when no one of ours does;
    `sent` that the server has taken it, `ended` that its end was heard or guessed, `cancelled`
    that we stopped it."""

    progress: Progress
    client_id: str | None = None
    sent: bool = True
    ended: bool = False
    cancelled: bool = False


class Runs:
    """By the server's id, the oldest first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()

    def add(self, run_id: str, known: Known) -> Known:
        self._known[run_id] = known
        if len(self._known) > _RUNS_KEPT:
            self._known.popitem(last=False)
        return known

    def get(self, run_id: str) -> Known | None:
        return self._known.get(run_id)

    def forget(self, run_id: str) -> None:
        self._known.pop(run_id, None)

    def under_way(self) -> Iterator[tuple[str, Known]]:
        """Those with the server whose end was not heard; a copy of the moment."""
        known = list(self._known.items())
        return ((run_id, run) for run_id, run in known if run.sent and not run.ended)


class Mailbox:
    """Hints for one reader. A slow reader loses steps of progress, never an end."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Hint] = OrderedDict()
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, hint: Hint) -> None:
        waiting = self._waiting.get(hint.external_id)
        if waiting is not None and waiting.ended and not hint.ended:
            return
        self._waiting[hint.external_id] = hint
        self._filled.set()

    def close(self) -> None:
        self._closed = True
        self._filled.set()

    async def get(self) -> Hint | None:
        """The next hint, oldest run first; None once closed."""
        while not self._waiting and not self._closed:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.popitem(last=False)[1] if self._waiting else None


def look_again(run_id: str, known: Known) -> Hint:
    """The run may be over; only its record can say."""
    progress = known.progress
    return Hint(run_id, Running(progress.fraction, progress.node), ended=True)
