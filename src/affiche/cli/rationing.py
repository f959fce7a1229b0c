"""So that an outage does not flood the log: of each wording a few lines, then how many more."""

import logging
import time
from collections.abc import Callable
from typing import Final

MOST: Final = 5
SECONDS: Final = 30.0
WORDINGS: Final = 500


class Ration(logging.Filter):
    """Of warnings and errors with the same wording, five in half a minute; the next one after that
    says how many were left out. What is told for information passes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.clock = clock
        self._told: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        key, now = (record.name, str(record.msg)[:200]), self.clock()
        since, count = self._told.get(key, (now, 0))
        if now - since >= SECONDS:
            if count > MOST:
                record.msg, record.args = f"{record.getMessage()} (and {count - MOST} more)", ()
            since, count = now, 0
        if len(self._told) >= WORDINGS:
            self._told.clear()
        self._told[key] = since, count + 1
        return count < MOST
