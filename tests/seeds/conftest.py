"""The service role in a transaction of its own, which leaves nothing behind."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from tests.db import people
from tests.support.databases import TEMPLATE, Cluster

from affiche.db.address import Address


@pytest.fixture(scope="package")
def furnished(cluster: Cluster) -> Iterator[Address]:
    """One migrated and furnished database for everything that rolls back."""
    name = cluster.create(TEMPLATE)
    yield cluster.address(name)
    cluster.drop(name)


@pytest.fixture
def owner(furnished: Address) -> Iterator[Connection[Any]]:
    """As whoever migrates."""
    with psycopg.connect(furnished.url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def service(owner: Connection[Any]) -> Connection[Any]:
    owner.execute("SET LOCAL ROLE service_role")
    owner.execute(
        "SELECT set_config('request.jwt.claims', %s, true)", ('{"role": "service_role"}',)
    )
    return owner


def become(connection: Connection[Any], user_id: UUID) -> None:
    """Go on as a person, in the same transaction."""
    claims = json.dumps({"role": "authenticated", "sub": str(user_id)})
    connection.execute("SET LOCAL ROLE authenticated")
    connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (claims,))


@pytest.fixture
def someone(service: Connection[Any]) -> UUID:
    return people.user(service, "someone")
