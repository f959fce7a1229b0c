"""Runs on an engine that nobody waits for any more are found there and stopped."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from affiche.errors import EngineError
from affiche.pipeline.line import Line
from affiche.pipeline.turns import take_turns

BATCH: Final = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    id: UUID
    endpoint_id: UUID
    external_id: str
    tries: int


class Withdrawals:
    """Stops on their engines the runs that nobody waits for.

    Each is looked for twice, since a submit that was under way may arrive after the first look.
    """

    MOST_TRIES: Final = 40
    LOOKS: Final = 2
    PAUSE: Final = timedelta(seconds=5)

    def __init__(self, line: Line) -> None:
        self.line = line
        self.database = line.studio.database
        self.wanted = asyncio.Event()

    async def run(self) -> None:
        await take_turns(self.withdraw, self.wanted, 1.0, log, "withdrawals wait")

    async def withdraw(self) -> bool:
        async with self.database.as_service() as transaction:
            due = await transaction.all(Withdrawal, "withdrawals.due", most=BATCH)
        for withdrawal in due:
            await self._stop(withdrawal)
        return len(due) == BATCH

    async def _stop(self, withdrawal: Withdrawal) -> None:
        try:
            engine = await self.line.engines.get(withdrawal.endpoint_id)
            found = await engine.cancel(withdrawal.external_id)
        except EngineError as error:
            log.info("run %s cannot be stopped yet: %s", withdrawal.external_id, error)
            done, pause = withdrawal.tries + 1 >= self.MOST_TRIES, timedelta(seconds=15)
        else:
            log.info("run %s %s", withdrawal.external_id, "stopped" if found else "was not there")
            done, pause = withdrawal.tries + 1 >= self.LOOKS, self.PAUSE
        async with self.database.as_service() as transaction:
            if done:
                await transaction.run("withdrawals.done", id=withdrawal.id)
            else:
                run_at = self.line.studio.now() + pause
                await transaction.run("withdrawals.again", id=withdrawal.id, run_at=run_at)
