"""Picture work away from the event loop, on as many threads as there are cores."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# A pool and not a semaphore around `to_thread`: a cancelled wait must not free the place of a
# decoding that still runs, and libvips keeps memory for each thread that ever called it.
_POOL: Final = ThreadPoolExecutor(max_workers=_cores(), thread_name_prefix="pictures")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """`function(*args, **kwargs)` on a picture thread; at most one per core run at once."""
    call = partial(copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_POOL, call)
