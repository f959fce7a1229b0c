"""A real PostgreSQL for the whole run, and a database of its own for each test.

One server a session (each xdist worker has its own session and server), one migrated and
furnished database in it, copied for every test that asks.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from affiche import app, settings
from affiche.db import embedded, migrate
from affiche.db.address import Address, parse
from affiche.db.database import Database

# Nothing here has to survive a power cut; the matrix of kills has many processes at a time.
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "240",
}
TEMPLATE = "affiche_template"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """The session's server; `template` is migrated and holds the catalog."""

    server: embedded.Server

    def address(self, database: str) -> Address:
        server = self.server
        return parse(server.address(embedded.OWNER, server.owner_password, database))

    def execute(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str | None = None) -> str:
        """A new database of the ordinary role's; its name."""
        name = f"test_{next(_numbers)}"
        words = [
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(embedded.OWNER)
            )
        ]
        if template:
            # By files, which is three times as fast where nothing waits for the disk.
            words.append(sql.SQL("TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template)))
        self.execute(sql.SQL(" ").join(words))
        return name

    def drop(self, name: str) -> None:
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # Not pytest's own folder: that one lies too deep for a socket's name.
    with tempfile.TemporaryDirectory(prefix="affiche-test-") as folder:
        loop = asyncio.new_event_loop()
        running = embedded.running(Path(folder), QUICK)
        server = loop.run_until_complete(running.__aenter__())
        try:
            found = Cluster(server)
            loop.run_until_complete(_furnish(found))
            yield found
        finally:
            loop.run_until_complete(running.__aexit__(None, None, None))
            loop.close()


async def _furnish(cluster: Cluster) -> None:
    cluster.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(embedded.DATABASE), sql.Identifier(TEMPLATE)
        )
    )
    address = cluster.address(TEMPLATE)
    await migrate.migrate(address)
    chosen, _ = settings.read({})
    async with Database(address, size=3) as database:
        await app.furnish(chosen, database)


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Address]:
    """A database with nothing in it."""
    name = cluster.create()
    yield cluster.address(name)
    cluster.drop(name)


@pytest.fixture
def database_address(cluster: Cluster) -> Iterator[Address]:
    """A migrated and furnished database."""
    name = cluster.create(TEMPLATE)
    yield cluster.address(name)
    cluster.drop(name)


@pytest.fixture
async def database(database_address: Address) -> AsyncIterator[Database]:
    async with Database(database_address, size=9) as opened:
        yield opened
