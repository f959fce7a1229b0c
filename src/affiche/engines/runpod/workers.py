"""What GET /health says of an endpoint's workers: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from affiche.engines.engine import Health


@dataclass(frozen=True, slots=True)
class Workers:
    """`up` stand ready or run, `waking` are being started; `queued` jobs wait or run."""

    up: int
    waking: int
    throttled: int
    unhealthy: int
    queued: int


def workers(answer: Any) -> Workers:
    """Counts that are missing are none. Of those that are ready, some idle and some run."""
    body = answer if isinstance(answer, Mapping) else {}
    jobs, counts = body.get("jobs"), body.get("workers")
    return Workers(
        up=max(_count(counts, "ready"), _count(counts, "idle") + _count(counts, "running")),
        waking=_count(counts, "initializing"),
        throttled=_count(counts, "throttled"),
        unhealthy=_count(counts, "unhealthy"),
        queued=_count(jobs, "inQueue") + _count(jobs, "inProgress"),
    )


def health(found: Workers) -> Health:
    """An endpoint without workers is well, since it starts them for work; one whose only workers
    cannot work is not."""
    reasons = []
    if found.unhealthy:
        reasons.append(f"{found.unhealthy} of its workers are unhealthy")
    if found.throttled:
        reasons.append(f"{found.throttled} of its workers wait for a free GPU")
    return Health(
        ok=not reasons or bool(found.up or found.waking),
        queued=found.queued,
        reason=", ".join(reasons) or None,
        workers=found.up,
        waking=found.waking,
    )


def _count(counts: Any, name: str) -> int:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
