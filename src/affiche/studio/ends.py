"""Several things under way at once, each of which comes to its own end."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

Given = TypeVar("Given")


async def all_ended(under_way: Iterable[Awaitable[Given]]) -> list[Given]:
    """What they gave, in order; raises what the first of those that failed did, when all have
    ended: none is broken off in the middle because of another."""
    found: list[Given] = []
    for end in await asyncio.gather(*under_way, return_exceptions=True):
        if isinstance(end, BaseException):
            raise end
        found.append(end)
    return found
