"""The order in which admission takes what waits at one endpoint, without a database."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

State = Literal["waiting", "delayed", "running", "ended"]


@dataclass(eq=False)
class Job:
    number: int
    user: int
    priority: int
    state: State = "waiting"
    turn: int = 0
    takes: int = 0
    stage: int = 0
    # When it was asked for: the line's turn, and how many each user had been given.
    line_stood: int = 0
    given: Counter[int] = field(default_factory=Counter)


@dataclass
class Lines:
    """A turn is one past the line's present one, or two past the user's own last."""

    jobs: list[Job] = field(default_factory=list)
    turns: Counter[int] = field(default_factory=Counter)
    given: dict[int, Counter[int]] = field(default_factory=dict)
    """Works admitted by priority and user."""

    def ask(self, user: int, priority: int) -> Job:
        job = Job(len(self.jobs), user, priority, line_stood=self.turns[priority])
        job.given = Counter(self.given.get(priority, ()))
        self._line_up(job)
        self.jobs.append(job)
        return job

    def of(self, *states: State) -> list[Job]:
        return [job for job in self.jobs if job.state in states]

    def claim(self, cap: int) -> list[Job]:
        line = sorted(self.of("waiting"), key=lambda job: (-job.priority, job.turn, job.number))
        taken = line[: max(0, cap - len(self.of("running")))]
        for job in taken:
            job.state = "running"
            self.turns[job.priority] = max(self.turns[job.priority], job.turn)
            # A work has one turn, whatever its stages.
            self.given.setdefault(job.priority, Counter())[job.user] += not job.stage
        return taken

    def end(self, job: Job) -> None:
        job.state = "ended"

    def pass_on(self, job: Job) -> Job:
        """The next stage of what has ended: before all that waits."""
        self.end(job)
        after = Job(len(self.jobs), job.user, job.priority, stage=job.stage + 1)
        after.turn = max(1, self.turns[job.priority]) - 1
        self.jobs.append(after)
        return after

    def send_back(self, job: Job) -> None:
        job.state, job.takes = "delayed", job.takes + 1

    def fall_due(self, job: Job) -> None:
        job.state = "waiting"
        self._line_up(job)

    def _line_up(self, job: Job) -> None:
        peers = [
            other.turn
            for other in self.of("waiting", *(() if job.takes else ("running",)))
            if (other.user, other.priority) == (job.user, job.priority)
            and other is not job
            and (other.takes or not job.takes)
        ]
        job.turn = max(self.turns[job.priority] + 1, *(turn + 2 for turn in peers), 1)


Event = tuple[str, int, int, int]


def apply(lines: Lines, event: Event) -> list[Job]:
    """What was asked, claimed, or otherwise touched."""
    what, first, second, third = event
    if what == "ask":
        return [lines.ask(first, second) for _ in range(third)]
    if what == "claim":
        return lines.claim(first)
    states: dict[str, list[Job]] = {
        "end": lines.of("running"),
        "cancel": lines.of("waiting"),
        "send_back": lines.of("running"),
        "pass_on": lines.of("running"),
        "fall_due": lines.of("delayed"),
    }
    if not (found := states[what]):
        return []
    job = found[first % len(found)]
    if what == "pass_on":
        return [job, lines.pass_on(job)]
    {
        "end": lines.end,
        "cancel": lines.end,
        "send_back": lines.send_back,
        "fall_due": lines.fall_due,
    }[what](job)
    return [job]


def asks(users: int = 4, priorities: int = 2, most: int = 6) -> st.SearchStrategy[Event]:
    return st.tuples(
        st.just("ask"),
        st.integers(0, users - 1),
        st.integers(0, priorities - 1),
        st.integers(1, most),
    )


def claims(most: int = 5) -> st.SearchStrategy[Event]:
    return st.tuples(st.just("claim"), st.integers(1, most), st.just(0), st.just(0))


def touches(*what: str) -> st.SearchStrategy[Event]:
    return st.tuples(st.sampled_from(what), st.integers(0, 50), st.just(0), st.just(0))
