"""One limit for all processes together, kept by PostgreSQL; taken a few at a time.

Two limits of RunPod's, as published: questions in ten seconds, for each endpoint and each kind of
question. We stay a tenth below, for what the network brings closer together.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from affiche.db.database import Database
from affiche.domain.endpoints import Endpoint
from affiche.domain.rates import PATIENCE, USED_WITHIN, Rate
from affiche.engines.access import Question
from affiche.errors import AfficheError, DatabaseUnavailable, EngineBusy, LanguageModelBusy

RUNPOD: Final[dict[Question, Rate]] = {
    "run": Rate(900, 10.0),
    "status": Rate(1800, 10.0),
    "cancel": Rate(90, 10.0),
}
PATIENT_SECONDS: Final = 2.0
"""How far questions to the language model that can come later may fill up what is ahead."""
AHEAD: Final = 0.4
"""Seconds for which is taken beyond those who wait: what lately was asked in that time."""
LATELY: Final = 2.0
Clock = Callable[[], float]


class Limiter:
    """One process's share of one limit, by the name that all processes know it under."""

    def __init__(
        self,
        database: Database,
        name: str,
        rate: Rate,
        clock: Clock = time.monotonic,
        *,
        patience: float = PATIENCE,
        busy: type[AfficheError] = EngineBusy,
    ) -> None:
        self._database, self._name, self._rate, self._clock = database, name, rate, clock
        self._patience, self._busy = patience, busy
        self._left, self._from, self._until = 0, 0.0, 0.0
        self._turn, self._waiting = asyncio.Lock(), 0
        self._spent: deque[float] = deque(maxlen=1000)
        self.statements = 0

    async def spend(self) -> None:
        """Wait until one more may be asked.

        Raises what `busy` names if that would be much longer than `patience`, or the database is
        away.
        """
        give_up = self._clock() + self._patience
        self._waiting += 1
        try:
            async with self._turn:
                while not await self._ready():
                    if self._clock() >= give_up:
                        raise self._busy(detail=f"{self._name} was not given in time")
                    await self._take(give_up)
                self._left -= 1
                self._spent.append(self._clock())
        finally:
            self._waiting -= 1

    async def _ready(self) -> bool:
        """Whether there is one to spend, once it is due."""
        if not self._left:
            return False
        if (pause := self._from - self._clock()) > 0:
            await asyncio.sleep(pause)
        if self._clock() < self._until:
            return True
        self._left = 0
        return False

    async def _take(self, give_up: float) -> None:
        count = min(self._rate.most, self._waiting + self._expected())
        asked_at = self._clock()
        self.statements += 1
        try:
            async with self._database.singly() as service:
                wait = await service.value(
                    "rates.take",
                    name=self._name,
                    count=count,
                    apart=timedelta(seconds=self._rate.apart),
                    slack=timedelta(seconds=self._rate.slack),
                    patience=timedelta(seconds=max(0.0, give_up - asked_at)),
                    most=timedelta(seconds=PATIENCE + self._rate.slack),
                )
        except DatabaseUnavailable as error:
            raise self._busy(detail=f"{self._name}: {error}") from error
        if wait is None:
            raise self._busy(detail=f"{self._name}: too many questions are waiting")
        # Due at some moment after we asked and before now; so spent no sooner and no later.
        self._left, self._from = count, self._clock() + wait
        self._until = asked_at + wait + USED_WITHIN

    def _expected(self) -> int:
        now = self._clock()
        while self._spent and self._spent[0] < now - LATELY:
            self._spent.popleft()
        # Only a fraction, so that in quiet times nothing that was taken is lost.
        return int(len(self._spent) * AHEAD / LATELY)


class EndpointBudget:
    """What may be asked of one RunPod endpoint; two rows of the same endpoint share it."""

    def __init__(self, database: Database, endpoint: Endpoint) -> None:
        self._limiters = {
            question: Limiter(database, f"runpod/{endpoint.remote_id}/{question}", rate)
            for question, rate in RUNPOD.items()
        }

    async def spend(self, question: Question) -> None:
        """Raises EngineBusy."""
        await self._limiters[question].spend()


def language_model(database: Database, a_minute: int, *, patient: bool) -> Limiter:
    """Of the one limit on questions to the language model: for those that wait for the answer, and
    for those that can come later, which fill no more than PATIENT_SECONDS of what is ahead."""
    return Limiter(
        database,
        "language model",
        Rate(a_minute, 60.0),
        patience=PATIENT_SECONDS if patient else PATIENCE,
        busy=LanguageModelBusy,
    )
