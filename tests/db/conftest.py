"""Connections in somebody's role, to a database of the test's own or of its module's."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql
from tests.support.databases import TEMPLATE, Cluster

from affiche.db.address import Address

Connect = Callable[..., Connection[Any]]


def become(
    connection: Connection[Any], role: str, user_id: UUID | None = None, **claims: str
) -> None:
    """Take the role, with the claims that its requests come with."""
    claims = {"role": role, **({"sub": str(user_id)} if user_id else {}), **claims}
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    connection.execute("SELECT set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))


@pytest.fixture(scope="module")
def shared(cluster: Cluster) -> Iterator[Address]:
    """One database for all tests of a module: they add to it and leave each other's rows alone."""
    name = cluster.create(TEMPLATE)
    yield cluster.address(name)
    cluster.drop(name)


@pytest.fixture(scope="module")
def connect(shared: Address) -> Iterator[Connect]:
    """Opens connections in a role, each statement its own transaction: `connect("anon")`."""
    with ExitStack() as opened:

        def one(role: str = "service_role", user_id: UUID | None = None) -> Connection[Any]:
            connection = opened.enter_context(psycopg.connect(shared.url, autocommit=True))
            become(connection, role, user_id)
            return connection

        yield one


@pytest.fixture(scope="module")
def service(connect: Connect) -> Connection[Any]:
    return connect()
