"""The statements that run all day, on large tables: each finds its rows by index.

What is bounded is the pages that are read, which is the same on every machine; no time is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import ClientCursor, Connection
from psycopg.conninfo import conninfo_to_dict
from tests.db import crowd
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, value
from tests.db.placeholders import numbered
from tests.support.databases import Cluster

from affiche.db.address import Address
from affiche.db.statements import statement

LARGE = {"works", "generation_jobs", "events"}
LAST = UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Plan:
    pages: int
    scanned: frozenset[str]
    indexes: frozenset[str]


@dataclass(frozen=True)
class Studio:
    connection: Connection[Any]
    user: UUID
    endpoint: UUID

    def plan(self, name: str, generic: bool, **params: Any) -> Plan:
        """Of the named statement, really run and then rolled back.

        `generic`: as PostgreSQL plans a prepared statement after some uses, without its values.
        """
        cursor = ClientCursor(self.connection)
        text, names = numbered(statement(name))
        values = ", ".join(cursor.mogrify("%s", [params[each]]) for each in names)
        mode = "force_generic_plan" if generic else "force_custom_plan"
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
            self.connection.execute(f"PREPARE asked AS {text}")  # type: ignore[arg-type]
            run = f"EXECUTE asked ({values})" if names else "EXECUTE asked"
            # Once before, so that the catalogue's pages are not counted.
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(run)  # type: ignore[arg-type]
            found = value(self.connection, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {run}")
            self.connection.execute("DEALLOCATE asked")
        return read(found[0]["Plan"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def read(plan: dict[str, Any]) -> Plan:
    found = list(nodes(plan))
    return Plan(
        plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        frozenset(n["Relation Name"] for n in found if n["Node Type"] == "Seq Scan"),
        frozenset(n["Index Name"] for n in found if "Index Name" in n),
    )


@pytest.fixture(scope="module")
def studio(cluster: Cluster, shared: Address, connect: Connect) -> Studio:
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        crowd.fill(superuser)
    service = connect()
    somebody = value(service, "SELECT id FROM users ORDER BY id OFFSET 77 LIMIT 1")
    return Studio(
        service, somebody, value(service, "SELECT endpoint_id FROM generation_jobs LIMIT 1")
    )


def test_the_studio_is_large(studio: Studio) -> None:
    assert value(studio.connection, "SELECT count(*) FROM works") == crowd.WORKS
    query = "SELECT count(*) FROM generation_jobs WHERE status = 'pending'"
    assert value(studio.connection, query) == crowd.WAITING


PATIENCE = timedelta(minutes=10)
LATER, EARLIER = datetime(9999, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)
# Statement, its values beside endpoint and user, the index it lives by, and the pages it may read.
SERVICE: list[tuple[str, dict[str, Any], str, int]] = [
    ("admission.endpoints", {}, "generation_jobs_waiting", 20),
    ("admission.running", {}, "generation_jobs_running", 100),
    # A few pages for each user who waits, and one for each candidate.
    *(
        ("admission.claim", {"places": n, "patience": PATIENCE}, "generation_jobs_waiting", pages)
        for n in (1, 8, 64)
        for pages in (crowd.USERS * (20 + n) + 60 * n,)
    ),
    ("admission.seconds_until_due", {}, "generation_jobs_delayed", 20),
    ("steps.due", {"most": 200}, "generation_jobs_observed", 60 * crowd.RUNNING),
    ("steps.due", {"most": 4}, "generation_jobs_observed", 400),
    ("steps.overdue", {"most": 200}, "generation_jobs_deadline", 20),
    ("steps.stranded", {"most": 200, "after": PATIENCE}, "generation_jobs_steps", 20),
    ("withdrawals.due", {"most": 200}, "withdrawals_due", 20),
    ("sweep.quiet", {"most": 200, "after": PATIENCE}, "generation_jobs_steps", 20),
    ("sweep.old_events", {"most": 500, "before": LATER}, "events_age", 30 * 500),
    ("sweep.old_events", {"most": 500, "before": EARLIER}, "events_age", 20),
    ("sweep.ended_jobs", {"most": 500, "before": LATER}, "generation_jobs_ended", 120 * 500),
    ("sweep.ended_jobs", {"most": 500, "before": EARLIER}, "generation_jobs_ended", 20),
]
PAGE = {"before": LAST, "limit": 50}
PERSON: list[tuple[str, dict[str, Any], str, int]] = [
    ("works.page", PAGE, "works_user", 200),
    ("works.page", PAGE | {"before": UUID(int=2**127)}, "works_user", 200),
    *(
        ("works.page_of_status", PAGE | more, "works_user_status", 400)
        for more in (
            {"statuses": ["completed"], "template_id": None},
            {"statuses": ["pending", "taken", "processing"], "template_id": None},
            {"statuses": ["failed", "cancelled"], "template_id": TEMPLATE},
        )
    ),
    ("works.page_of_template", PAGE | {"template_id": TEMPLATE}, "works_user_template", 200),
    ("events.after", {"txid": "90", "id": 5, "limit": 200}, "events_cursor", 400),
    ("events.after", {"txid": "0", "id": 0, "limit": 200}, "events_cursor", 400),
]


def ids(cases: list[tuple[str, dict[str, Any], str, int]]) -> list[str]:
    return [f"{name}-{number}" for number, (name, *_) in enumerate(cases)]


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), SERVICE, ids=ids(SERVICE))
def test_the_service_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    plan = studio.plan(name, generic, endpoint_id=studio.endpoint, **params)
    check(plan, index, pages)


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), PERSON, ids=ids(PERSON))
def test_a_person_s_plan(
    studio: Studio, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    """With row-level security at work."""
    become(studio.connection, "authenticated", studio.user)
    try:
        plan = studio.plan(name, generic, user_id=studio.user, **params)
    finally:
        become(studio.connection, "service_role")
    check(plan, index, pages)


def check(plan: Plan, index: str, pages: int) -> None:
    assert not plan.scanned & LARGE
    assert index in plan.indexes
    assert plan.pages <= pages


def test_a_scan_would_be_seen(studio: Studio) -> None:
    text = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT count(*) FROM works WHERE title = 'x'"
    plan = read(value(studio.connection, text)[0]["Plan"])
    assert plan.scanned == {"works"}
    assert plan.pages > 1000
    assert not plan.indexes
