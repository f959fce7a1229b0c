"""How often one may: in any window no more than the burst and what the rate gives."""

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.limits import Limit, spend

LIMITS = st.builds(
    Limit,
    st.integers(1, 1000),
    st.floats(0.1, 1000, allow_nan=False),
    st.integers(1, 50),
)
PAUSES = st.lists(st.floats(0, 20), min_size=1, max_size=200)


@given(LIMITS, PAUSES)
def test_no_window_has_more_than_the_burst_and_the_rate(limit: Limit, pauses: list[float]) -> None:
    due, now, taken = 0.0, 1000.0, list[float]()
    for pause in pauses:
        now += pause
        due, wait = spend(limit, due, now)
        if not wait:
            taken.append(now)
    for first, start in enumerate(taken):
        for last, end in enumerate(taken[first:], first):
            assert last - first + 1 <= limit.burst + (end - start) / limit.apart + 1 + 1e-6


@given(LIMITS, PAUSES)
def test_who_waits_as_long_as_told_is_let_in(limit: Limit, pauses: list[float]) -> None:
    due, now = 0.0, 1000.0
    for pause in pauses:
        now += pause
        then, wait = spend(limit, due, now)
        if wait:
            assert then == due
            assert spend(limit, due, now + wait * 1.000001 + 1e-6)[1] == 0
        due = then


@given(LIMITS)
def test_a_burst_is_let_in_at_once_and_one_more_waits(limit: Limit) -> None:
    due = 0.0
    for _ in range(limit.burst):
        due, wait = spend(limit, due, 1000.0)
        assert wait == 0
    assert spend(limit, due, 1000.0)[1] > 0


@given(LIMITS, st.floats(1000, 1e9))
def test_a_clock_that_was_set_back_shuts_nobody_out(limit: Limit, due: float) -> None:
    _, wait = spend(limit, due, 0.0)
    assert wait <= limit.apart * 1.000001
