"""Transaction ids start again from elsewhere: after a restore, after a standby took over."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from tests.db.conftest import Connect, become
from tests.db.people import user, value
from tests.db.release import dumped as dumped_with_rows
from tests.db.test_events import Reader, write
from tests.support.databases import QUICK, Cluster

from affiche.db import embedded, migrate
from affiche.db.address import parse

BURN = "DO $$ BEGIN FOR n IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


@contextmanager
def serving(url: str) -> Iterator[Connection[Any]]:
    """A connection in the service's role, each statement its own transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        become(connection, "service_role")
        yield connection


def reader(url: str, own: UUID, place: tuple[int, str, int] = (0, "0", 0)) -> Reader:
    connection = psycopg.connect(url, autocommit=True)
    become(connection, "authenticated", own)
    return Reader(connection, own, place)


@asynccontextmanager
async def server(folder: Path, **options: str) -> AsyncIterator[embedded.Server]:
    async with embedded.running(folder, QUICK | options) as running:
        yield running


@pytest.fixture(scope="module")
def folders() -> Iterator[Path]:
    """A stopped server with a migrated database in `made`, to be copied, and room beside it."""
    with tempfile.TemporaryDirectory(prefix="affiche-eras-") as name:
        folder = Path(name)
        asyncio.run(make(folder / "made"))
        yield folder


async def make(folder: Path) -> None:
    async with server(folder) as running:
        await migrate.migrate(parse(running.url))


def copy(folders: Path, name: str) -> Path:
    """As a base backup: the same system and the same rows, and its own from here on."""
    subprocess.run(["cp", "-a", folders / "made", folders / name], check=True, timeout=60)
    return folders / name


def eras(connection: Connection[Any]) -> list[int]:
    return [era for (era,) in connection.execute("SELECT era FROM event_eras ORDER BY era")]


async def test_restored_where_fewer_transactions_were_counted(
    folders: Path, cluster: Cluster
) -> None:
    """By hand, with pg_dump, and twice: what a reader had not read, then what is written anew."""
    with psycopg.connect(cluster.server.superuser_url(), autocommit=True) as here:
        counted = int(value(here, "SELECT pg_current_xact_id()::text"))
    async with server(copy(folders, "old")) as old:
        with psycopg.connect(old.url, autocommit=True) as owner:
            owner.execute(BURN.format(counted + 20_000).encode())
        with serving(old.url) as service:
            own = user(service, "someone")
            for number in (1, 2, 3):
                write(service, own, number)
            near, far = reader(old.url, own), reader(old.url, own)
            assert near.read(1) == 1
            text = await asyncio.to_thread(dumped_with_rows, old.superuser_url(embedded.DATABASE))
            # One has read further than the backup goes.
            write(service, own, 4)
            assert far.read_until(4) == [1, 2, 3, 4]
            highest = int(far.cursor[1])
    for restore in (1, 2):
        name = cluster.create()
        with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
            superuser.execute("SET check_function_bodies = off")
            superuser.execute(text)  # type: ignore[call-overload]
        url = cluster.address(name).url
        with serving(url) as service:
            fresh = [10 * restore + number for number in range(3)]
            for number in fresh:
                write(service, own, number)
            assert len(eras(service)) == 2
            again = reader(url, own, near.cursor)
            assert again.read_until(5) == [2, 3, *fresh]
            # From the first restore to the second, too, nothing is taken for read.
            again = reader(url, own, far.cursor)
            assert again.read_until(3) == fresh
            assert int(again.cursor[1]) < highest
            far.cursor = again.cursor
        cluster.drop(name)


async def test_a_standby_took_over_that_had_not_heard_of_the_last_events(folders: Path) -> None:
    primary, standby = copy(folders, "primary"), copy(folders, "standby")
    async with server(primary) as running:
        with serving(running.url) as service:
            own = user(service, "someone")
            for number in range(1, 40):
                write(service, own, number)
            ear = reader(running.url, own)
            assert ear.read_until(39) == list(range(1, 40))
    signal, cluster = standby / "postgres" / "recovery.signal", standby / "postgres"
    signal.touch(mode=0o600)
    os.chown(signal, cluster.stat().st_uid, cluster.stat().st_gid)
    async with server(standby, restore_command="/bin/false") as running:
        with serving(running.url) as service:
            for _ in range(400):
                if not value(service, "SELECT pg_is_in_recovery()"):
                    break
                time.sleep(0.05)
            for number in (101, 102, 103):
                write(service, own, number)
            assert len(eras(service)) == 2
            again = reader(running.url, own, ear.cursor)
            assert again.read_until(3) == [101, 102, 103]
            assert int(again.cursor[1]) < int(ear.cursor[1])


# --- within one server ----------------------------------------------------------------------------


def elsewhere(service: Connection[Any]) -> None:
    """All that is here was written in another server, which had counted a billion further."""
    service.execute("UPDATE event_eras SET system = 'another'")
    service.execute(
        "UPDATE events SET txid = (txid::text::bigint + 1000000000)::text::xid8"
        " WHERE era = (SELECT max(era) FROM event_eras)"
    )


def test_every_place_of_before_is_one_to_go_on_from(
    service: Connection[Any], connect: Connect
) -> None:
    own = user(service, "someone")
    reading = connect("authenticated", own)
    written, places, ear = list[int](), list[tuple[int, str, int]](), Reader(reading, own)
    for life in range(3):
        for number in range(4):
            written.append(10 * life + number)
            write(service, own, written[-1])
            ear.read_until(len(written))
            places.append(ear.cursor)
        elsewhere(service)
    write(service, own, 99)
    assert places == sorted(places, key=lambda p: (p[0], int(p[1]), p[2]))
    for number, place in enumerate(places, 1):
        rest = [*written[number:], 99]
        era, txid, event = place
        moved = (era, str(int(txid) + 1_000_000_000), event)
        assert Reader(reading, own, moved).read_until(len(rest)) == rest


def test_two_that_begin_an_era_at_once_begin_one(
    service: Connection[Any], connect: Connect
) -> None:
    own = user(service, "someone")
    write(service, own, 0)
    elsewhere(service)
    before = len(eras(service))
    first, second = connect(), connect()
    first.execute("BEGIN")
    write(first, own, 1)
    second.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        write(second, own, 2)
    first.execute("ROLLBACK")
    second.execute("RESET lock_timeout")
    write(second, own, 3)
    write(first, own, 4)
    assert len(eras(service)) == before + 1
    reading = connect("authenticated", own)
    assert Reader(reading, own).read_until(3) == [0, 3, 4]
