"""A slot: how long a single work is held up by somebody's batch, however large that is."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from tests.db.people import user, value, work
from tests.db.test_admission import admit, cap, clear, end, taken, wait

from affiche.db.address import Address


@pytest.fixture
def endpoint(service: Connection[Any]) -> Iterator[UUID]:
    service.execute("UPDATE endpoints SET is_active = false")
    made: UUID = value(
        service,
        "INSERT INTO endpoints (name, kind, works_at_once, position)"
        " VALUES (gen_random_uuid()::text, 'preview', 1, 1) RETURNING id",
    )
    yield made
    clear(service)


@pytest.mark.parametrize("places", [1, 3])
async def test_a_single_work_waits_for_one_of_another_s_batch(
    service: Connection[Any], endpoint: UUID, shared: Address, places: int
) -> None:
    """However much of it waits, and whenever the single one comes: no more than one work of the
    batch is given a place before it."""
    cap(service, endpoint, places)
    heavy = user(service, "heavy")
    for _ in range(30):
        wait(service, work(service, heavy))
    await admit(shared)
    for n in range(6):
        single = wait(service, work(service, user(service, f"single{n}")))
        given = 0
        while single not in taken(service):
            before = set(taken(service))
            assert len(before) == places
            # One place becomes free at a time.
            end(service, min(before))
            await admit(shared)
            given += len(set(taken(service)) - before - {single})
        assert given <= 1
