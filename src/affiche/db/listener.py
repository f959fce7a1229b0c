"""One LISTEN connection per process, of its own, handing notifications to callbacks."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, sql

from affiche.db.address import Address
from affiche.db.database import connection_options

Callback = Callable[[str], None]
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
QUIET_SECONDS: Final = 15.0
"""Without a notification the connection is asked whether it still lives: silence is what a dead
network sounds like too."""
ANSWER_SECONDS: Final = 5.0
log = logging.getLogger(__name__)


class Listener:
    """Listens for ever; after a lost connection every callback is called once with "".

    An empty payload thus also means "you may have missed something: look yourself".
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.callbacks: dict[str, list[Callback]] = {}
        self.connection: AsyncConnection[Any] | None = None
        self.ready = asyncio.Event()
        self._told = False

    def on(self, channel: str, callback: Callback) -> None:
        """Register before `run` starts."""
        self.callbacks.setdefault(channel, []).append(callback)

    async def run(self) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                await self._listen()
            except (psycopg.OperationalError, OSError) as error:
                if not self._told:
                    reason = str(error).partition("\n")[0] or "no answer"
                    log.warning("lost the LISTEN connection: %s", reason)
                    self._told = True
            if self.ready.is_set():
                pause = SHORTEST_PAUSE
            self.ready.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(
            self.address.url, **connection_options(self.address)
        )
        async with connection:
            for channel in self.callbacks:
                await self._ask(connection, sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self.ready.set()
            if self._told:
                log.warning("the LISTEN connection is back")
                self._told = False
            for callbacks in self.callbacks.values():
                for callback in callbacks:
                    callback("")
            while True:
                async for note in connection.notifies(timeout=QUIET_SECONDS):
                    for callback in self.callbacks.get(note.channel, ()):
                        callback(note.payload)
                # Not SELECT 1: an upgrade knows by a connection's last statement who is at work.
                await self._ask(connection, sql.SQL("LISTEN {}").format(sql.Identifier(channel)))

    @staticmethod
    async def _ask(connection: AsyncConnection[Any], statement: sql.SQL | sql.Composed) -> None:
        """Raises TimeoutError, which is an OSError, when there is no answer."""
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.execute(statement)


async def woken(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, which a notification may set, that long at most; whether it was set."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    return True
