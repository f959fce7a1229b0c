"""Connections in somebody's role, to a database of the test's own."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql

from affiche.db.address import Address

Connect = Callable[..., Connection[Any]]


def become(
    connection: Connection[Any], role: str, user_id: UUID | None = None, **claims: str
) -> None:
    """Take the role, with the claims that its requests come with."""
    claims = {"role": role, **({"sub": str(user_id)} if user_id else {}), **claims}
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    connection.execute("SELECT set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))


@pytest.fixture
def connect(database_address: Address) -> Iterator[Connect]:
    """Opens connections in a role, each statement its own transaction: `connect("anon")`."""
    with ExitStack() as opened:

        def one(role: str = "service_role", user_id: UUID | None = None) -> Connection[Any]:
            connection = opened.enter_context(
                psycopg.connect(database_address.url, autocommit=True)
            )
            become(connection, role, user_id)
            return connection

        yield one


@pytest.fixture
def service(connect: Connect) -> Connection[Any]:
    return connect()
