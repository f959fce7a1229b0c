"""How works ended of late: how many failed or were cancelled, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from affiche.studio.audit import require_operator
from affiche.studio.studio import Caller, Studio

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Works of one template on one engine by how they ended; `engine` is "" for those that ended
    before they came to one."""

    template: str
    engine: str
    completed: int
    failed: int
    cancelled: int

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.cancelled

    @property
    def failed_ratio(self) -> float:
        """From 0 to 1, of all that ended."""
        return self.failed / self.ended if self.ended else 0.0

    @property
    def cancelled_ratio(self) -> float:
        return self.cancelled / self.ended if self.ended else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`code`: of what made them fail; `latest`: when that last happened, with its `params`."""

    code: str
    template: str
    engine: str
    works: int
    latest: datetime
    params: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits at an endpoint and is due, counted to 10,000; `oldest`: for how long the first."""

    endpoint: str
    waiting: int
    oldest: timedelta


async def queues(studio: Studio, operator: Caller) -> list[Queue]:
    """Of every endpoint, by name. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        return await service.all(Queue, "alerts.queues", now=studio.now())


async def outcomes(studio: Studio, operator: Caller, within: timedelta = WEEK) -> list[Outcome]:
    """Of works that were asked for in that time, by template and engine. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        return await service.all(Outcome, "figures.outcomes", since=studio.now() - within)


async def failures(studio: Studio, operator: Caller, within: timedelta = WEEK) -> list[Failure]:
    """Of works that failed in that time, the most frequent cause first. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        return await service.all(Failure, "figures.failures", since=studio.now() - within)


def whole(found: list[Outcome]) -> Outcome:
    """All of them together."""
    return Outcome(
        template="",
        engine="",
        completed=sum(each.completed for each in found),
        failed=sum(each.failed for each in found),
        cancelled=sum(each.cancelled for each in found),
    )
