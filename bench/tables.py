"""What the statements that run all day cost with ten thousand and with a million works.

Each is run by itself, prepared and committed, in the role that runs it. Pages and indexes are
those of a plan made without the parameters' values; the server's own mean leaves out the client.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb
from tests.db import crowd
from tests.db.conftest import become
from tests.db.people import TEMPLATE, value
from tests.db.placeholders import numbered
from tests.db.plans import Plan, plan

from affiche import app, settings
from affiche.db import embedded, migrate
from affiche.db.address import parse
from affiche.db.database import Database
from affiche.db.statements import statement
from bench.figures import percentile

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
UNDER_WAY = ["pending", "taken", "processing"]
STATUSES = [*UNDER_WAY, "completed", "failed", "cancelled"]
HOUR = timedelta(hours=1)
# What the server's record has parameters for, and what it leaves as it was written.
LITERAL = re.compile(r"/\*.*?\*/|\$\d+|'[^']*'|\b\d+\b|\btrue\b|\s+|--.*|[(),;]")
Params = Callable[[int], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    title: str
    name: str
    params: Params
    person: bool = False
    times: int = 100


@dataclass(frozen=True)
class Cost:
    """Times in milliseconds."""

    median: float
    slow: float
    server: float | None
    plan: Plan


@contextmanager
def crowded(size: crowd.Size) -> Iterator[Connection[Any]]:
    """A superuser's connection to a studio of that size, on a server of its own."""
    extra = {"shared_preload_libraries": "pg_stat_statements", "max_wal_size": "2GB"}
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder, asyncio.Runner() as loop:
        running = embedded.running(Path(folder), extra)
        server = loop.run(running.__aenter__())
        try:
            loop.run(_furnish(server.url))
            url = server.superuser_url(embedded.DATABASE)
            # psycopg's own prepared statements go with the rollbacks in which plans are made.
            with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
                begun = time.monotonic()
                crowd.fill(connection, size)
                connection.execute("SET session_replication_role = origin")
                connection.execute("CREATE EXTENSION pg_stat_statements")
                print(f"{size.works:>9,} works filled in {time.monotonic() - begun:.0f} s")
                yield connection
        finally:
            loop.run(running.__aexit__(None, None, None))


async def _furnish(url: str) -> None:
    await migrate.migrate(parse(url))
    async with Database(parse(url), size=3) as database:
        await app.furnish(settings.read({})[0], database)


