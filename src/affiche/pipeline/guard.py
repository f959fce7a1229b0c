"""Being the only process that does something, as long as a connection lives."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection

from affiche.db import dump
from affiche.db.database import connection_options
from affiche.db.listener import ANSWER_SECONDS
from affiche.db.outages import PASSING, unavailable
from affiche.studio.studio import Studio

BACKUP_SECONDS: Final = 5.0
log = logging.getLogger(__name__)


@asynccontextmanager
async def alone(studio: Studio, lock: int) -> AsyncIterator["Guard | None"]:
    """The guard of the one process that has the lock; None in every other.

    Raises DatabaseUnavailable.
    """
    address = studio.database.direct
    try:
        connection = await AsyncConnection.connect(address.url, **connection_options(address))
    except PASSING as error:
        raise unavailable(error) from error
    async with connection:
        guard = Guard(connection)
        yield guard if await guard.holds(lock) else None


class Guard:
    """A connection that holds its lock for as long as it lives."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection

    async def holds(self, lock: int) -> bool:
        return bool(await self._value("SELECT pg_try_advisory_lock(%s)", lock))

    @asynccontextmanager
    async def between_backups(self) -> AsyncIterator[None]:
        """Wait until no backup runs, and let none begin; also proves that this process still is
        the only one, since a lost connection has lost both locks."""
        while True:
            if await self.holds(dump.LOCK):
                break
            log.info("what is left over waits for a backup to end")
            await asyncio.sleep(BACKUP_SECONDS)
        try:
            yield
        finally:
            await self._value("SELECT pg_advisory_unlock(%s)", dump.LOCK)

    async def _value(self, statement: str, lock: int) -> Any:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await self.connection.execute(statement, (lock,))
                row = await found.fetchone()
        except (*PASSING, TimeoutError) as error:
            raise unavailable(error) from error
        return row[0] if row else None
