"""What was learnt of runs of late, so that it need not be asked for a second time."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from affiche.comfy.transport import MB
from affiche.domain.observations import Observation
from affiche.engines.runpod.reading import Path

KEPT_BYTES: Final = 64 * MB
KEPT_SECONDS: Final = 60.0
KEPT_ENDS: Final = 2000


class Ends:
    """How runs ended, by run, for `seconds`: who sees that one has is followed by a step that has
    to know it too. Of more than `most` the oldest are forgotten."""

    def __init__(self, seconds: float = KEPT_SECONDS, most: int = KEPT_ENDS) -> None:
        self._seconds = seconds
        self._most = most
        self._held: OrderedDict[str, tuple[float, Observation]] = OrderedDict()

    def keep(self, run_id: str, end: Observation, now: float) -> None:
        self._held[run_id] = now + self._seconds, end
        self._held.move_to_end(run_id)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def get(self, run_id: str, now: float) -> Observation | None:
        until, end = self._held.get(run_id, (now, None))
        return end if now < until else None


class Results:
    """By run and place; the oldest are forgotten past `most` bytes."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._held: OrderedDict[str, Mapping[Path, str]] = OrderedDict()
        self.size = 0

    def keep(self, run_id: str, texts: Mapping[Path, str]) -> None:
        self.forget(run_id)
        size = _size(texts)
        if not texts or size > self._most:
            return
        self._held[run_id] = texts
        self.size += size
        while self.size > self._most:
            self.forget(next(iter(self._held)))

    def get(self, run_id: str, at: Path) -> str | None:
        return self._held.get(run_id, {}).get(at)

    def forget(self, run_id: str) -> None:
        self.size -= _size(self._held.pop(run_id, {}))


def _size(texts: Mapping[Path, str]) -> int:
    """About what they take in memory: base64 is a byte a character."""
    return sum(len(text) for text in texts.values())
