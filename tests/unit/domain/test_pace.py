"""When a run is looked at again, where only asking tells how it stands."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.jobs import Again, GiveUp, Job, Wait, after_refusal, decide
from affiche.domain.observations import Queued, Running, Unheard
from affiche.domain.pace import Pace, adoption, until_next, waking_left
from affiche.errors import EngineBusy, RunTimedOut, SubmissionUnknown

START = datetime(2026, 1, 1, tzinfo=UTC)
PAUSE, RUN, QUEUE = timedelta(seconds=4), timedelta(minutes=6), timedelta(minutes=15)
seconds = st.floats(0, 3600, allow_nan=False)
paces = st.builds(
    Pace,
    run=st.none() | st.floats(0.1, 600),
    wake=st.none() | st.floats(1, 300),
    told=st.booleans(),
    apart=st.floats(0, 20),
)


def job(running_since: datetime | None = None) -> Job:
    deadline = running_since + RUN if running_since else START + QUEUE
    return Job(0, START, running_since, deadline, RUN)


@given(paces, seconds, st.none() | seconds)
def test_it_is_never_asked_busily_nor_forgotten(
    pace: Pace, waited: float, ran: float | None
) -> None:
    pause = until_next(
        pace, timedelta(seconds=waited), None if ran is None else timedelta(seconds=ran)
    )
    assert max(1.0, pace.apart) <= pause.total_seconds() + 1e-6
    assert pause.total_seconds() <= max(45.0, pace.apart) + 1e-6


@given(st.floats(5, 300), st.booleans())
def test_a_run_is_asked_about_a_few_times_and_often_near_its_end(run: float, told: bool) -> None:
    pace, at, looks = Pace(run=run, told=told), 0.0, []
    while at < run:
        looks.append(at)
        at += until_next(pace, timedelta(0), timedelta(seconds=at)).total_seconds()
    # About eight over the whole, one every 15 s of a long one, and some at the end.
    assert len(looks) <= 14 + run / 15
    # Where nothing tells of the end, it is seen soon after it was expected.
    if not told:
        assert at - run <= 2.1


@given(st.floats(0, 600), st.none() | st.floats(0.1, 600))
def test_where_an_end_is_told_asking_is_for_show_and_never_more_frequent(
    ran: float, run: float | None
) -> None:
    told, polled = (
        until_next(Pace(run=run, told=told), timedelta(0), timedelta(seconds=ran))
        for told in (True, False)
    )
    assert told >= polled
    if run is None and 5 < ran < 75:
        assert told > polled


def test_what_runs_far_longer_than_it_should_is_asked_about_ever_more_rarely() -> None:
    pace = Pace(run=20.0)
    pauses = [until_next(pace, timedelta(0), timedelta(seconds=s)) for s in (22, 30, 40, 60)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(seconds=15)


def test_waiting_for_a_worker_is_told_by_fives_and_never_as_nothing() -> None:
    pace = Pace(wake=62.0)
    assert [waking_left(pace, timedelta(seconds=s)) for s in (0, 8, 30, 61, 200)] == [
        *(60, 55, 30, 5, 5)
    ]
    assert waking_left(Pace(), timedelta(0)) == 45


def test_word_is_waited_for_as_long_as_a_run_may_take_where_word_can_come() -> None:
    assert adoption(Pace(told=False), RUN) == timedelta(seconds=20)
    assert adoption(Pace(run=20, wake=40, told=True), RUN) == timedelta(seconds=120)
    assert adoption(Pace(run=2, wake=3, told=True), RUN) == timedelta(seconds=60)
    assert adoption(Pace(run=900, told=True), RUN) == RUN


@given(seconds)
def test_a_run_nobody_heard_of_is_waited_for_and_then_sent_once_more(after: float) -> None:
    until, now = START + timedelta(minutes=2), START + timedelta(seconds=after)
    decision = decide(job(), Unheard(until), now, PAUSE, Pace(told=True))
    if now >= job().deadline_at:
        assert isinstance(decision, GiveUp)
        assert isinstance(decision.error, RunTimedOut)
    elif now >= until:
        assert isinstance(decision, Again)
        assert isinstance(decision.error, SubmissionUnknown)
        assert decision.counts
    else:
        assert decision == Wait(until, None, job().deadline_at)


def test_waking_is_remembered_and_its_end_is_not() -> None:
    decision = decide(job(), Queued(waking=True), START, PAUSE, Pace())
    assert isinstance(decision, Wait)
    assert decision.waking
    running = decide(job(), Running(), START, PAUSE, Pace())
    assert isinstance(running, Wait)
    assert not running.waking


@given(seconds)
def test_an_engine_that_is_full_costs_no_take_and_is_given_up_in_the_end(after: float) -> None:
    now = START + timedelta(seconds=after)
    decision = after_refusal(START, QUEUE, now, PAUSE)
    assert isinstance(decision.error, EngineBusy)
    if after >= QUEUE.total_seconds():
        assert isinstance(decision, GiveUp)
    else:
        assert isinstance(decision, Again)
        assert not decision.counts
        assert PAUSE <= decision.run_at - now <= timedelta(minutes=1)
