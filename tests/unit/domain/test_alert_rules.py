"""When operators are told: each trouble once, then daily, and once that it is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.alerts import (
    CALM,
    MOST_NAMED,
    REPEAT,
    RULES,
    Bounds,
    Figures,
    Open,
    Queue,
    Rule,
    Secret,
    Trouble,
    Unwell,
    Used,
    decide,
    troubles,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BOUNDS = Bounds(
    failure_percent=5.0,
    failure_least=20,
    queue=timedelta(minutes=30),
    down=timedelta(minutes=5),
    budget_percent=90.0,
    storage_percent=90.0,
    secrets=timedelta(days=90),
)
minutes = st.integers(0, 10_000).map(lambda n: timedelta(minutes=n))
names = st.text("abcdef", min_size=1, max_size=3)


def found(figures: Figures) -> list[Trouble]:
    return troubles(figures, BOUNDS, NOW)


def test_a_studio_that_is_well_has_no_trouble() -> None:
    well = Figures(
        ended=1000,
        failed=50,
        queues=[Queue(endpoint="a", waiting=9, oldest=timedelta(minutes=30))],
        unwell=[Unwell(endpoint="a", since=NOW - timedelta(minutes=5))],
        budgets=[Used(subject="b", used=89, limit=100), Used(subject="c", used=0, limit=0)],
        storage=[Used(subject="p", used=899, limit=1000)],
        secrets=[Secret(name="KEY", since=NOW - timedelta(days=90) + timedelta(seconds=1))],
    )
    assert found(well) == []


def test_each_rule_finds_what_it_is_for() -> None:
    ill = Figures(
        ended=1000,
        failed=51,
        queues=[Queue(endpoint="a", waiting=1, oldest=timedelta(minutes=31))],
        unwell=[Unwell(endpoint="b", since=NOW - timedelta(minutes=6), reason="silent")],
        budgets=[Used(subject="c", used=90, limit=100, about={"period": "day", "whose": "x"})],
        storage=[Used(subject="d", used=95, limit=100, about={"project": "ours"})],
        secrets=[Secret(name="KEY", since=NOW - timedelta(days=90))],
    )
    assert {(each.rule, each.subject): dict(each.params) for each in found(ill)} == {
        ("failure_rate", ""): {"percent": 5.1, "failed": 51, "ended": 1000},
        ("queue_age", "a"): {"endpoint": "a", "waiting": 1, "minutes": 31},
        ("engine_down", "b"): {"endpoint": "b", "minutes": 6, "reason": "silent"},
        ("budget_spent", "c"): {
            "period": "day",
            "whose": "x",
            "percent": 90.0,
            "used": 90,
            "limit": 100,
        },
        ("storage_full", "d"): {"project": "ours", "percent": 95.0, "used": 95, "limit": 100},
        ("secret_age", ""): {"n": 1, "days": 90, "names": "KEY"},
    }
    assert {each.rule for each in found(ill)} == set(RULES)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_failures_count_from_a_number_on_and_beyond_a_share(one: int, other: int) -> None:
    failed, ended = sorted((one, other))
    told = found(Figures(ended=ended, failed=failed))
    assert bool(told) == (ended >= 20 and failed * 100 > ended * 5)


@given(st.lists(names, unique=True, max_size=60))
def test_secrets_are_one_alert_however_many_they_are(old: list[str]) -> None:
    secrets = [Secret(name=name, since=NOW - timedelta(days=200)) for name in old]
    told = found(Figures(secrets=secrets))
    assert len(told) == bool(old)
    if told:
        assert told[0].params["n"] == len(old)
        assert str(told[0].params["names"]).count(",") < MOST_NAMED


@given(st.lists(st.builds(Queue, endpoint=names, waiting=st.integers(0, 9), oldest=minutes)))
def test_nothing_is_told_of_an_empty_line(queues: list[Queue]) -> None:
    told = found(Figures(queues=queues))
    assert len(told) == sum(q.waiting > 0 and q.oldest > BOUNDS.queue for q in queues)


# --- opened once, repeated daily, closed once ---------------------------------------------------

keys = st.tuples(st.sampled_from(RULES), names)
rounds = st.lists(st.tuples(st.integers(1, 3000), st.frozensets(keys, max_size=4)), max_size=40)


@dataclass
class Life:
    """What was told of one alert, with the minutes when."""

    opened: datetime
    told: list[datetime]
    seen: datetime


@given(rounds)
def test_a_life_of_alerts(history: list[tuple[int, frozenset[tuple[Rule, str]]]]) -> None:
    """Against a model that knows nothing but the rules in words."""
    now, lives = NOW, dict[tuple[str, str], Life]()
    for passed, there in history:
        now += timedelta(minutes=passed)
        rows = [
            Open(rule=rule, subject=subject, seen_at=life.seen, told_at=life.told[-1])
            for (rule, subject), life in lives.items()
        ]
        decision = decide(rows, [Trouble(*key) for key in there], now)
        opened = {each.key for each in decision.opened}
        repeated = {each.key for each in decision.repeated}
        kept = {each.key for each in decision.kept}
        closed = set(decision.closed)
        # Each trouble is exactly one of three, and only what is open and not there is closed.
        assert opened | repeated | kept == there
        assert len(opened) + len(repeated) + len(kept) == len(there)
        assert opened == there - set(lives)
        assert closed <= set(lives) - there
        for key in set(lives) & there:
            assert (key in repeated) == (now - lives[key].told[-1] >= REPEAT)
        for key in set(lives) - there:
            assert (key in closed) == (now - lives[key].seen >= CALM)
        for key in opened:
            lives[key] = Life(now, [now], now)
        for key in repeated:
            lives[key].told.append(now)
        for key in there:
            lives[key].seen = now
        for key in closed:
            life = lives.pop(key)
            assert all(b - a >= REPEAT for a, b in zip(life.told, life.told[1:], strict=False))


def test_what_comes_and_goes_is_one_alert() -> None:
    trouble = Trouble("engine_down", "pod")
    seen = NOW
    told = 0
    for minute in range(1, 60):
        now = NOW + timedelta(minutes=minute)
        there = [trouble] if minute % 8 == 0 else []
        row = Open(rule="engine_down", subject="pod", seen_at=seen, told_at=NOW)
        decision = decide([row], there, now)
        told += len(decision.opened) + len(decision.repeated) + len(decision.closed)
        seen = now if there else seen
    assert told == 0
