"""The runs that this process knows on one server, and the hints that wait for a reader.

Both are bounded: of runs the oldest are forgotten, of hints only the latest of a run is kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from affiche.comfy.progress import Plan, Progress
from affiche.domain.observations import Hint, Running

_UNDER_WAY_KEPT: Final = 200_000
# Between the end of a run and the look at it.
_ENDED_KEPT: Final = 4096


@dataclass(slots=True)
class Known:
    """One run. `client_id` is the connection that hears of it, None when no one of ours does;
    `sent` when the server had taken it for certain (None before), in seconds of the loop's clock;
    `ended` that its end was heard or guessed, `told` that it was heard, `cancelled` that we
    stopped it. `plan` is None for
    a run whose graph we have not seen, `progress` until something is heard of it."""

    plan: Plan | None = None
    client_id: str | None = None
    sent: float | None = None
    ended: bool = False
    told: bool = False
    cancelled: bool = False
    progress: Progress | None = None


class Runs:
    """By the server's id, the oldest first. About 400 bytes each while nothing is heard of it.

    `unheard` are those under way of which the present connection says nothing.
    """

    def __init__(self) -> None:
        self._under_way: OrderedDict[str, Known] = OrderedDict()
        self._ended: OrderedDict[str, Known] = OrderedDict()
        self._connection: str | None = None
        self.unheard: set[str] = set()

    def add(self, run_id: str, known: Known) -> Known:
        self.forget(run_id)
        self._under_way[run_id] = known
        if known.sent is not None and not self.heard(known):
            self.unheard.add(run_id)
        if len(self._under_way) > _UNDER_WAY_KEPT:
            self.unheard.discard(self._under_way.popitem(last=False)[0])
        return known

    def get(self, run_id: str) -> Known | None:
        return self._under_way.get(run_id) or self._ended.get(run_id)

    def end(self, run_id: str) -> None:
        known = self._under_way.pop(run_id, None)
        if known is not None:
            self.unheard.discard(run_id)
            known.ended = True
            self._ended[run_id] = known
            if len(self._ended) > _ENDED_KEPT:
                self._ended.popitem(last=False)

    def forget(self, run_id: str) -> None:
        self._under_way.pop(run_id, None)
        self._ended.pop(run_id, None)
        self.unheard.discard(run_id)

    def connected(self, client_id: str) -> None:
        """From now on it is under `client_id` that something is heard."""
        self._connection = client_id
        self.unheard = {
            run_id for run_id, known in self.under_way() if known.client_id != client_id
        }

    def heard(self, known: Known) -> bool:
        """Whether the present connection tells of it."""
        return known.client_id is not None and known.client_id == self._connection

    def under_way(self) -> Iterator[tuple[str, Known]]:
        """Those with the server whose end was not heard; a copy of the moment."""
        known = list(self._under_way.items())
        return ((run_id, run) for run_id, run in known if run.sent is not None)


class Mailbox:
    """Hints for one reader. A slow reader loses steps of progress and pictures, never an
    end."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Hint] = OrderedDict()
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, hint: Hint) -> None:
        waiting = self._waiting.get(hint.external_id)
        if waiting is not None and waiting.ended and not hint.ended:
            return
        if waiting is not None and hint.picture is None and not hint.ended:
            hint = replace(hint, picture=waiting.picture)
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


def look_again(run_id: str) -> Hint:
    """The run may be over; only its record can say."""
    return Hint(run_id, Running(), ended=True)