def cases(connection: Connection[Any], size: crowd.Size) -> list[Case]:
    """Of the user who has a tenth of everything."""
    me = value(connection, "SELECT id FROM users ORDER BY id LIMIT 1")
    at = value(connection, "SELECT endpoint_id FROM generation_jobs LIMIT 1")
    query = "SELECT id FROM works WHERE user_id = %s ORDER BY id"
    mine = [row for (row,) in connection.execute(query, (me,))]
    runs = [
        row
        for (row,) in connection.execute(
            "SELECT external_id FROM generation_jobs WHERE status = 'processing' LIMIT 500"
        )
    ]
    page = {"user_id": me, "before": LAST, "since": FIRST, "statuses": STATUSES, "limit": 50}
    deep = page | {"before": mine[len(mine) // 10]}
    asked = {
        "template_id": TEMPLATE,
        "input_data": Jsonb({"prompt": "a quiet beach"}),
        "output_count": 1,
        "seed": 7,
        "priority": 0,
        **dict.fromkeys(("project_id", "retry_of", "idempotency_key", "digest")),
    }

    def same(params: dict[str, Any]) -> Params:
        return lambda _: params

    def claim(places: int) -> Params:
        return same({"endpoint_id": at, "places": places, "patience": timedelta(minutes=10)})

    return [
        Case("claim 1", "admission.claim", claim(1)),
        Case("claim 8", "admission.claim", claim(8), times=40),
        Case("claim 100", "admission.claim", claim(100), times=8),
        Case("places", "admission.places", same({"endpoint_id": at})),
        Case("endpoints", "admission.endpoints", same({})),
        Case("delayed, none due", "admission.release", same({"most": 100})),
        Case("until the next is due", "admission.seconds_until_due", same({})),
        Case("list", "works.page", same(page), True),
        Case("list, deep", "works.page", same(deep), True),
        Case(
            "completed ones",
            "works.page_of_status",
            same(page | {"statuses": ["completed"]}),
            True,
        ),
        Case(
            "completed ones, deep",
            "works.page_of_status",
            same(deep | {"statuses": ["completed"]}),
            True,
        ),
        Case(
            "those under way",
            "works.page_of_status",
            same(page | {"statuses": UNDER_WAY}),
            True,
        ),
        Case(
            "of a template", "works.page_of_template", same(page | {"template_id": TEMPLATE}), True
        ),
        Case(
            "of a template, deep",
            "works.page_of_template",
            same(deep | {"template_id": TEMPLATE}),
            True,
        ),
        Case("one work", "works.by_id", lambda n: {"id": mine[n * 7 % len(mine)]}, True),
        Case("pictures of a page", "files.of_works", same({"work_ids": mine[:50]}), True),
        Case("ask", "works.ask", lambda _: asked | {"id": uuid4()}, True),
        Case("cancel", "works.cancel", lambda n: {"id": mine[-1 - n]}, True, 50),
        Case(
            "events after",
            "events.after",
            same({"user_id": me, "era": 0, "txid": "90", "id": 5, "limit": 200}),
            True,
        ),
        Case(
            "progress",
            "steps.progress",
            lambda n: {
                "external_id": runs[n % len(runs)],
                "fraction": 0.5,
                "progress": Jsonb({"node": str(n)}),
            },
        ),
        Case("due, 200", "steps.due", same({"most": 200}), times=4),
        Case("overdue, none", "steps.overdue", same({"most": 200})),
        Case("stranded, none", "steps.stranded", same({"most": 200, "after": HOUR})),
    ]


def cost(connection: Connection[Any], me: UUID, case: Case) -> Cost:
    role = ("authenticated", me) if case.person else ("service_role",)
    become(connection, *role)
    try:
        found = plan(connection, case.name, True, **case.params(0))
    finally:
        connection.execute("RESET ROLE")
    # After the plan, whose text would stand for the statement's.
    connection.execute("SELECT pg_stat_statements_reset()")
    with psycopg.connect(
        connection.info.dsn, autocommit=True, prepare_threshold=0, password=connection.info.password
    ) as own:
        become(own, *role)
        times = [timed(own, case, n) for n in range(case.times)]
    return Cost(percentile(times, 50), percentile(times, 99), served(connection, case), found)


def timed(connection: Connection[Any], case: Case, n: int) -> float:
    """Milliseconds, with its rows fetched."""
    text, params = statement(case.name), case.params(n)
    begun = time.perf_counter()
    cursor = connection.execute(text, params)
    if cursor.description:
        cursor.fetchall()
    return (time.perf_counter() - begun) * 1000


def served(connection: Connection[Any], case: Case) -> float | None:
    """The server's own mean, if it knows the statement."""
    wanted = LITERAL.sub("", numbered(statement(case.name))[0])
    query = "SELECT query, mean_exec_time FROM pg_stat_statements WHERE calls >= %s"
    for text, mean in connection.execute(query, (case.times,)):
        if LITERAL.sub("", text) == wanted:
            return float(mean)
    return None


def batch(connection: Connection[Any], me: UUID, count: int) -> float:
    """Milliseconds for each work with its job, so many asked for in one transaction."""
    with connection.transaction():
        begun = time.perf_counter()
        connection.execute(
            "CREATE TEMP TABLE asked ON COMMIT DROP AS"
            " SELECT uuid_v7() AS id FROM generate_series(1, %s)",
            (count,),
        )
        connection.execute(
            "INSERT INTO works (id, user_id, template_id) SELECT id, %s, %s FROM asked",
            (me, TEMPLATE),
        )
        connection.execute("INSERT INTO generation_jobs (work_id) SELECT id FROM asked")
    return (time.perf_counter() - begun) * 1000 / count


def measured(size: crowd.Size) -> dict[str, Cost]:
    with crowded(size) as connection:
        me = value(connection, "SELECT id FROM users ORDER BY id LIMIT 1")
        batch(connection, me, 50)
        few, many = batch(connection, me, 500), batch(connection, me, 5000)
        print(f"          in one transaction: {few:.2f} ms each of 500, {many:.2f} of 5,000")
        return {case.title: cost(connection, me, case) for case in cases(connection, size)}


def told(few: Cost, many: Cost) -> str:
    def one(each: Cost) -> str:
        server = f"{each.server:8.2f}" if each.server is not None else "       –"
        return f"{each.median:8.2f} {each.slow:8.2f} {server} {each.plan.pages:7,}"

    same = "" if few.plan.indexes == many.plan.indexes else "  other indexes: "
    other = ", ".join(sorted(few.plan.indexes ^ many.plan.indexes))
    scanned = many.plan.scanned - {"templates", "endpoints", "place_changes"}
    return (
        f"{one(few)}   {one(many)}   {many.median / few.median:5.1f}"
        f"{same}{other if same else ''}{'  scans ' + ', '.join(scanned) if scanned else ''}"
    )


def shares(few: Cost, many: Cost) -> str:
    """What of a claim is choosing and writing, and what is moving the works and telling of it."""
    return "; ".join(
        f"{each.plan.milliseconds - each.plan.in_triggers:.2f} ms and"
        f" {each.plan.in_triggers:.2f} ms in triggers after it"
        for each in (few, many)
    )


def measure(rows: int) -> None:
    few, many = (
        crowd.Size(
            users=max(20, works // 500),
            works=works,
            waiting=min(works // 4, 50_000),
            running=works // 10,
        )
        for works in (10_000, rows)
    )
    found = [measured(few), measured(many)]
    print(f"{'':24}{f'{few.works:,} works':^35}   {f'{many.works:,} works':^35}")
    heads = f"{'p50 ms':>8} {'p99 ms':>8} {'server':>8} {'pages':>7}"
    print(f"{'':24}{heads}   {heads}   ratio")
    for title in found[0]:
        print(f"{title:24}{told(found[0][title], found[1][title])}")
    for title in ("claim 1", "claim 8", "claim 100"):
        print(f"{title:12}once, by its plan: {shares(found[0][title], found[1][title])}")
