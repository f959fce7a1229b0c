"""What moves waiting jobs is asked every two seconds by every process: it reads what it moves, and
next to nothing when there is nothing to move."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from tests.db import crowd
from tests.db.conftest import Connect
from tests.db.people import value
from tests.db.plans import LARGE, plan
from tests.support.databases import Cluster

from affiche.db.address import Address

SIZE = crowd.Size(works=10_000, waiting=6_000, running=500)
both = pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])


@pytest.fixture(scope="module")
def service(cluster: Cluster, shared: Address, connect: Connect) -> Connection[Any]:
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        crowd.fill(superuser, SIZE)
    connection = connect()
    # As the program's own connections do.
    for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
        connection.execute(f"SET {setting} = off")
    return connection


@pytest.fixture
def endpoint(service: Connection[Any]) -> Iterator[UUID]:
    """The one at which all wait; what a test does to it is undone."""
    with service.transaction(force_rollback=True):
        yield value(service, "SELECT endpoint_id FROM generation_jobs LIMIT 1")


@both
def test_with_nothing_to_adopt_nothing_is_read(
    service: Connection[Any], endpoint: UUID, generic: bool
) -> None:
    assert plan(service, "endpoints.adopt", generic, most=500).pages <= 60
    assert plan(service, "endpoints.left", generic).pages <= 20


@both
def test_with_nothing_well_the_line_is_not_read(
    service: Connection[Any], endpoint: UUID, generic: bool
) -> None:
    service.execute("UPDATE endpoints SET unwell_since = now()")
    found = plan(service, "endpoints.rehome", generic, endpoint_id=endpoint, most=500)
    # Some for each template; of the line it would be one or more for each of six thousand jobs.
    assert found.pages <= 200
    assert plan(service, "endpoints.left", generic).pages <= 20


@both
@pytest.mark.parametrize("most", [10, 200])
def test_what_moves_is_what_is_read(
    service: Connection[Any], endpoint: UUID, generic: bool, most: int
) -> None:
    service.execute(
        "INSERT INTO endpoints (name, kind, url, position)"
        " VALUES ('other', 'comfyui', 'http://x', 1)"
    )
    service.execute("UPDATE endpoints SET unwell_since = now() WHERE id = %s", (endpoint,))
    found = plan(service, "endpoints.rehome", generic, endpoint_id=endpoint, most=most)
    assert not found.scanned & LARGE
    assert "generation_jobs_line" in found.indexes
    # Most of it is what each row writes in its indexes, and its new turn.
    assert found.pages <= 100 + 120 * most
    assert found.rows <= 3 * most


@both
def test_who_is_asked_is_found_at_once(
    service: Connection[Any], endpoint: UUID, generic: bool
) -> None:
    asked = {"well": timedelta(seconds=15), "unwell": timedelta(seconds=5), "faulted": [endpoint]}
    assert plan(service, "endpoints.look_at", generic, **asked).pages <= 40
