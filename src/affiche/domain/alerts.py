"""What operators are told of: found in figures, opened once, repeated daily, closed once. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

CALM: Final = timedelta(minutes=10)
"""How long something must have been well before its alert is closed, so that what comes and goes is
one alert and not twenty."""
REPEAT: Final = timedelta(days=1)
MOST_NAMED: Final = 20
Rule = Literal[
    "failure_rate", "queue_age", "engine_down", "budget_spent", "storage_full", "secret_age"
]
RULES: Final[tuple[Rule, ...]] = (
    *("failure_rate", "queue_age", "engine_down"),
    *("budget_spent", "storage_full", "secret_age"),
)
Change = Literal["opened", "repeated", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Beyond which operators are told. Percents from 0 to 100."""

    failure_percent: float
    failure_least: int
    queue: timedelta
    down: timedelta
    budget_percent: float
    storage_percent: float
    secrets: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """An endpoint and the longest that something due has waited for it."""

    endpoint: str
    waiting: int
    oldest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwell:
    endpoint: str
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """So much of `limit`, of whatever `subject` names; `about` goes with it into the alert."""

    subject: str
    used: int
    limit: int
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> float:
        return 100 * self.used / self.limit if self.limit > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """`name` of a key or a secret, never itself."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the studio stands. `ended` and `failed`: runs in the time that the rule looks back."""

    ended: int = 0
    failed: int = 0
    queues: Sequence[Queue] = ()
    unwell: Sequence[Unwell] = ()
    budgets: Sequence[Used] = ()
    storage: Sequence[Used] = ()
    secrets: Sequence[Secret] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """`subject`: which one it is about, where there are several; `params`: what is said of it."""

    rule: Rule
    subject: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An alert that is open. `seen_at`: when its trouble was last there; `told_at`: when operators
    last heard of it."""

    rule: str
    subject: str
    seen_at: datetime
    told_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.subject


@dataclass(frozen=True, slots=True)
class Decision:
    """`opened` and `repeated` are told with what they say now, `kept` only noted; `closed` are the
    keys of alerts that are over."""

    opened: Sequence[Trouble] = ()
    repeated: Sequence[Trouble] = ()
    kept: Sequence[Trouble] = ()
    closed: Sequence[tuple[str, str]] = ()


def troubles(figures: Figures, bounds: Bounds, now: datetime) -> list[Trouble]:
    """Everything that is beyond its bound, each once."""
    return [
        *_failures(figures, bounds),
        *_queues(figures.queues, bounds),
        *_unwell(figures.unwell, bounds, now),
        *_used("budget_spent", figures.budgets, bounds.budget_percent),
        *_used("storage_full", figures.storage, bounds.storage_percent),
        *_secrets(figures.secrets, bounds, now),
    ]


def decide(open_: Iterable[Open], found: Iterable[Trouble], now: datetime) -> Decision:
    """What becomes of alerts. Each trouble has one that is open, told when it opens and then daily;
    one whose trouble has not been seen for ten minutes is closed."""
    before = {each.key: each for each in open_}
    there = {each.key: each for each in found}
    opened, repeated, kept = list[Trouble](), list[Trouble](), list[Trouble]()
    for key, trouble in there.items():
        known = before.get(key)
        if known is None:
            opened.append(trouble)
        elif now - known.told_at >= REPEAT:
            repeated.append(trouble)
        else:
            kept.append(trouble)
    closed = [
        key for key, each in before.items() if key not in there and now - each.seen_at >= CALM
    ]
    return Decision(opened, repeated, kept, closed)


def _failures(figures: Figures, bounds: Bounds) -> Iterable[Trouble]:
    if figures.ended < max(1, bounds.failure_least):
        return
    percent = 100 * figures.failed / figures.ended
    if percent > bounds.failure_percent:
        params = {"percent": round(percent, 1), "failed": figures.failed, "ended": figures.ended}
        yield Trouble("failure_rate", "", params)


def _queues(queues: Iterable[Queue], bounds: Bounds) -> Iterable[Trouble]:
    for each in queues:
        if each.waiting and each.oldest > bounds.queue:
            minutes = round(each.oldest / timedelta(minutes=1))
            params = {"endpoint": each.endpoint, "waiting": each.waiting, "minutes": minutes}
            yield Trouble("queue_age", each.endpoint, params)


def _unwell(found: Iterable[Unwell], bounds: Bounds, now: datetime) -> Iterable[Trouble]:
    for each in found:
        if now - each.since > bounds.down:
            minutes = round((now - each.since) / timedelta(minutes=1))
            params = {"endpoint": each.endpoint, "minutes": minutes, "reason": each.reason}
            yield Trouble("engine_down", each.endpoint, params)


def _used(rule: Rule, found: Iterable[Used], bound: float) -> Iterable[Trouble]:
    for each in found:
        # What may be nothing at all is closed on purpose.
        if each.limit > 0 and each.percent >= bound:
            params = {"percent": round(each.percent, 1), "used": each.used, "limit": each.limit}
            yield Trouble(rule, each.subject, {**each.about, **params})


def _secrets(found: Iterable[Secret], bounds: Bounds, now: datetime) -> Iterable[Trouble]:
    # One alert for all: they grow old together, and are replaced in one go.
    old = sorted(each.name for each in found if now - each.since >= bounds.secrets)
    if old:
        days = round(bounds.secrets / timedelta(days=1))
        names = ", ".join(old[:MOST_NAMED]) + (" …" if len(old) > MOST_NAMED else "")
        yield Trouble("secret_age", "", {"n": len(old), "days": days, "names": names})
