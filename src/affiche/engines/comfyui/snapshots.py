"""The whole queue of one server, read no oftener than it can be afforded.

How long a reading may be used follows from what it cost, so that the reading of ever so long a
queue takes no more than a fiftieth of a core, here and on the server.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from affiche.comfy.client import Client
from affiche.comfy.queue import Queue
from affiche.comfy.transport import AnswerTooLarge

_TIMES_ITS_COST: Final = 50.0
_SHORTEST: Final = 1.0
_BETWEEN: Final = 0.2
# Cheaper than this it is read anew rather than believed.
_FELT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`queue` as it was at some moment between `begun` and `ended` (seconds of the loop's clock);
    None when it was too large to be read."""

    queue: Queue | None
    begun: float
    ended: float
    cost: float

    def __contains__(self, run_id: object) -> bool:
        return self.queue is not None and run_id in self.queue


class Snapshots:
    """Raises what the client raises; a queue that is too large is an answer too."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._held: Snapshot | None = None
        self._reading = asyncio.Lock()

    def drop(self) -> None:
        """The server may have lost its queue: what was read says nothing any more."""
        self._held = None

    async def recent(self) -> Snapshot:
        """One that can still be afforded to be believed, else a new one."""
        async with self._reading:
            held = self._held
            if held is not None and _now() < held.ended + max(_SHORTEST, _rest(held)):
                return held
            return await self._read()

    async def since(self, moment: float) -> Snapshot:
        """One whose reading began at `moment` or later; those who ask at once share it."""
        async with self._reading:
            held = self._held
            return held if held is not None and held.begun >= moment else await self._read()

    async def next(self) -> Snapshot:
        """One that begins now or later, as soon as it can be afforded."""
        asked = _now()
        while self._held is not None and self._held.begun < asked:
            left = self._held.ended + max(_BETWEEN, _rest(self._held)) - _now()
            if left <= 0:
                break
            await asyncio.sleep(left)
        return await self.since(asked)

    def costly(self) -> Snapshot | None:
        """The last one, where reading it anew for one run would be too much."""
        held = self._held
        if held is None or held.cost < _FELT or _now() > held.ended + _rest(held):
            return None
        return held

    async def _read(self) -> Snapshot:
        begun = _now()
        try:
            queue = await self._client.queue()
        except AnswerTooLarge:
            self._held = Snapshot(None, begun, _now(), _now() - begun)
        else:
            self._held = Snapshot(queue, begun, _now(), queue.seconds)
        return self._held


def _rest(snapshot: Snapshot) -> float:
    return _TIMES_ITS_COST * snapshot.cost


def _now() -> float:
    return asyncio.get_running_loop().time()
