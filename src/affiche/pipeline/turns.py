"""How a service goes on: turn after turn while there is more to do, and else when it is wanted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from affiche.db.listener import woken
from affiche.errors import DatabaseUnavailable


async def take_turns(
    turn: Callable[[], Awaitable[bool]],
    wanted: asyncio.Event,
    seconds: float,
    log: logging.Logger,
    complaint: str,
) -> NoReturn:
    """Each `turn` says whether there is more for another at once; else the next is when it is
    `wanted`, and after so many seconds at the latest. Without the database it waits as long, and
    complains."""
    while True:
        wanted.clear()
        try:
            more = await turn()
        except DatabaseUnavailable as error:
            log.warning("%s: %s", complaint, error)
            more = False
        if not more:
            await woken(wanted, seconds)
