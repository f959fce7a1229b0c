"""The results that were looked at of late, so that they need not be asked for a second time."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from affiche.comfy.transport import MB
from affiche.engines.runpod.reading import Path

KEPT_BYTES: Final = 64 * MB


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
