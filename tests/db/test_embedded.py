"""The embedded PostgreSQL: with its users it starts and stops, and to nobody else it opens."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from affiche.db import embedded, keeper
from affiche.db.address import parse
from affiche.db.embedded import OWNER
from affiche.errors import DatabaseUnavailable

QUICK = {"fsync": "off"}


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder whose cluster has been made, and stopped again; short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="affiche-test-") as folder:
        data = Path(folder) / "closed" / "data"
        data.parent.mkdir(mode=0o700)
        asyncio.run(once(data))
        yield data


async def once(data: Path) -> None:
    async with embedded.running(data, QUICK) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 420 AS number")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def answers(server: embedded.Server) -> bool:
    try:
        with psycopg.connect(server.url, connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


async def gone(data: Path) -> None:
    """Fails the test if the server is there for another half minute."""
    for _ in range(600):
        if keeper.left_running(data) is None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the server goes on without a user")


async def test_it_stops_with_its_user_and_keeps_what_it_was_given(made: Path) -> None:
    async with embedded.running(made, QUICK) as server:
        assert keeper.left_running(made) is not None
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (420,)
    assert keeper.left_running(made) is None
    assert not answers(server)


def test_nothing_around_it_is_opened(made: Path) -> None:
    assert mode(made.parent) == mode(made) == mode(made / "postgres") == 0o700
    assert mode(made / "postgres.json") == 0o600


async def test_it_lives_until_its_last_user_leaves(made: Path) -> None:
    async with embedded.running(made, QUICK) as first:
        pid = keeper.left_running(made)
        async with embedded.running(made, QUICK) as second:
            assert first == second
        assert keeper.left_running(made) == pid
        assert answers(first)
    assert keeper.left_running(made) is None


USER = """
import asyncio, sys
from pathlib import Path
from affiche.db import embedded

async def main():
    async with embedded.running(Path(sys.argv[1]), {"fsync": "off"}):
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_killed_user_leaves_no_server(made: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", USER, str(made)), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
        assert keeper.left_running(made) is not None
    finally:
        process.kill()
        await process.wait()
    await gone(made)
    await once(made)


async def test_a_server_that_dies_is_started_again(made: Path) -> None:
    async with embedded.running(made, QUICK) as server:
        before = keeper.left_running(made)
        assert before is not None
        os.kill(before, signal.SIGKILL)
        for _ in range(600):
            if keeper.left_running(made) not in (None, before) and answers(server):
                break
            await asyncio.sleep(0.05)
        assert answers(server)


async def test_it_opens_to_its_passwords_alone(made: Path) -> None:
    async with embedded.running(made, QUICK) as server:
        for role in (OWNER, "postgres"):
            for password in ("", "wrong", server.owner_password[:-1]):
                with pytest.raises(psycopg.OperationalError, match="password"):
                    psycopg.connect(server.address(role, password, "postgres"))
        with psycopg.connect(server.url) as connection:
            query = """
                SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolinherit
                FROM pg_roles WHERE rolname = current_user"""
            assert connection.execute(query).fetchone() == (False,) * 5
            shown = connection.execute("SHOW listen_addresses").fetchone()
            assert shown == ("",), "no port is opened"
    assert urlsplit(server.url).password == server.owner_password


@pytest.mark.parametrize("name", ["x" * 120, "100%20 sure", "두 낱말", 'a,b "c"'])
async def test_any_folder_will_do(made: Path, name: str) -> None:
    """A socket's path has 107 bytes at most and is one of a list: then it lies elsewhere."""
    data = made.rename(made.with_name(name))
    try:
        async with embedded.running(data, QUICK) as server:
            assert answers(server)
            with psycopg.connect(parse(server.url).url) as connection:
                assert connection.execute("SELECT number FROM kept").fetchone() == (420,)
            assert len(os.fsencode(server.sockets / ".s.PGSQL.5432")) <= 107
            assert mode(server.sockets) == 0o700
        assert keeper.left_running(data) is None
    finally:
        data.rename(made)


async def test_a_cluster_without_its_passwords_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(DatabaseUnavailable, match=r"postgres\.json is missing"):
        async with embedded.running(tmp_path, QUICK):
            pass
    assert list((tmp_path / "postgres").iterdir()) == []
