"""What to do about a run, given what its engine says of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from affiche.domain.observations import (
    Cancelled,
    Failed,
    Lost,
    Observation,
    Output,
    Queued,
    Running,
    Succeeded,
    Unheard,
)
from affiche.domain.pace import Pace, until_next
from affiche.errors import (
    AfficheError,
    EngineBusy,
    OutputMissing,
    RunLost,
    RunTimedOut,
    SubmissionUnknown,
)

MOST_TAKES: Final = 3
SOONEST, LATEST = timedelta(milliseconds=500), timedelta(seconds=15)
QUEUED_MOST = timedelta(seconds=30)
BUSY_MOST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Job:
    """What the rules need to know. `running_since`: when it was first seen to run, if it was;
    `deadline_at` ends the wait in the engine's queue before that, and the run after it, which may
    take `run_within`."""

    takes: int
    submitted_at: datetime
    running_since: datetime | None
    deadline_at: datetime
    run_within: timedelta


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at `until`; a hint may make it sooner. `running_since` and `deadline_at` are
    the job's, as they stand from now on; `waking`: it waits for a worker to be woken."""

    until: datetime
    running_since: datetime | None
    deadline_at: datetime
    waking: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    outputs: tuple[Output, ...]
    seconds: float | None
    waited: float | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Back to pending; admission takes it again from `run_at` on. `counts`: it was a take."""

    error: AfficheError
    run_at: datetime
    counts: bool = True


@dataclass(frozen=True, slots=True)
class GiveUp:
    error: AfficheError


Decision = Wait | Collect | Again | GiveUp


def decide(
    job: Job,
    observation: Observation,
    now: datetime,
    pause: timedelta,
    pace: Pace | None = None,
) -> Decision:
    """`pause` is the wait before the second take; before the third it is four times that. `pace`
    is for engines that only say how a run stands when they are asked."""
    match observation:
        case Succeeded(outputs=()):
            return GiveUp(OutputMissing())
        case Succeeded():
            return Collect(observation.outputs, observation.seconds, observation.waited)
        case Failed():
            return after_error(job.takes, observation.error, now, pause)
        case Lost() | Cancelled():
            # Our own cancellations end the job first, so this was somebody else's hand.
            return after_error(job.takes, RunLost(), now, pause)
        case Running() if job.running_since is None:
            # Its own time begins; what it waited before does not count.
            began = replace(job, running_since=now, deadline_at=now + job.run_within)
            return _wait(began, now, pace)
        case Queued() | Running() | Unheard() if now >= job.deadline_at:
            return GiveUp(timed_out(job))
        case Unheard() if now >= observation.until:
            return after_error(job.takes, SubmissionUnknown(), now, pause)
        case Unheard():
            return Wait(min(observation.until, job.deadline_at), None, job.deadline_at)
        case Queued(waking=True):
            return replace(_wait(job, now, pace), waking=True)
        case Queued() | Running():
            return _wait(job, now, pace)


def after_error(takes: int, error: AfficheError, now: datetime, pause: timedelta) -> Again | GiveUp:
    """Transient faults are tried again, three takes in all; permanent ones never."""
    if not error.retryable:
        return GiveUp(error)
    if takes + 1 >= MOST_TAKES:
        return GiveUp(error)
    return Again(error, now + pause * 4**takes)


def after_refusal(
    busy_since: datetime, patience: timedelta, now: datetime, pause: timedelta
) -> Again | GiveUp:
    """An engine that takes nothing more is asked again, ever more rarely, for as long as a run may
    wait in its queue. Nothing was begun, so it is no take."""
    busy = now - busy_since
    if busy >= patience:
        return GiveUp(EngineBusy())
    return Again(EngineBusy(), now + min(max(pause, busy / 2), BUSY_MOST), counts=False)


def _wait(job: Job, now: datetime, pace: Pace | None) -> Wait:
    if pace is None:
        most = QUEUED_MOST if job.running_since is None else LATEST
        # Ever rarer, since the chance that it ends in the next second ever falls.
        wait = min(max((now - job.submitted_at) / 5, SOONEST), most)
    else:
        ran = None if job.running_since is None else now - job.running_since
        wait = until_next(pace, now - job.submitted_at, ran)
    return Wait(min(now + wait, job.deadline_at), job.running_since, job.deadline_at)


def timed_out(job: Job) -> RunTimedOut:
    minutes = (job.deadline_at - (job.running_since or job.submitted_at)) / timedelta(minutes=1)
    return RunTimedOut(minutes=max(1, round(minutes)))
