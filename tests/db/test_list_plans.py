"""A first page of somebody's hundred thousand works, by whatever they are filtered: few pages of
the database are read for it. What that takes in time, `make bench ARGS=lists` tells.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from tests.db import crowd
from tests.db.conftest import Connect, become
from tests.db.filters import FILTERS, Filter, Owner, owner
from tests.db.people import value
from tests.db.plans import LARGE, plan
from tests.support.databases import Cluster

from affiche.db.address import Address

WORKS = 100_000
SIZE = crowd.Size(users=1, works=WORKS, waiting=1_000, running=100)


@pytest.fixture(scope="module")
def service(cluster: Cluster, shared: Address, connect: Connect) -> Connection[Any]:
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        crowd.fill(superuser, SIZE, works_alone=True)
    return connect()


@pytest.fixture
def somebody(service: Connection[Any]) -> Iterator[Owner]:
    """Who has them all, with row-level security at work."""
    found = owner(service)
    become(service, "authenticated", found.user)
    yield found
    become(service, "service_role")


def test_they_are_one_person_s(service: Connection[Any], somebody: Owner) -> None:
    assert value(service, "SELECT count(*) FROM works") == WORKS


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda wanted: wanted.title)
def test_a_first_page_reads_little(
    service: Connection[Any], somebody: Owner, wanted: Filter
) -> None:
    found = plan(service, wanted.name, wanted.generic, **wanted.params(somebody))
    assert not found.scanned & LARGE
    assert found.pages <= wanted.pages
    # Six states of which each gives a page at most; of a batch all that is in it.
    assert found.rows <= wanted.rows
