"""A PostgreSQL of a test's own, to be cut off, stopped, started and frozen; and a way to it over
TCP that can fall silent.

The session's server is everybody's; this one may die.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from affiche import app, settings
from affiche.db import embedded, keeper, migrate
from affiche.db.address import Address, parse
from affiche.db.database import Database
from affiche.storage.objects import Objects
from affiche.studio.studio import Studio

# Commits are kept: only the disk itself need not be waited for.
QUICK = {"fsync": "off", "full_page_writes": "off"}
NOT_OURS = "pid <> pg_backend_pid() AND backend_type = 'client backend'"


@dataclass(frozen=True)
class Breakable:
    """A migrated and furnished server; everything here is synchronous, as an accident is."""

    folder: Path
    server: embedded.Server

    @property
    def address(self) -> Address:
        return parse(self.server.url)

    def over(self, port: int) -> Address:
        """The same database through a proxy on the loopback."""
        owner, password = embedded.OWNER, quote(self.server.owner_password)
        return parse(f"postgresql://{owner}:{password}@127.0.0.1:{port}/{embedded.DATABASE}")

    @property
    def socket(self) -> Path:
        return self.server.sockets / ".s.PGSQL.5432"

    def run(self, statement: str, *params: object) -> list[tuple[object, ...]]:
        """As superuser; the rows, if it gives any."""
        url = self.server.superuser_url(embedded.DATABASE)
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(statement, params or None)
            return found.fetchall() if found.description else []

    def cut(self, which: str = "true") -> int:
        """End every connection of ours, or those that `which`, a condition, names; how many."""
        return len(
            self.run(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE {NOT_OURS} AND {which}"
            )
        )

    def stop(self) -> None:
        """At once, as in a power cut; it stays down until `start`."""
        os.kill(self._keeper(), signal.SIGSTOP)
        pid = keeper.left_running(self.folder)
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        _until(lambda: not self.socket.exists() or not _answers(self.server))

    def start(self) -> None:
        os.kill(self._keeper(), signal.SIGCONT)
        _until(lambda: _answers(self.server))

    @contextmanager
    def down(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    def _keeper(self) -> int:
        """The process that starts the server again whenever it dies."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if keeper.__file__.encode() in words and str(self.folder).encode() in words:
                        return int(entry.name)
        raise AssertionError("nobody keeps the server")


def _answers(server: embedded.Server) -> bool:
    try:
        with psycopg.connect(server.url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _until(happened: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    assert callable(happened)
    while not happened():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.02)


@contextmanager
def breakable(folder: Path, extra: dict[str, str] | None = None) -> Iterator[Breakable]:
    """For a fixture of a module; on a loop of its own, since each test has another."""
    with asyncio.Runner() as runner:
        running = embedded.running(folder, QUICK | (extra or {}))
        server = runner.run(running.__aenter__())
        try:
            runner.run(_furnish(parse(server.url)))
            yield Breakable(folder, server)
        finally:
            runner.run(running.__aexit__(None, None, None))


async def _furnish(address: Address) -> None:
    await migrate.migrate(address)
    chosen, _ = settings.read({})
    async with Database(address, size=3) as database:
        await app.furnish(chosen, database)


@asynccontextmanager
async def studio_on(address: Address, folder: Path, **more: str) -> AsyncIterator[Studio]:
    """A studio on a database that may go away, with a file store in `folder`."""
    chosen, _ = settings.read(
        {
            "AFFICHE_DATA": str(folder),
            "DATABASE_URL": address.url,
            "AFFICHE_PREVIEW_PACE": "0",
            "AFFICHE_RETRY_SECONDS": "0.2",
            **more,
        }
    )
    async with Database(address, size=chosen.database_pool) as database:
        yield Studio(chosen, database, Objects(folder / "objects"), app.signing_secret(folder))


@dataclass
class Proxy:
    """Passes bytes between the loopback and a socket; while `silent` it takes none from either
    side, so that nothing fails and nothing comes."""

    target: Path
    port: int = 0
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _ways: set[asyncio.Task[None]] = field(default_factory=set)

    def fall_silent(self) -> None:
        self.flowing.clear()

    def speak(self) -> None:
        self.flowing.set()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._ways.add(task)
        there: asyncio.StreamWriter | None = None
        try:
            await self.flowing.wait()
            back, there = await asyncio.open_unix_connection(str(self.target))
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, there))
                both.create_task(self._pump(back, writer))
        except (OSError, ExceptionGroup):
            pass
        finally:
            self._ways.discard(task)
            for end in (writer, there):
                if end is not None:
                    end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self.flowing.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionError

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        self.flowing.set()
        server = await asyncio.start_server(self._passed, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for way in list(self._ways):
                way.cancel()
            await asyncio.gather(*self._ways, return_exceptions=True)
