"""One LISTEN connection per process, of its own, handing notifications to callbacks."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from affiche.db.address import Address
from affiche.db.database import connection_options

Callback = Callable[[str], None]
LONGEST_PAUSE = 5.0
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

    def on(self, channel: str, callback: Callback) -> None:
        """Register before `run` starts."""
        self.callbacks.setdefault(channel, []).append(callback)

    async def run(self) -> None:
        pause = 0.1
        while True:
            try:
                await self._listen()
            except (psycopg.OperationalError, OSError) as error:
                log.warning("lost the LISTEN connection: %s", error)
            self.ready.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(
            self.address.url, **connection_options(self.address)
        )
        async with connection:
            for channel in self.callbacks:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self.ready.set()
            for callbacks in self.callbacks.values():
                for callback in callbacks:
                    callback("")
            async for note in connection.notifies():
                for callback in self.callbacks.get(note.channel, ()):
                    callback(note.payload)
