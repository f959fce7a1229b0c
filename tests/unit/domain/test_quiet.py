"""How many messages come of many notifications, whenever they come."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.quiet import LONGEST, SHORTEST, SINGLY, Pace, decide

START = datetime(2026, 3, 1, tzinfo=UTC)
gaps = st.lists(st.integers(0, 400) | st.sampled_from([0, 1, 59, 60, 61, 3600]), max_size=80)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def sent(arrivals: list[int], late: int = 0) -> list[tuple[int, list[int]]]:
    """When each message goes and which arrivals it takes, where whoever sends comes `late`."""
    found, waiting, pace = list[tuple[int, list[int]]](), list[int](), Pace()
    coming, wake = sorted(arrivals), None
    while coming or waiting:
        now = min([each for each in (coming[0] if coming else None, wake) if each is not None])
        while coming and coming[0] <= now:
            waiting.append(coming.pop(0))
        now += late
        decision = decide(pace, at(waiting[0]), len(waiting), at(now))
        for count in decision.messages:
            found.append((now, waiting[:count]))
            waiting = waiting[count:]
        pace, wake = decision.pace, None
        if waiting:
            assert decision.until is not None
            wake = int((decision.until - START).total_seconds())
            assert wake > now
        else:
            assert decision.until is None
    return found


def times(between: list[int]) -> list[int]:
    return [sum(between[: n + 1]) for n in range(len(between))]


@given(gaps, st.integers(0, 5))
def test_each_is_told_once_in_order_and_within_an_hour(between: list[int], late: int) -> None:
    arrivals = times(between)
    messages = sent(arrivals, late)
    assert [each for _, taken in messages for each in taken] == arrivals
    for when, taken in messages:
        assert taken
        assert all(when - each <= LONGEST + 2 * late for each in taken)


@given(gaps)
def test_no_minute_has_more_than_four_and_one_that_begins_anew(between: list[int]) -> None:
    moments = [when for when, _ in sent(times(between))]
    for first in moments:
        within = [when for when in moments if first <= when < first + SHORTEST]
        assert len(within) <= 2 * SINGLY


@given(st.integers(1, SINGLY))
def test_a_few_are_told_at_once(count: int) -> None:
    assert sent([7] * count) == [(7, [7])] * count


def test_of_five_thousand_over_ten_hours_there_are_a_dozen_or_so() -> None:
    messages = sent([n * 36_000 // 5_000 for n in range(5_000)])
    assert 12 <= len(messages) <= 20
    assert sum(len(taken) for _, taken in messages) == 5_000


def test_after_a_quiet_time_one_is_told_at_once_again() -> None:
    arrivals = [*range(30), 10_000]
    assert sent(arrivals)[-1] == (10_000, [10_000])
