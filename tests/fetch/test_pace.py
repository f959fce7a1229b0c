from hypothesis import given
from hypothesis import strategies as st

from affiche.fetch.pace import Pace


def test_each_window_is_judged_by_itself() -> None:
    pace = Pace(window=5, rate=20, now=0)
    assert pace.holds(1, 4.9)
    assert pace.holds(99, 5)
    assert pace.holds(10_000, 6)
    assert pace.holds(0, 10)
    assert not pace.holds(99, 15)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0.01, 3)), max_size=50))
def test_whoever_is_never_slow_is_never_given_up(steps: list[tuple[int, float]]) -> None:
    pace, now = Pace(window=5, rate=100, now=0), 0.0
    for size, pause in steps:
        now += pause
        assert pace.holds(size + int(100 * pause) + 1, now)


@given(st.lists(st.floats(0.01, 2), max_size=50))
def test_whoever_is_always_slow_is_given_up_after_one_window(pauses: list[float]) -> None:
    pace, now = Pace(window=5, rate=100, now=0), 0.0
    for pause in pauses:
        now += pause
        if not pace.holds(int(99 * pause), now):
            break
    assert now < 7
