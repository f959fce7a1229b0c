"""To the front of one's own: first of all that one has not begun, and never before anybody else."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from tests.db.conftest import Connect, become
from tests.db.line_up import Endpoint
from tests.db.people import value
from tests.db.turns import Event, Lines, apply, asks, claims, touches

from affiche.db.address import Address

LINE = """
  SELECT id, user_id, work_id, priority, stage = 0 AND takes = 0 FROM generation_jobs
  WHERE endpoint_id = %s AND status = 'pending' AND turn IS NOT NULL
  ORDER BY priority DESC, turn, created_at, id
"""


@pytest.fixture
def at_endpoint(service: Connection[Any], shared: Address) -> Iterator[Endpoint]:
    with asyncio.Runner() as runner:
        endpoint = Endpoint(service, runner, shared)
        yield endpoint
        runner.run(endpoint.database.__aexit__())


def before_each(line: list[tuple[Any, ...]], caller: UUID) -> dict[UUID, int]:
    """How many of the caller's jobs stand before each job of others'."""
    found, mine = {}, 0
    for job, user, *_ in line:
        if user == caller:
            mine += 1
        else:
            found[job] = mine
    return found


@given(
    st.lists(
        asks(most=2) | claims() | touches("end", "send_back", "fall_due", "pass_on"), max_size=24
    ),
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nobody_else_waits_for_longer(
    at_endpoint: Endpoint, connect: Connect, events: list[Event], chosen: list[int]
) -> None:
    lines, service = Lines(), at_endpoint.service
    at_endpoint.begin()
    changes = {
        "end": "status = 'failed'",
        "send_back": "status = 'pending', run_at = now() + interval '1 hour'",
        "fall_due": "run_at = now()",
    }
    for event in events:
        touched = apply(lines, event)
        if event[0] == "claim":
            at_endpoint.claim(event[1])
        elif event[0] == "pass_on":
            if touched:
                at_endpoint.pass_on(*touched)
        else:
            for job in touched:
                if event[0] == "ask":
                    at_endpoint.ask(job)
                else:
                    at_endpoint.move(job, changes[event[0]])
    for pick in chosen:
        line = service.execute(LINE, (at_endpoint.id,)).fetchall()
        if not line:
            return
        job, caller, work, priority, fresh = line[pick % len(line)]
        moved = front(connect, caller, work)
        after = service.execute(LINE, (at_endpoint.id,)).fetchall()
        assert moved is fresh
        # Whoever else: in their own order still, and none of the caller's has come before them.
        assert [row for row in after if row[1] != caller] == [r for r in line if r[1] != caller]
        was, now = before_each(line, caller), before_each(after, caller)
        assert all(now[other] <= was[other] for other in was)
        if fresh:
            own = [row[0] for row in after if (row[1], row[3], row[4]) == (caller, priority, True)]
            assert own[0] == job
        else:
            assert after == line


def front(connect: Connect, caller: UUID, work: UUID) -> bool | None:
    connection = connect()
    try:
        become(connection, "authenticated", caller)
        found: bool | None = value(connection, "SELECT front_work(%s)", work)
        return found
    finally:
        connection.close()


def test_nobody_moves_another_s(at_endpoint: Endpoint, connect: Connect) -> None:
    lines = Lines()
    at_endpoint.begin()
    for _ in range(2):
        at_endpoint.ask(lines.ask(0, 0))
    line = at_endpoint.service.execute(LINE, (at_endpoint.id,)).fetchall()
    for other in at_endpoint.people[1:]:
        assert front(connect, other, line[-1][2]) is None
    assert at_endpoint.service.execute(LINE, (at_endpoint.id,)).fetchall() == line
