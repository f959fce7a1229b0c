"""One decoding: how long it may run, and its turn among those that need much memory.

The decoding of a call travels in a context variable, so that what loads a picture deep inside can
be stopped from outside: libvips looks for it between one strip of pixels and the next. Codecs
that decode a whole picture at once are not interrupted; those are bounded by their pixels.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import pyvips

from affiche.errors import PictureTooSlow

SECONDS: Final = 30.0
"""How long one call may run once it has begun; ordinary pictures take a hundredth of one."""
LARGE: Final = 128 * 2**20
"""Bytes. Of the pictures that need more, one is decoded at a time in a process."""

_one_large: Final = threading.Lock()


class Decoding:
    """`started` is of the monotonic clock, and None before it begins and while it waits."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.started: float | None = None
        self.stopped = False
        self._holds_large = False
        self._image: pyvips.Image | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        token = _current.set(self)
        self.started = time.monotonic()
        try:
            yield
        finally:
            self.started = None
            self._image = None
            if self._holds_large:
                _one_large.release()
            _current.reset(token)

    @property
    def left(self) -> float:
        """Seconds that it may still run."""
        if self.started is None:
            return self.seconds
        return self.started + self.seconds - time.monotonic()

    def stop(self) -> None:
        """From any thread."""
        self.stopped = True
        if (image := self._image) is not None:
            image.set_kill(True)

    def watch(self, image: pyvips.Image) -> None:
        """Take `image`, whose pixels come next, for the one before. Raises as `check` does."""
        self._image = image
        self.check()

    def check(self) -> None:
        """Raises PictureTooSlow if it was stopped."""
        if self.stopped:
            raise PictureTooSlow(seconds=round(self.seconds))

    def await_turn(self) -> None:
        if self._holds_large:
            return
        self.started = None
        while not _one_large.acquire(timeout=0.2):
            self.check()
        self._holds_large, self.started = True, time.monotonic()


_current: Final[ContextVar[Decoding | None]] = ContextVar("decoding", default=None)


def watch(image: pyvips.Image) -> None:
    """Let the call that runs now be stopped while it reads `image`."""
    if (decoding := _current.get()) is not None:
        decoding.watch(image)


def check() -> None:
    """Raises PictureTooSlow where the call that runs now was stopped."""
    if (decoding := _current.get()) is not None:
        decoding.check()


def await_turn(need: int) -> None:
    """Wait for one's turn if `need`, in bytes, is large."""
    if need > LARGE and (decoding := _current.get()) is not None:
        decoding.await_turn()
