"""No window of the rate's length holds more than its limit, whoever asks for how many, whenever."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.rates import PATIENCE, USED_WITHIN, Rate, take

RATES = st.builds(Rate, st.integers(1, 2000), st.floats(0.1, 120))
# How long after the one before somebody asks, for how many (of what is allowed in one go), and
# when within the time that they have they spend them.
ASKS = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 10_000), st.floats(0, 1)), max_size=60)


@given(RATES, ASKS)
def test_no_window_holds_more_than_the_limit(
    rate: Rate, asks: list[tuple[float, int, float]]
) -> None:
    now, due, spent = 1_000.0, None, list[tuple[float, int]]()
    for pause, count, late in asks:
        now, wanted = now + pause, min(count, rate.most)
        if (taken := take(rate, due, now, wanted)) is not None:
            wait, due = taken
            spent.append((now + wait + late * USED_WITHIN * 0.999, wanted))
    spent.sort()
    for first, (begin, _) in enumerate(spent):
        within = sum(count for at, count in spent[first:] if at < begin + rate.seconds)
        assert within <= rate.limit


@given(RATES, st.integers(1, 200), st.floats(0.001, PATIENCE))
def test_who_came_first_comes_first_and_nobody_waits_for_long(
    rate: Rate, how_many: int, patience: float
) -> None:
    due, waits = None, list[float]()
    for _ in range(how_many):
        if (taken := take(rate, due, 5.0, 1, patience)) is None:
            # Whoever is turned away takes nobody's place.
            assert take(rate, due, 5.0, 1, patience) is None
            break
        wait, due = taken
        waits.append(wait)
    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert all(0 <= wait <= patience for wait in waits)
    assert waits[: rate.burst] == pytest.approx([0.0] * min(how_many, rate.burst), abs=1e-6)


@given(RATES)
def test_after_a_pause_a_burst_is_free_again(rate: Rate) -> None:
    taken = take(rate, None, 0.0, rate.most)
    assert taken is not None
    assert take(rate, taken[1], 2 * rate.seconds + 10, rate.most) is not None


def test_a_clock_that_was_set_back_stops_nobody_for_an_hour() -> None:
    rate = Rate(100, 10.0)
    assert take(rate, 4_000.0, 400.0, 1) is None
    # What is counted is no more than an asking at this moment can have led to.
    taken = take(rate, 4_000.0, 400.0, 1, patience=PATIENCE + 1)
    assert taken is not None
    assert taken[1] <= 400 + PATIENCE + rate.slack + rate.apart


def test_what_is_lost_by_taking_a_few_at_a_time_is_little() -> None:
    """Of 1,800 in ten seconds, how many are given on the long run."""
    rate = Rate(1800, 10.0)
    assert 10 / rate.apart > 0.8 * rate.limit
