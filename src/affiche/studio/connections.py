"""Whether PostgreSQL lets us in, has room for us, and tells us what happens in it."""

import asyncio
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import AsyncConnection, sql

from affiche.db.address import Address
from affiche.studio.findings import Finding, State, line

CONNECT_SECONDS: Final = 3
HEARD_SECONDS: Final = 2.0
HELD_SECONDS: Final = 60
OPTIONS: Final[dict[str, Any]] = {"autocommit": True, "connect_timeout": CONNECT_SECONDS}
# What libpq and PostgreSQL say at the door; a connection that was refused has no code to read.
SAID: Final = (
    ("silent", ("timeout expired", "timed out")),
    ("password", ("password authentication failed", "no password supplied")),
    ("no_database", ('" does not exist', "database does not exist")),
    ("crowded", ("too many clients", "too many connections", "connection slots")),
    ("starting", ("starting up", "shutting down", "recovery mode", "not yet accepting")),
)


async def knock(address: Address) -> Finding | None:
    """Why nobody gets in; None when somebody does."""
    try:
        connection = await AsyncConnection.connect(address.url, **OPTIONS)
    except (psycopg.Error, OSError) as error:
        said = str(error)
        code = next((c for c, words in SAID if any(w in said for w in words)), "unreachable")
        return Finding(
            "broken", "database", code, {"reason": line(said), "seconds": CONNECT_SECONDS}
        )
    await connection.close()
    return None


async def room(address: Address, wanted: int) -> list[Finding]:
    """Connections that are left, and transactions that hold everybody up; `wanted` by a process."""
    async with await AsyncConnection.connect(address.url, **OPTIONS) as connection:
        found = await connection.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
            " - coalesce(current_setting('reserved_connections', true), '0')::int,"
            " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            " AND pid <> pg_backend_pid())"
        )
        row = await found.fetchone()
        assert row is not None
        held = await connection.execute(
            "SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::float / 60"
            " FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
            " AND xact_start < clock_timestamp() - make_interval(secs => %s)"
            " ORDER BY xact_start LIMIT 1",
            (HELD_SECONDS,),
        )
        oldest = await held.fetchone()
    whole, used = row
    findings = []
    if whole - used < wanted:
        params = {"free": max(0, whole - used), "whole": whole, "wanted": wanted}
        state: State = "broken" if whole - used < 3 or whole < wanted else "note"
        findings.append(Finding(state, "connections", "few_connections", params))
    if oldest is not None:
        params = {"pid": oldest[0], "minutes": max(1, round(oldest[1]))}
        findings.append(Finding("broken", "events", "horizon", params))
    return findings


async def ears(address: Address, direct: Address) -> list[Finding]:
    """Whether what is notified over `address` is heard on `direct`: behind a pooler it is not."""
    channel, text = "affiche_doctor", str(uuid4())
    async with await AsyncConnection.connect(direct.url, **OPTIONS) as listening:
        await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        options = OPTIONS | {"prepare_threshold": None}
        async with await AsyncConnection.connect(address.url, **options) as speaking:
            await speaking.execute("SELECT pg_notify(%s, %s)", (channel, text))
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARD_SECONDS):
                async for note in listening.notifies():
                    if note.payload == text:
                        return []
    return [Finding("broken", "events", "deaf")]
