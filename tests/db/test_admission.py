"""Who is taken: never more than an endpoint's cap, by priority, then fairly, then by age."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from tests.db.conftest import Connect
from tests.db.people import user, value, work

from affiche.db.address import Address
from affiche.db.database import Database
from affiche.db.listener import Listener
from affiche.pipeline.admission import Admission


@pytest.fixture
def endpoint(service: Connection[Any]) -> Iterator[UUID]:
    """The only one there is, with nothing waiting before or after."""
    service.execute("UPDATE endpoints SET is_active = false")
    made: UUID = value(
        service,
        "INSERT INTO endpoints (name, kind, works_at_once, position)"
        " VALUES (gen_random_uuid()::text, 'preview', 1, 1) RETURNING id",
    )
    yield made
    clear(service)
    service.execute("UPDATE endpoints SET is_active = false WHERE id = %s", (made,))


def clear(service: Connection[Any]) -> None:
    service.execute(
        "UPDATE generation_jobs SET status = 'cancelled'"
        " WHERE status IN ('pending', 'taken', 'processing')"
    )


def cap(service: Connection[Any], endpoint: UUID, places: int) -> None:
    service.execute("UPDATE endpoints SET works_at_once = %s WHERE id = %s", (places, endpoint))


def wait(
    service: Connection[Any], asked: UUID, priority: int = 0, age: int = 0, delay: int = 0
) -> UUID:
    """A job that was asked for `age` seconds ago and may run `delay` seconds from now."""
    made: UUID = value(
        service,
        "INSERT INTO generation_jobs (work_id, priority, created_at, run_at) VALUES (%s, %s,"
        " now() - %s * interval '1 second', now() + %s * interval '1 second') RETURNING id",
        *(asked, priority, age, delay),
    )
    return made


def taken(service: Connection[Any]) -> list[UUID]:
    """Jobs in the order in which they were taken and not ended."""
    query = "SELECT id FROM generation_jobs WHERE status = 'taken' ORDER BY taken_at, id"
    return [row for (row,) in service.execute(query).fetchall()]


def end(service: Connection[Any], row: UUID) -> None:
    service.execute("UPDATE generation_jobs SET status = 'failed' WHERE id = %s", (row,))


async def admit(address: Address, times: int = 1) -> None:
    """So many processes at once, each with a pool of its own."""
    async with Database(address, size=3 * times) as database:
        services = [Admission(database, Listener(address)) for _ in range(times)]
        await asyncio.gather(*(service.admit() for service in services))


def admit_once(address: Address) -> None:
    asyncio.run(admit(address))


async def test_several_at_once_never_pass_the_cap(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 5)
    jobs = [wait(service, work(service, user(service, f"u{n}"))) for n in range(30)]
    for round_ in range(3):
        await admit(shared, times=4)
        running = taken(service)
        assert len(running) == 5, f"round {round_}"
        for row in running[: 1 + round_]:
            end(service, row)
    assert set(taken(service)) <= set(jobs)


async def test_every_job_that_is_taken_is_in_the_queue_once(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 10)
    for n in range(10):
        wait(service, work(service, user(service, f"u{n}")))
    await admit(shared, times=3)
    query = """
        SELECT count(*), count(DISTINCT j.id) FROM pgqueuer.pgqueuer q
        JOIN generation_jobs j ON convert_from(q.payload, 'UTF8') = j.id || ':' || j.token
        WHERE j.status = 'taken'"""
    assert service.execute(query).fetchone() == (10, 10)


async def test_each_endpoint_has_its_own_cap(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    other = value(
        service,
        "INSERT INTO endpoints (name, kind, works_at_once, position)"
        " VALUES (gen_random_uuid()::text, 'preview', 3, 2) RETURNING id",
    )
    cap(service, endpoint, 2)
    for n in range(12):
        row = wait(service, work(service, user(service, f"u{n}")))
        if n % 2:
            service.execute(
                "UPDATE generation_jobs SET endpoint_id = %s WHERE id = %s", (other, row)
            )
    await admit(shared, times=3)
    query = "SELECT endpoint_id, count(*) FROM generation_jobs WHERE status = 'taken' GROUP BY 1"
    assert dict(service.execute(query).fetchall()) == {endpoint: 2, other: 3}
    service.execute("UPDATE endpoints SET is_active = false WHERE id = %s", (other,))


async def test_users_share_however_much_one_of_them_asks(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 6)
    heavy, light, late = (user(service, name) for name in ("heavy", "light", "late"))
    for n in range(40):
        wait(service, work(service, heavy), age=1000 - n)
    for n in range(3):
        wait(service, work(service, light), age=100 - n)
    await admit(shared)
    assert shares(service) == {heavy: 3, light: 3}
    # Whoever comes now is next, before those who have three already.
    wait(service, work(service, late))
    cap(service, endpoint, 7)
    await admit(shared)
    assert shares(service) == {heavy: 3, light: 3, late: 1}


def shares(service: Connection[Any]) -> Counter[UUID]:
    query = "SELECT user_id FROM generation_jobs WHERE status = 'taken'"
    return Counter(row for (row,) in service.execute(query).fetchall())


async def test_priority_comes_before_fairness(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 3)
    heavy, light = user(service, "heavy"), user(service, "light")
    urgent = [wait(service, work(service, heavy), priority=5) for _ in range(3)]
    wait(service, work(service, light), age=1000)
    await admit(shared)
    assert set(taken(service)) == set(urgent)


async def test_age_decides_between_equals(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 1)
    jobs = {age: wait(service, work(service, user(service, "u")), age=age) for age in (5, 50, 20)}
    for age in (50, 20, 5):
        await admit(shared)
        assert taken(service) == [jobs[age]]
        end(service, jobs[age])


async def test_what_is_delayed_waits_and_leaves_its_place_to_others(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 2)
    own = user(service, "u")
    later = wait(service, work(service, own), priority=9, age=1000, delay=3600)
    now = wait(service, work(service, own))
    await admit(shared)
    assert taken(service) == [now]
    service.execute("UPDATE generation_jobs SET run_at = now() WHERE id = %s", (later,))
    await admit(shared)
    assert set(taken(service)) == {now, later}


async def test_the_next_delayed_job_is_waited_for(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    own = user(service, "u")
    async with Database(shared, size=3) as database:
        admission = Admission(database, Listener(shared))
        assert await admission._until_due() == 5.0
        wait(service, work(service, own), delay=2)
        assert 0 < await admission._until_due() <= 2
        wait(service, work(service, own), delay=-2)
        assert 0 < await admission._until_due() <= 2


async def test_one_that_falls_due_while_admission_looks_elsewhere_is_not_forgotten(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    """Due, and not yet in line: the next round comes at once, not with the next poll."""
    row = wait(service, work(service, user(service, "u")), delay=1)
    async with Database(shared, size=3) as database:
        admission = Admission(database, Listener(shared))
        await admission.admit()
        assert taken(service) == []
        service.execute("SELECT pg_sleep(1.1)")
        assert 0 < await admission._until_due() <= 0.05
        await admission.admit()
        assert taken(service) == [row]


async def test_thousands_that_are_delayed_come_into_line_by_and_by(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    own, other = user(service, "own"), user(service, "other")
    asked = work(service, own)
    service.execute(
        "INSERT INTO generation_jobs (work_id, run_at)"
        " SELECT %s, clock_timestamp() + interval '1 second' FROM generate_series(1, 250)",
        (asked,),
    )
    single = wait(service, work(service, other))
    waiting = "SELECT count(*) FROM generation_jobs WHERE status = 'pending' AND turn IS NULL"
    async with Database(shared, size=3) as database:
        admission = Admission(database, Listener(shared))
        await admission.admit()
        assert taken(service) == [single]
        assert value(service, waiting) == 250
        service.execute("SELECT pg_sleep(1.1)")
        pauses = [await admission.admit() for _ in range(3)]
        assert pauses[:2] == [0.0, 0.0]
        assert pauses[2] > 0
        assert value(service, waiting) == 0
    turns = "SELECT count(DISTINCT turn) FROM generation_jobs WHERE work_id = %s"
    assert value(service, turns, asked) == 250


async def test_what_somebody_else_holds_is_passed_over(
    service: Connection[Any], endpoint: UUID, shared: Address, connect: Connect
) -> None:
    cap(service, endpoint, 2)
    held = wait(service, work(service, user(service, "a")), priority=9)
    free = wait(service, work(service, user(service, "b")))
    other = connect()
    with other.transaction():
        other.execute("SELECT FROM generation_jobs WHERE id = %s FOR UPDATE", (held,))
        await admit(shared)
        assert taken(service) == [free]
    await admit(shared)
    assert set(taken(service)) == {free, held}


async def test_an_endpoint_that_is_being_admitted_to_is_looked_at_again_soon(
    service: Connection[Any], endpoint: UUID, shared: Address, connect: Connect
) -> None:
    wait(service, work(service, user(service, "u")))
    other = connect()
    async with Database(shared, size=3) as database:
        admission = Admission(database, Listener(shared))
        with other.transaction():
            other.execute("SELECT FROM endpoints WHERE id = %s FOR NO KEY UPDATE", (endpoint,))
            assert 0 < await admission.admit() <= 0.25
            assert taken(service) == []
        assert await admission.admit() > 0.25
        assert len(taken(service)) == 1


def counted(service: Connection[Any], endpoint: UUID) -> int:
    found: int = value(
        service,
        "SELECT running + (SELECT coalesce(sum(places), 0) FROM place_changes"
        " WHERE endpoint_id = e.id) FROM endpoints e WHERE id = %s",
        endpoint,
    )
    return found


async def test_what_runs_is_known_however_it_began_and_ended(
    service: Connection[Any], endpoint: UUID, shared: Address
) -> None:
    cap(service, endpoint, 9)
    own = user(service, "u")
    rows = [wait(service, work(service, own)) for _ in range(8)]
    await admit(shared)
    assert counted(service, endpoint) == 8
    changes = ["status = 'failed'", "status = 'cancelled'", "status = 'pending'"]
    changes += ["status = 'processing'", "endpoint_id = NULL", "step = 'submit'"]
    for row, change in zip(rows, changes, strict=False):
        service.execute(f"UPDATE generation_jobs SET {change} WHERE id = %s", (row,))
    service.execute("DELETE FROM generation_jobs WHERE id = %s", (rows[6],))
    assert counted(service, endpoint) == 3
    query = (
        "SELECT count(*) FROM generation_jobs"
        " WHERE endpoint_id = %s AND status IN ('taken', 'processing')"
    )
    assert value(service, query, endpoint) == 3
    by_hand = wait(service, work(service, own), delay=60)
    service.execute("UPDATE generation_jobs SET status = 'taken' WHERE id = %s", (by_hand,))
    assert counted(service, endpoint) == 4
    service.execute("UPDATE endpoints SET running = 77 WHERE id = %s", (endpoint,))
    wait(service, work(service, own))
    await admit(shared)
    assert counted(service, endpoint) == value(service, query, endpoint) == 5


JOBS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=12
)


@given(JOBS, st.integers(1, 6))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_choice_is_unfair(
    service: Connection[Any],
    endpoint: UUID,
    shared: Address,
    jobs: list[tuple[int, int, int]],
    places: int,
) -> None:
    """(whose, priority, age) of each: of one priority, whoever was passed over has no less."""
    clear(service)
    cap(service, endpoint, places)
    people = [user(service, f"u{n}") for n in range(4)]
    waiting = {
        wait(service, work(service, people[whose]), priority, age): (whose, priority, age)
        for whose, priority, age in jobs
    }
    admit_once(shared)
    chosen = {row: waiting[row] for row in taken(service)}
    passed = {row: about for row, about in waiting.items() if row not in chosen}
    assert len(chosen) == min(places, len(waiting))
    held = Counter((whose, priority) for whose, priority, _ in chosen.values())
    for whose, priority, _ in passed.values():
        assert all(priority <= other for _, other, _ in chosen.values())
        # Taken in a rival's stead, it would have left its owner no worse off than the rival.
        for (_, equal), count in held.items():
            assert equal != priority or count <= held[whose, priority] + 1
    # Of a user's own, those that were asked for first.
    for whose, priority, _ in waiting.values():
        own = [row for row, about in waiting.items() if about[:2] == (whose, priority)]
        assert [row in chosen for row in own] == sorted(
            (row in chosen for row in own), reverse=True
        )
