"""When a message to a webhook is sent again, and what becomes of a webhook that fails. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

TEST: Final = "webhook.test"
"""Sent by hand, whatever a webhook asks for."""
TYPES: Final = (
    "work.created",
    "work.completed",
    "work.failed",
    "work.cancelled",
    "notification.created",
)
ALERT: Final = "studio.alert"
"""What is wrong with the studio as a whole: told to webhooks that an operator made."""
OPERATORS: Final = (*TYPES, ALERT)
"""What a webhook of an operator's may ask for."""
ENDS: Final = ("work.completed", "work.failed", "work.cancelled")
"""What a webhook hears of where nobody said."""

PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 8 * 3600, 8 * 3600)
)
"""Before the second attempt, the third and so on, as Standard Webhooks recommends; together less
than a day."""
JITTER: Final = 0.1
"""By how much of itself a pause may be shorter, so that what failed together does not come back
together."""
FAILING_FOR: Final = timedelta(days=3)
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before a rotation signs beside the new one."""
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the status that was answered, or why there is none.

    `reason`: address (it leads to a private place), name, certificate, unreachable, slow,
    broken_off, unreadable. `retry_after`: seconds that the answer asks us to wait.
    """

    status: int | None = None
    reason: str | None = None
    retry_after: int | None = None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` of the delivery; while it is pending, the `pause` until the next attempt.
    `off`: why the webhook is put off, if it is."""

    status: Literal["pending", "delivered", "failed"]
    pause: timedelta | None = None
    off: Literal["gone", "failing"] | None = None


def judged(
    outcome: Outcome, attempt: int, failing_since: datetime | None, now: datetime, chance: float
) -> Verdict:
    """What follows from an attempt; `attempt` counts from 1, `chance` is from 0 to 1.

    A webhook is put off when it says that it is gone, or when a message is given up and for three
    days nothing else came through.
    """
    if outcome.ok:
        return Verdict("delivered")
    if outcome.status == GONE:
        return Verdict("failed", off="gone")
    pause = pause_after(attempt, chance, outcome.retry_after)
    if pause is not None:
        return Verdict("pending", pause)
    long = failing_since is not None and now - failing_since >= FAILING_FOR
    return Verdict("failed", off="failing" if long else None)


def pause_after(attempt: int, chance: float, retry_after: int | None = None) -> timedelta | None:
    """Until the attempt after this one, which counts from 1; None after the last.

    A receiver that asks for time is given it, up to the schedule's next pause.
    """
    if not 1 <= attempt <= len(PAUSES):
        return None
    pause = PAUSES[attempt - 1] * (1 - JITTER * chance)
    if retry_after is None:
        return pause
    longest = PAUSES[min(attempt, len(PAUSES) - 1)]
    return max(pause, min(timedelta(seconds=retry_after), longest * (1 - JITTER)))


def message_id(delivery_id: UUID) -> str:
    """By which a receiver knows again what it was sent before."""
    return f"msg_{delivery_id.hex}"


def message(
    kind: str, at: datetime, data: Mapping[str, Any], links: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The body: what happened, when, and the ids and links to learn more by."""
    return {
        "type": kind,
        "timestamp": at.isoformat(),
        "data": {**data, "links": dict(links)} if links else dict(data),
    }
