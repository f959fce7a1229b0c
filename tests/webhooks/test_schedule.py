"""The rule by which messages are sent again and webhooks put off."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.webhooks import (
    FAILING_FOR,
    GONE,
    JITTER,
    PAUSES,
    Outcome,
    judged,
    message,
    pause_after,
)

NOW = datetime(2026, 2, 11, tzinfo=UTC)
chances = st.floats(0, 1)
statuses = st.integers(100, 599)
outcomes = st.builds(
    Outcome, status=statuses, retry_after=st.none() | st.integers(0, 10**8 - 1)
) | (st.builds(Outcome, reason=st.sampled_from(["address", "name", "slow", "unreachable"])))
failing = st.none() | st.timedeltas(timedelta(0), timedelta(days=30)).map(lambda ago: NOW - ago)


@given(st.lists(chances, min_size=len(PAUSES), max_size=len(PAUSES)))
def test_a_message_is_given_up_within_a_day_and_not_before_twenty_one_hours(
    chance: list[float],
) -> None:
    pauses = [pause_after(n, each) for n, each in enumerate(chance, 1)]
    whole = sum((pause for pause in pauses if pause), timedelta(0))
    assert timedelta(hours=21) < whole <= timedelta(days=1)
    assert pause_after(len(PAUSES) + 1, 0.5) is None


@given(st.integers(1, len(PAUSES)), chances)
def test_a_pause_is_its_place_s_and_a_little_less(attempt: int, chance: float) -> None:
    pause = pause_after(attempt, chance)
    assert pause is not None
    assert PAUSES[attempt - 1] * (1 - JITTER) <= pause <= PAUSES[attempt - 1]


@given(st.integers(1, len(PAUSES)), chances, st.integers(0, 10**8))
def test_who_asks_for_time_is_given_it_up_to_the_next_pause(
    attempt: int, chance: float, asked: int
) -> None:
    plain, given_time = pause_after(attempt, chance), pause_after(attempt, chance, asked)
    assert plain is not None
    assert given_time is not None
    longest = PAUSES[min(attempt, len(PAUSES) - 1)]
    assert plain <= given_time <= longest
    if plain.total_seconds() < asked <= longest.total_seconds() * (1 - JITTER):
        assert given_time.total_seconds() == asked


@given(outcomes, st.integers(1, 20), failing, chances)
def test_every_outcome_has_its_one_end(
    outcome: Outcome, attempt: int, since: datetime | None, chance: float
) -> None:
    verdict = judged(outcome, attempt, since, NOW, chance)
    assert (verdict.status == "delivered") == outcome.ok
    assert (verdict.pause is not None) == (verdict.status == "pending")
    assert (verdict.off == "gone") == (outcome.status == GONE)
    if verdict.off == "failing":
        assert verdict.status == "failed"
        assert since is not None
        assert NOW - since >= FAILING_FOR
    if verdict.status == "failed" and verdict.off is None:
        assert attempt > len(PAUSES)
        assert since is None or NOW - since < FAILING_FOR


def test_a_redirect_is_no_success() -> None:
    assert judged(Outcome(status=302), 1, None, NOW, 0).status == "pending"


def test_a_message_says_what_when_and_where() -> None:
    whole = message("work.completed", NOW, {"work_id": "w"}, {"work": "https://s.example/w"})
    assert whole == {
        "type": "work.completed",
        "timestamp": "2026-02-11T00:00:00+00:00",
        "data": {"work_id": "w", "links": {"work": "https://s.example/w"}},
    }
    assert message("webhook.test", NOW, {"a": 1})["data"] == {"a": 1}
