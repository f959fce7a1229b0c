"""The doors through which everything that a process does to the world must go.

Statements and commits at psycopg, objects at the store, HTTP at aiohttp: nothing of the pipeline
is named here, so a step that is rewritten is watched as before. Each effect is written down with
the step in which it happens, before it happens; at one of them the process can be made to act.
A write that stands alone is put into a transaction, because only then can it be known, before it
counts, whether it touches any row.
"""

import asyncio
import contextvars
import fcntl
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

import aiohttp
import psycopg
from psycopg import AsyncConnection, AsyncCursor, AsyncTransaction, sql
from psycopg.pq import PipelineStatus, TransactionStatus
from yarl import URL

from affiche.db.statements import names, statement
from affiche.storage.objects import Objects

When = Literal["before", "after"]
# A statement that commits by itself, or the commit of several, during which rows are locked.
Kind = Literal["statement", "commit", "store", "engine", "read"]
_COMMIT: Final = re.compile(r"(?:^|;)\s*(?:COMMIT|END)\b", re.IGNORECASE)
_ROLLBACK: Final = re.compile(r"^\s*ROLLBACK\b", re.IGNORECASE)
_WRITE: Final = re.compile(
    r"\b(?:INSERT\s+INTO|(?<!FOR )(?<!KEY )UPDATE(?! SKIP)|DELETE\s+FROM"
    r"|MERGE|TRUNCATE|CALL|COPY)\b",
    re.IGNORECASE,
)
# By the clock, whatever the work does.
_HEARTBEAT: Final = "SET heartbeat"
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a run: the `nth` time that `label` happens in `place`, just before or after."""

    place: str
    label: str
    nth: int
    kind: Kind
    when: When

    def __str__(self) -> str:
        again = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.when} {self.place}: {self.label}{again}"


@dataclass(slots=True)
class Step:
    """The step that a task is in, and those that it starts; over when `active` is no more."""

    name: str
    active: bool = True


_step: contextvars.ContextVar[Step | None] = contextvars.ContextVar("step", default=None)
_at_a_door: contextvars.ContextVar[bool] = contextvars.ContextVar("at a door", default=False)


@asynccontextmanager
async def within(name: str) -> AsyncIterator[None]:
    """Whatever happens in the block happens in the step `name`."""
    step = Step(name)
    token = _step.set(step)
    try:
        yield
    finally:
        step.active = False
        _step.reset(token)


@dataclass(slots=True)
class Doors:
    """`trace` is a file that several processes may share; `act` is called at every passage."""

    trace: Path
    functions: tuple[str, ...]
    act: Callable[[Point], Awaitable[None]]
    _named: dict[str, str] = field(init=False)
    _functions: re.Pattern[str] = field(init=False)
    _written: WeakKeyDictionary[AsyncConnection[Any], list[str]] = field(
        default_factory=WeakKeyDictionary
    )

    def __post_init__(self) -> None:
        self._named = {statement(name): name for name in names()}
        self._functions = re.compile(rf"\b(?:{'|'.join(self.functions) or '(?!)'})\s*\(")

    @asynccontextmanager
    async def passing(self, label: str, kind: Kind) -> AsyncIterator[None]:
        step = _step.get()
        place = step.name if step and step.active else _elsewhere(label)
        line = {"pid": os.getpid(), "place": place, "label": label, "kind": kind}
        nth = write_down(self.trace, line)
        await self.act(Point(place, label, nth, kind, "before"))
        yield
        await self.act(Point(place, label, nth, kind, "after"))

    def install(self) -> None:
        """Watch everything from now on, in this whole process."""
        self._watch_statements()
        self._watch_other_commits()
        self._watch_objects()
        self._watch_http()

    def _watch_statements(self) -> None:
        real = AsyncCursor.execute

        async def execute(
            cursor: AsyncCursor[Any], query: Any, params: Any = None, **how: Any
        ) -> AsyncCursor[Any]:
            token = _at_a_door.set(True)
            try:
                return await self._statement(real, cursor, query, params, how)
            finally:
                _at_a_door.reset(token)

        AsyncCursor.execute = execute  # type: ignore[method-assign,assignment]
        wait = AsyncConnection.wait

        async def waited(connection: AsyncConnection[Any], gen: Any, *more: Any, **how: Any) -> Any:
            name = getattr(gen, "__name__", str(gen))
            if not _at_a_door.get() and name not in HARMLESS:
                write_down(self.trace, {"unwatched": name})
            return await wait(connection, gen, *more, **how)

        AsyncConnection.wait = waited  # type: ignore[method-assign,assignment]

    async def _statement(
        self, real: Any, cursor: AsyncCursor[Any], query: Any, params: Any, how: dict[str, Any]
    ) -> AsyncCursor[Any]:
        connection: AsyncConnection[Any] = cursor.connection
        text = query.as_string(connection) if isinstance(query, sql.Composable) else str(query)
        written = self._written.setdefault(connection, [])
        done = real(cursor, query, params, **how)
        if _COMMIT.search(text):
            labels = [*written, *([self._label(text)] if self._writes(text) else [])]
            written.clear()
            if not labels:
                return await done  # type: ignore[no-any-return]
            async with self.passing(", ".join(labels), "commit"):
                return await done  # type: ignore[no-any-return]
        if _ROLLBACK.search(text):
            written.clear()
        if not self._writes(text):
            return await done  # type: ignore[no-any-return]
        piped = connection.pgconn.pipeline_status != PipelineStatus.OFF
        if connection.pgconn.transaction_status == TransactionStatus.INTRANS or piped:
            await done
            if cursor.rowcount:
                written.append(self._label(text))
            return cursor
        await real(connection.cursor(), "BEGIN")
        try:
            await done
        except BaseException:
            if not connection.closed:
                await asyncio.shield(real(connection.cursor(), "ROLLBACK"))
            raise
        if cursor.rowcount:
            async with self.passing(self._label(text), "statement"):
                await real(connection.cursor(), "COMMIT")
        else:
            await real(connection.cursor(), "COMMIT")
        return cursor

    def _writes(self, text: str) -> bool:
        if _HEARTBEAT in text:
            return False
        return bool(_WRITE.search(text) or self._functions.search(text))

    def _label(self, text: str) -> str:
        if text in self._named:
            return self._named[text]
        if "pgqueuer" in text:
            if "DELETE FROM" in text:
                return "queue.done"
            return "queue.put" if "ON CONFLICT" in text else "queue.take"
        return " ".join(text.split()[:3])

    def _watch_other_commits(self) -> None:
        commit, leave = AsyncConnection.commit, AsyncTransaction.__aexit__

        async def committed(connection: AsyncConnection[Any]) -> None:
            await self._ended(connection, commit(connection))

        async def left(transaction: AsyncTransaction, *error: Any) -> Any:
            if error[0] is not None or transaction.savepoint_name:
                return await leave(transaction, *error)
            return await self._ended(transaction.connection, leave(transaction, *error))

        AsyncConnection.commit = committed  # type: ignore[method-assign,assignment]
        AsyncTransaction.__aexit__ = left  # type: ignore[method-assign,assignment]

    async def _ended(self, connection: AsyncConnection[Any], done: Awaitable[Any]) -> Any:
        labels = self._written.pop(connection, [])
        token = _at_a_door.set(True)
        try:
            if not labels:
                return await done
            async with self.passing(", ".join(labels), "commit"):
                return await done
        finally:
            _at_a_door.reset(token)

    def _watch_objects(self) -> None:
        put, delete, read = Objects.put, Objects.delete, Objects.get

        async def putting(objects: Objects, bucket: Any, *more: Any, **how: Any) -> None:
            async with self.passing(f"put {bucket}", "store"):
                await put(objects, bucket, *more, **how)

        async def deleting(objects: Objects, bucket: Any, *more: Any, **how: Any) -> None:
            async with self.passing(f"delete {bucket}", "store"):
                await delete(objects, bucket, *more, **how)

        async def reading(objects: Objects, bucket: Any, *more: Any, **how: Any) -> Any:
            async with self.passing(f"read {bucket}", "read"):
                return await read(objects, bucket, *more, **how)

        Objects.put, Objects.delete, Objects.get = putting, deleting, reading  # type: ignore

    def _watch_http(self) -> None:
        real = aiohttp.ClientSession._request

        async def request(
            session: aiohttp.ClientSession, method: str, url: Any, **how: Any
        ) -> aiohttp.ClientResponse:
            path = _ID.sub("{id}", URL(url).path)
            if path == "/ws":
                return await real(session, method, url, **how)
            kind: Kind = "read" if method in ("GET", "HEAD") else "engine"
            async with self.passing(f"{method} {path}", kind):
                return await real(session, method, url, **how)

        aiohttp.ClientSession._request = request  # type: ignore[method-assign,assignment]


# What psycopg does with a connection that is neither a statement nor a commit.
HARMLESS: Final = {"notifies", "fetch", "_close_gen", "_rollback_gen", "_set_autocommit_gen"}


def _elsewhere(label: str) -> str:
    """Outside of a step: the service that the statement names, or what lies between two steps."""
    noun = label.partition(".")[0]
    if noun in ("admission", "withdrawals", "queue"):
        return noun
    if noun == "runs" or "/status/" in label:
        return "polls"
    return "withdrawals" if "/cancel" in label else "between"


def write_down(trace: Path, line: dict[str, Any]) -> int:
    """Add the line; how often this label has now happened in its place, over all processes."""
    with trace.open("a+") as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        page.seek(0)
        key = line.get("place"), line.get("label")
        before = sum((e.get("place"), e.get("label")) == key for e in map(json.loads, page))
        page.write(json.dumps(line) + "\n")
        return before + 1


async def functions_that_write(url: str) -> tuple[str, ...]:
    """Of the schema: a SELECT of one of these is a write."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE nspname = 'public' AND provolatile = 'v' AND prorettype <> 'trigger'::regtype"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        return tuple(row[0] for row in await found.fetchall())
