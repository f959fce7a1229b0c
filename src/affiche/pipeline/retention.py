"""Records that are kept for a while and then forgotten, in small batches."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from affiche.db.database import Transaction
from affiche.settings import Settings
from affiche.studio.studio import Studio

BATCH: Final = 500
PAUSE: Final = 0.05
"""Seconds between two batches: at most 10,000 rows a second, and nobody waits behind them."""
WITHDRAWALS: Final = timedelta(days=7)
INVITATIONS: Final = timedelta(days=30)
IDEMPOTENCY: Final = timedelta(hours=24)
GATES: Final = timedelta(hours=1)
QUEUE_LOG: Final = timedelta(days=1)
log = logging.getLogger(__name__)


Batch = Callable[[Transaction, dict[str, Any]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` for the log; `age` that a record reaches, after its end if it has one."""

    name: str
    age: timedelta
    batch: Batch


def kinds(settings: Settings) -> tuple[Kind, ...]:
    """Every kind of record that is forgotten; pure."""
    nothing, jobs = timedelta(0), timedelta(days=settings.job_days)
    told = timedelta(days=settings.notification_days)
    words = timedelta(days=settings.translation_days)
    events, sent = timedelta(days=settings.event_days), timedelta(days=settings.delivery_days)
    return (
        Kind("sessions", nothing, lambda t, given: t.run("sweep.expired_sessions", **given)),
        Kind("links", nothing, lambda t, given: t.run("sweep.expired_links", **given)),
        Kind("keys", IDEMPOTENCY, lambda t, given: t.run("sweep.old_idempotency_keys", **given)),
        Kind("events", events, lambda t, given: t.run("sweep.old_events", **given)),
        Kind(
            "withdrawals", WITHDRAWALS, lambda t, given: t.run("sweep.ended_withdrawals", **given)
        ),
        Kind("deliveries", sent, lambda t, given: t.run("sweep.old_deliveries", **given)),
        Kind("invitations", INVITATIONS, lambda t, given: t.run("sweep.old_invitations", **given)),
        Kind("gates", GATES, lambda t, given: t.run("gates.old", **given)),
        Kind("queue log", QUEUE_LOG, lambda t, given: t.run("sweep.old_queue_log", **given)),
        Kind("notifications", told, lambda t, given: t.run("notifications.old", **given)),
        Kind("messages", sent, lambda t, given: t.run("messages.old", **given)),
        Kind("alerts", told, lambda t, given: t.run("alerts.old", **given)),
        Kind("alert mails", sent, lambda t, given: t.run("alerts.old_mails", **given)),
        Kind("secrets' ages", sent, lambda t, given: t.run("secret_ages.old", **given)),
        Kind(
            "audit",
            timedelta(days=settings.audit_days),
            lambda t, given: t.value("audit.forget", **given),
        ),
        Kind("questions", jobs, lambda t, given: t.run("language.old_calls", **given)),
        Kind("translations", words, lambda t, given: t.run("language.old_translations", **given)),
        Kind("jobs", jobs, lambda t, given: t.run("sweep.ended_jobs", **given)),
    )


async def forget(studio: Studio, *, pause: float = PAUSE) -> dict[str, int]:
    """Everything whose time has come; how many records by kind. Raises DatabaseUnavailable."""
    now = studio.now()
    counts = {
        kind.name: await _forget(studio, kind, now - kind.age, pause)
        for kind in kinds(studio.settings)
    }
    if gone := [f"{count} {name}" for name, count in counts.items() if count]:
        log.info("forgotten: %s", ", ".join(gone))
    return counts


async def _forget(studio: Studio, kind: Kind, before: datetime, pause: float) -> int:
    whole, given = 0, {"before": before, "most": BATCH}
    while True:
        async with studio.database.singly() as service:
            count = await kind.batch(service, given)
        whole += count
        if not count:
            return whole
        await asyncio.sleep(pause)
