"""How long a work may take yet: said from history, and not at all without."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.waiting import Outlook, about, left

SECONDS = st.floats(0.01, 100_000)
WAITING = st.builds(
    Outlook,
    usual=SECONDS,
    ran=st.none(),
    ahead=st.floats(0, 100_000),
    under_way=st.floats(0, 100_000),
    lanes=st.integers(1, 50),
)


@given(WAITING)
def test_what_waits_takes_its_own_time_and_that_of_all_before_it(outlook: Outlook) -> None:
    seconds = left(outlook)
    assert seconds is not None
    assert outlook.usual is not None
    assert outlook.ahead is not None
    assert outlook.under_way is not None
    assert seconds >= outlook.usual
    # One after the other, or side by side.
    assert seconds <= outlook.usual + outlook.ahead + outlook.under_way + 1e-6
    assert (left(replace(outlook, lanes=outlook.lanes + 1)) or 0) <= seconds
    assert (left(replace(outlook, ahead=outlook.ahead + 60)) or 0) > seconds - 1e-6


@given(WAITING, st.sampled_from(["usual", "ahead", "under_way"]))
def test_nothing_is_made_up(outlook: Outlook, unknown: str) -> None:
    assert left(replace(outlook, **{unknown: None})) is None
    assert left(replace(outlook, answers=False)) is None


@given(SECONDS, st.floats(0, 200_000))
def test_what_runs_has_the_rest_of_its_usual_time_or_nobody_knows(usual: float, ran: float) -> None:
    # Whatever waits: it runs.
    seconds = left(Outlook(usual, ran, ahead=None, under_way=None))
    assert seconds == (usual - ran if usual > ran else None)


@given(st.floats(0.01, 1_000_000))
def test_it_is_said_about(seconds: float) -> None:
    unit, n = about(seconds)
    size = {"seconds": 1, "minutes": 60, "hours": 3600}[unit]
    assert n >= 1
    slack = {"seconds": 5, "minutes": 30, "hours": 1800}[unit]
    assert abs(n * size - seconds) <= slack + 1e-6


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, ("seconds", 5)),
        (38.0, ("seconds", 40)),
        (57.0, ("seconds", 55)),
        (58.0, ("minutes", 1)),
        (150.0, ("minutes", 2)),
        (3570.0, ("hours", 1)),
        (7300.0, ("hours", 2)),
    ],
)
def test_in_round_figures(seconds: float, said: tuple[str, int]) -> None:
    assert about(seconds) == said
