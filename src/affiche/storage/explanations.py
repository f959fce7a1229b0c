"""What goes wrong with a store, in our words; and patience with it, piece by piece."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from obstore.exceptions import BaseError

from affiche.errors import AfficheError, NotFound, StorageFailed


@contextmanager
def explained(absence: type[AfficheError] = NotFound) -> Iterator[None]:
    """Ours for obstore's and the system's errors; `absence` for a path that is not there."""
    try:
        yield
    except FileNotFoundError as error:
        raise absence(what="file", detail=str(error)[:300]) from error
    except (BaseError, OSError, NotImplementedError) as error:
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise StorageFailed(detail=detail) from error


async def timed(source: AsyncIterable[Any], seconds: float) -> AsyncIterator[Any]:
    """What `source` gives, each within `seconds`."""
    pieces = aiter(source)
    while True:
        try:
            with explained():
                async with asyncio.timeout(seconds):
                    piece = await anext(pieces)
        except StopAsyncIteration:
            return
        yield piece
