"""What is done about a run, for every thing an engine can say of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.jobs import MOST_TAKES, Again, Collect, GiveUp, Job, Wait, after_error, decide
from affiche.domain.observations import (
    Cancelled,
    Failed,
    Lost,
    Observation,
    Output,
    Queued,
    Running,
    Succeeded,
)
from affiche.errors import EngineBusy, OutputMissing, RunFailed, RunLost, RunTimedOut

START = datetime(2026, 1, 1, tzinfo=UTC)
PAUSE = timedelta(seconds=4)
OUTPUT = Output("9", "images", {"filename": "a.png"})


RUN = timedelta(minutes=6)


def job(takes: int = 0, running_since: datetime | None = None) -> Job:
    deadline = running_since + RUN if running_since else START + timedelta(minutes=15)
    return Job(takes, START, running_since, deadline, RUN)


def test_success_is_collected() -> None:
    assert decide(job(), Succeeded((OUTPUT,), 1.5), START, PAUSE) == Collect((OUTPUT,), 1.5)


def test_success_without_outputs_is_none() -> None:
    decision = decide(job(), Succeeded(()), START, PAUSE)
    assert isinstance(decision, GiveUp)
    assert isinstance(decision.error, OutputMissing)


@pytest.mark.parametrize("observation", [Lost(), Cancelled()])
def test_a_run_that_is_gone_is_started_anew(observation: Observation) -> None:
    decision = decide(job(), observation, START, PAUSE)
    assert isinstance(decision, Again)
    assert isinstance(decision.error, RunLost)
    assert decision.run_at == START + PAUSE


def test_a_permanent_failure_is_final_at_once() -> None:
    error = RunFailed(where="")
    assert decide(job(), Failed(error), START, PAUSE) == GiveUp(error)


def test_the_pause_grows_and_the_third_take_is_the_last() -> None:
    error = EngineBusy()
    assert after_error(0, error, START, PAUSE) == Again(error, START + PAUSE)
    assert after_error(1, error, START, PAUSE) == Again(error, START + 4 * PAUSE)
    assert after_error(MOST_TAKES - 1, error, START, PAUSE) == GiveUp(error)


WAITING = [Queued(), Queued(3), Running(), Running(0.5, "9")]


@given(st.floats(0, 3600), st.sampled_from(WAITING), st.booleans())
def test_waiting_ends_at_the_deadline_and_never_busily(
    seconds: float, observation: Observation, began: bool
) -> None:
    now, asked = START + timedelta(seconds=seconds), job(running_since=START if began else None)
    decision = decide(asked, observation, now, PAUSE)
    starts = isinstance(observation, Running) and not began
    if now >= asked.deadline_at and not starts:
        assert isinstance(decision, GiveUp)
        assert isinstance(decision.error, RunTimedOut)
        assert decision.error.params == {"minutes": 6 if began else 15}
    else:
        assert isinstance(decision, Wait)
        soonest = min(now + timedelta(milliseconds=500), decision.deadline_at)
        assert soonest <= decision.until <= now + timedelta(seconds=30)


def test_the_run_has_its_own_time_from_when_it_is_first_seen_to_run() -> None:
    late = START + timedelta(minutes=16)
    decision = decide(job(), Running(), late, PAUSE)
    assert isinstance(decision, Wait)
    assert (decision.running_since, decision.deadline_at) == (late, late + RUN)
    waiting = decide(job(), Queued(), START, PAUSE)
    assert isinstance(waiting, Wait)
    assert (waiting.running_since, waiting.deadline_at) == (None, job().deadline_at)


@given(st.integers(0, 10), st.sampled_from([Lost(), Failed(EngineBusy()), Cancelled()]))
def test_no_job_is_tried_for_ever(takes: int, observation: Observation) -> None:
    decision = decide(job(takes), observation, START, PAUSE)
    assert isinstance(decision, Again) == (takes + 1 < MOST_TAKES)
