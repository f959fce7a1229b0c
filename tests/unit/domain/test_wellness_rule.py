"""Two bad answers in a row make an endpoint unwell, one good one well."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.wellness import UNWELL_EVERY, WELL_EVERY, Wellness, judged

NOW = datetime(2026, 2, 11, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answers", "unwell"),
    [("b", False), ("bb", True), ("bgb", False), ("bbg", False), ("bbgb", False), ("gbb", True)],
)
def test_it_takes_two_in_a_row(answers: str, unwell: bool) -> None:
    found = Wellness()
    for answer in answers:
        found = judged(found, answer == "g", NOW)
    assert (found.unwell_since is not None) is unwell


@pytest.mark.parametrize("more", [{"faulted": True}, {"for_good": True}])
def test_a_failed_job_or_a_refusal_is_word_enough(more: dict[str, bool]) -> None:
    assert judged(Wellness(), False, NOW, **more).unwell_since == NOW
    assert judged(Wellness(), True, NOW, **more) == Wellness()


def test_one_that_is_in_doubt_is_asked_again_soon() -> None:
    assert Wellness().every == WELL_EVERY
    assert judged(Wellness(), False, NOW).every == UNWELL_EVERY
    assert UNWELL_EVERY < WELL_EVERY


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans())))
def test_since_when_is_told_and_does_not_move(answers: list[tuple[bool, bool, bool]]) -> None:
    found = Wellness()
    for second, (ok, faulted, for_good) in enumerate(answers):
        before, now = found, NOW + timedelta(seconds=second)
        found = judged(before, ok, now, faulted=faulted, for_good=for_good)
        if ok:
            assert found == Wellness()
        elif before.unwell_since:
            assert found.unwell_since == before.unwell_since
        else:
            assert found.unwell_since in (None, now)
