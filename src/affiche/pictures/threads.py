"""Picture work away from the event loop: on as many threads as there are cores, and eight at most.

Each call has its time, and is stopped when nobody waits for it any more.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

from affiche.pictures.decodings import SECONDS, Decoding

P = ParamSpec("P")
T = TypeVar("T")

_MOST: Final = 8


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


AT_ONCE: Final = min(_cores(), _MOST)
"""Pictures that are decoded at once in this process."""
# A pool and not a semaphore around `to_thread`: a cancelled wait must not free the place of a
# decoding that still runs, and libvips keeps memory for each thread that ever called it.
_POOL: Final = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="pictures")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """`function(*args, **kwargs)` on a picture thread; raises PictureTooSlow after 30 seconds."""
    return await timed(SECONDS, partial(function, *args, **kwargs))


async def timed(seconds: float, function: Callable[[], T]) -> T:
    """`function()` on a picture thread; it is stopped once it ran for so many `seconds`."""
    loop, decoding = asyncio.get_running_loop(), Decoding(seconds)
    clock: asyncio.TimerHandle

    def look() -> None:
        nonlocal clock
        if decoding.left <= 0:
            decoding.stop()
        else:
            clock = loop.call_later(decoding.left, look)

    def run() -> T:
        with decoding.running():
            return function()

    clock = loop.call_later(seconds, look)
    try:
        return await loop.run_in_executor(_POOL, copy_context().run, run)
    except asyncio.CancelledError:
        decoding.stop()
        raise
    finally:
        clock.cancel()
