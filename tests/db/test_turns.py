"""Turns: fair between users and never too late for anybody, and the database gives just these."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.errors import LockNotAvailable
from tests.db.conftest import Connect
from tests.db.line_up import Endpoint
from tests.db.people import value, work
from tests.db.test_races import beside
from tests.db.turns import Event, Job, Lines, apply, asks, claims, touches

from affiche.db.address import Address

ANYTHING = st.lists(
    asks() | claims() | touches("end", "end", "cancel", "send_back", "fall_due", "pass_on"),
    max_size=60,
)
STEADY = st.lists(asks(priorities=1) | claims() | touches("end"), max_size=80)


def others_given(lines: Lines, job: Job) -> Counter[int]:
    """Works of its priority that each other user was given since the job was asked for."""
    found = Counter(lines.given.get(job.priority, Counter()))
    found.subtract(job.given)
    del found[job.user]
    return found


@given(ANYTHING, st.integers(1, 4))
@settings(max_examples=300)
def test_a_single_work_waits_for_one_of_each_other_user(events: list[Event], cap: int) -> None:
    """Whatever they asked for before, or ask for after; two, of one whose works come back."""
    lines, single = Lines(), list[Job]()
    for event in [*events, *[("claim", cap, 0, 0), ("end", 0, 0, 0)] * 60]:
        if event[0] == "ask":
            alone = not any(
                (job.user, job.priority) == event[1:3]
                for job in lines.of("waiting", "running", "delayed")
            )
            asked = apply(lines, event)
            single += asked[:1] if alone else []
            continue
        waited = [job for job in single if job.state == "waiting" and not job.takes]
        for taken in apply(lines, event):
            if event[0] == "claim" and taken in waited:
                returned = {job.user for job in lines.jobs if job.takes}
                for whose, count in others_given(lines, taken).items():
                    ahead = sum(
                        job.user == whose
                        and job.priority == taken.priority
                        and not job.stage
                        # Of the same claim, and behind it.
                        and (job.turn, job.number) > (taken.turn, taken.number)
                        for job in lines.of("running")
                    )
                    assert count - ahead <= (2 if whose in returned else 1)


@given(ANYTHING, st.integers(1, 4))
@settings(max_examples=300)
def test_nobody_starves(events: list[Event], cap: int) -> None:
    """However many come after: the bound is known when the job is asked for."""
    lines = Lines()
    for event in [*events, *[("claim", cap, 0, 0), ("end", 0, 0, 0)] * 60]:
        touched = apply(lines, event)
        if event[0] != "claim":
            continue
        for taken in touched:
            if taken.takes or taken.stage:
                continue
            bound = 2 * (taken.turn - taken.line_stood + 1) + cap + len(touched)
            assert all(count <= bound for count in others_given(lines, taken).values())


@given(ANYTHING, st.integers(1, 4))
@settings(max_examples=300)
def test_what_is_half_done_is_finished_first(events: list[Event], cap: int) -> None:
    """Before all that waits at its priority, and by no more than may run at once."""
    lines = Lines()
    for event in [*events, ("claim", cap, 0, 0)]:
        touched = apply(lines, event)
        half_done = [job for job in lines.of("waiting") if job.stage and not job.takes]
        if event[0] == "claim":
            begun = {job.priority for job in touched if not job.stage}
            assert not begun & {job.priority for job in half_done}
        assert len(half_done) <= 5


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.integers(1, 3))
def test_a_crowd_of_newcomers_does_not_starve_a_batch(crowd: list[int], cap: int) -> None:
    """Nobody passes a work who comes when the line stands one or two turns before it or past it;
    and it moves on by one with the first of those who came since it last did.
    """
    lines = Lines()
    batch = [lines.ask(-1, 0) for _ in range(len(crowd))]
    for number, arrivals in enumerate(crowd):
        for n in range(arrivals):
            lines.ask(10 * number + n, 0)
        stood = lines.turns[0]
        taken = lines.claim(cap)
        for job in taken:
            behind = [each.turn for each in batch if each.state == "waiting"]
            assert not behind or job.line_stood + 1 < min(behind) or job in batch
            assert lines.turns[0] > stood or job.line_stood < stood or stood == 0
            lines.end(job)


@given(STEADY)
@settings(max_examples=300)
def test_those_who_wait_all_the_time_get_the_same(events: list[Event]) -> None:
    """In every span in which two users always had a work waiting: no more than two apart."""
    lines = Lines()
    since: dict[tuple[int, int], Counter[int]] = {}
    for event in events:
        apply(lines, event)
        given_now = Counter(lines.given.get(0, ()))
        waiting = {job.user for job in lines.of("waiting")}
        for pair in permutations(range(4), 2):
            if not waiting.issuperset(pair):
                since.pop(pair, None)
                continue
            before = since.setdefault(pair, given_now)
            one, other = (given_now[each] - before[each] for each in pair)
            assert one - other <= 2


# --- and so does the database -----------------------------------------------------------------


@pytest.fixture
def at_endpoint(service: Connection[Any], shared: Address) -> Iterator[Endpoint]:
    with asyncio.Runner() as runner:
        endpoint = Endpoint(service, runner, shared)
        yield endpoint
        runner.run(endpoint.database.__aexit__())


CHANGES = {
    "end": "status = 'failed'",
    "cancel": "status = 'cancelled'",
    "send_back": "status = 'pending', run_at = now() + interval '1 hour'",
    "fall_due": "run_at = now()",
}


@given(
    st.lists(
        asks(most=3)
        | claims()
        | touches("end", "end", "cancel", "send_back", "fall_due", "pass_on"),
        max_size=30,
    )
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_database_takes_the_same(at_endpoint: Endpoint, events: list[Event]) -> None:
    lines = Lines()
    at_endpoint.begin()
    for event in [*events, ("claim", 5, 0, 0)]:
        touched = apply(lines, event)
        if event[0] == "claim":
            assert at_endpoint.claim(event[1]) == {job.number for job in touched}
            assert len(at_endpoint.running()) == len(lines.of("running"))
            continue
        if event[0] == "pass_on" and touched:
            at_endpoint.pass_on(*touched)
            continue
        for job in touched:
            if event[0] == "ask":
                at_endpoint.ask(job)
            else:
                at_endpoint.move(job, CHANGES[event[0]])
    for job in lines.of("waiting", "running"):
        query = "SELECT turn FROM generation_jobs WHERE id = %s"
        assert value(at_endpoint.service, query, at_endpoint.rows[job.number]) == job.turn


# --- transactions that cannot see each other ----------------------------------------------------


def put(connection: Connection[Any], own: UUID, endpoint: UUID) -> int:
    """The turn of a new job."""
    made: int = value(
        connection,
        "INSERT INTO generation_jobs (work_id, endpoint_id) VALUES (%s, %s) RETURNING turn",
        work(connection, own),
        endpoint,
    )
    return made


def test_two_transactions_of_one_user_give_different_turns(
    at_endpoint: Endpoint, connect: Connect
) -> None:
    at_endpoint.begin()
    first, second = connect(), connect()
    first.execute("BEGIN")
    assert put(first, at_endpoint.people[0], at_endpoint.id) == 1
    later = beside(
        at_endpoint.service,
        first,
        lambda: put(second, at_endpoint.people[0], at_endpoint.id),
        second.info.backend_pid,
    )
    assert later == 3


def test_users_do_not_wait_for_each_other(at_endpoint: Endpoint, connect: Connect) -> None:
    at_endpoint.begin()
    first, second = connect(), connect()
    # Two whose locks are not the same one of the thousand by chance.
    query = "SELECT uuid_hash_extended(%s, 0) & 1023"
    one = at_endpoint.people[0]
    other = next(
        each for each in at_endpoint.people if value(first, query, each) != value(first, query, one)
    )
    second.execute("SET lock_timeout = '1ms'")
    with first.transaction():
        assert put(first, one, at_endpoint.id) == 1
        assert put(second, other, at_endpoint.id) == 1
        with pytest.raises(LockNotAvailable):
            put(second, one, at_endpoint.id)


def test_transactions_for_several_users_do_not_wait_in_a_circle(
    at_endpoint: Endpoint, connect: Connect
) -> None:
    at_endpoint.begin()
    one, other = at_endpoint.people[:2]
    first, second = connect(), connect()
    with first.transaction(), second.transaction():
        assert put(first, one, at_endpoint.id) == put(second, other, at_endpoint.id) == 1
        # Each would wait for the other; that the two cannot see each other is the lesser evil.
        assert put(first, other, at_endpoint.id) == put(second, one, at_endpoint.id) == 1


def test_a_batch_of_one_statement_is_numbered_through(at_endpoint: Endpoint) -> None:
    at_endpoint.begin()
    asked = work(at_endpoint.service, at_endpoint.people[0])
    rows = at_endpoint.service.execute(
        "INSERT INTO generation_jobs (work_id, endpoint_id, output_index)"
        " SELECT %s, %s, n FROM generate_series(0, 9) n RETURNING output_index, turn",
        (asked, at_endpoint.id),
    ).fetchall()
    assert rows == [(n, 2 * n + 1) for n in range(10)]


def test_five_thousand_works_delay_another_s_by_one(at_endpoint: Endpoint) -> None:
    at_endpoint.begin()
    service, (heavy, other, *_) = at_endpoint.service, at_endpoint.people
    query = (
        "INSERT INTO generation_jobs (work_id, endpoint_id)"
        " SELECT %s, %s FROM generate_series(1, 5000) RETURNING id"
    )
    asked = service.execute(query, (work(service, heavy), at_endpoint.id)).fetchall()
    at_endpoint.rows = [row for (row,) in asked]
    assert at_endpoint.claim(7) == set(range(7))
    late = put(service, other, at_endpoint.id)
    query = (
        "SELECT count(*) FROM generation_jobs"
        " WHERE endpoint_id = %s AND turn <= %s AND status = 'pending'"
    )
    assert value(service, query, at_endpoint.id, late) == 1


def test_an_operator_lets_one_go_first(at_endpoint: Endpoint) -> None:
    at_endpoint.begin()
    lines = Lines()
    for whose in (0, 0, 1):
        at_endpoint.ask(lines.ask(whose, 0))
    at_endpoint.move(lines.jobs[1], "turn = 0")
    assert at_endpoint.claim(1) == {1}
    assert at_endpoint.claim(2) == {0}


def test_what_moves_to_another_endpoint_lines_up_there(at_endpoint: Endpoint) -> None:
    at_endpoint.begin()
    own, here = at_endpoint.people[0], at_endpoint.id
    for _ in range(3):
        put(at_endpoint.service, own, here)
    query = "UPDATE generation_jobs SET endpoint_id = NULL WHERE endpoint_id = %s AND turn = 5"
    at_endpoint.service.execute(query, (here,))
    at_endpoint.begin()
    assert put(at_endpoint.service, own, at_endpoint.id) == 1
    query = "UPDATE generation_jobs SET endpoint_id = %s WHERE user_id = %s AND status = 'pending'"
    at_endpoint.service.execute(query, (at_endpoint.id, own))
    query = "SELECT turn FROM generation_jobs WHERE endpoint_id = %s ORDER BY turn"
    found = at_endpoint.service.execute(query, (at_endpoint.id,)).fetchall()
    assert [turn for (turn,) in found] == [1, 3, 5, 7]
