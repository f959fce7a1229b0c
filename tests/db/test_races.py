"""Two connections at the same work: nothing is left unfinished, and nobody waits for ever."""

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection
from tests.db.conftest import Connect, become
from tests.db.people import deliver, job, user, value, work


def token(service: Connection[Any], row: UUID) -> UUID:
    found: UUID = value(service, "SELECT token FROM generation_jobs WHERE id = %s", row)
    return found


def running(service: Connection[Any], own: UUID, outputs: int) -> tuple[UUID, list[UUID]]:
    """A work whose jobs have all run and are about to be completed."""
    asked = work(service, own, outputs)
    jobs = [job(service, asked, index) for index in range(outputs)]
    for status in ("taken", "processing"):
        service.execute(
            "UPDATE generation_jobs SET status = %s WHERE work_id = %s", (status, asked)
        )
    return asked, jobs


def fail(connection: Connection[Any], row: UUID, held: UUID) -> int:
    return connection.execute(
        "UPDATE generation_jobs SET status = 'failed', output_file_id = NULL"
        " WHERE id = %s AND token = %s",
        (row, held),
    ).rowcount


def cancel(connection: Connection[Any], asked: UUID) -> str:
    return str(value(connection, "SELECT status FROM cancel_work(%s)", asked))


def beside(
    service: Connection[Any],
    first: Connection[Any],
    second: Callable[[], Any],
    pid: int,
    meanwhile: Callable[[], Any] = lambda: None,
) -> Any:
    """The answer of `second`, which began and waited while `first`'s transaction was open.

    `meanwhile` is done in that transaction before it is committed.
    """
    with ThreadPoolExecutor(1) as pool:
        answer: Future[Any] = pool.submit(second)
        try:
            for _ in range(4000):
                if value(service, "SELECT cardinality(pg_blocking_pids(%s))", pid):
                    break
                assert not answer.done(), "it did not wait"
                time.sleep(0.005)
            meanwhile()
        finally:
            first.execute("COMMIT")
        return answer.result(20)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (deliver, deliver, "completed"),
        (deliver, fail, "completed"),
        (fail, deliver, "completed"),
        (fail, fail, "failed"),
    ],
)
def test_the_last_two_jobs_end_at_once(
    service: Connection[Any],
    connect: Connect,
    one: Callable[..., int],
    other: Callable[..., int],
    expected: str,
) -> None:
    asked, (a, b) = running(service, user(service, "someone"), 2)
    first, second = connect(), connect()
    first.execute("BEGIN")
    assert one(first, a, token(service, a)) == 1
    held = token(service, b)
    wrote = beside(service, first, lambda: other(second, b, held), second.info.backend_pid)
    assert wrote == 1
    assert value(service, "SELECT status FROM works WHERE id = %s", asked) == expected


def test_cancelling_comes_too_late_for_what_was_finished(
    service: Connection[Any], connect: Connect
) -> None:
    own = user(service, "someone")
    asked, (row,) = running(service, own, 1)
    first, second = connect(), connect("authenticated", own)
    first.execute("BEGIN")
    assert deliver(first, row, token(service, row)) == 1
    answer = beside(service, first, lambda: cancel(second, asked), second.info.backend_pid)
    assert answer == "completed"
    assert value(service, "SELECT status FROM generation_jobs WHERE id = %s", row) == "completed"


def test_finishing_comes_too_late_for_what_was_cancelled(
    service: Connection[Any], connect: Connect
) -> None:
    own = user(service, "someone")
    asked, (row,) = running(service, own, 1)
    held = token(service, row)
    first, second = connect("authenticated", own), connect()
    first.execute("BEGIN")
    assert cancel(first, asked) == "cancelled"
    wrote = beside(service, first, lambda: deliver(second, row, held), second.info.backend_pid)
    assert wrote == 0
    assert value(service, "SELECT status FROM works WHERE id = %s", asked) == "cancelled"
    assert value(service, "SELECT output_file_id FROM generation_jobs WHERE id = %s", row) is None


def test_whoever_cancels_waits_for_the_step_and_never_the_other_way(
    service: Connection[Any], connect: Connect
) -> None:
    """Steps lock a job and then its work. In another order each would wait for the other, until
    PostgreSQL fails one of them."""
    own = user(service, "someone")
    asked, (row,) = running(service, own, 1)
    held = token(service, row)
    first, second = connect(), connect("authenticated", own)
    first.execute("BEGIN")
    first.execute("UPDATE generation_jobs SET step_started_at = now() WHERE id = %s", (row,))
    answer = beside(
        service,
        first,
        lambda: cancel(second, asked),
        second.info.backend_pid,
        meanwhile=lambda: deliver(first, row, held),
    )
    assert answer == "completed"


def test_many_ends_at_once_leave_nothing_open(service: Connection[Any], connect: Connect) -> None:
    own = user(service, "someone")
    works = [running(service, own, 3) for _ in range(12)]
    ends: list[Callable[[Connection[Any]], Any]] = []
    for asked, jobs in works:
        for row in jobs:
            held = token(service, row)
            ends.append(lambda c, row=row, held=held: deliver(c, row, held))
        ends.append(lambda c, asked=asked: cancel(c, asked))
    random.Random(420).shuffle(ends)
    connections = [connect() for _ in range(4)]

    def run(number: int) -> None:
        for end in ends[number::4]:
            end(connections[number])

    for connection in connections:
        become(connection, "service_role")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    query = (
        "SELECT count(*) FROM {} WHERE status NOT IN ('completed', 'cancelled') AND {} = ANY(%s)"
    )
    asked_for = [asked for asked, _ in works]
    for table, column in (("works", "id"), ("generation_jobs", "work_id")):
        assert value(service, query.format(table, column), asked_for) == 0


def test_a_late_step_writes_nothing(service: Connection[Any]) -> None:
    _, (row,) = running(service, user(service, "someone"), 1)
    assert deliver(service, row, uuid4()) == 0
    assert deliver(service, row, token(service, row)) == 1
