"""How PostgreSQL goes about a named statement: pages, scans and indexes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import ClientCursor, Connection
from tests.db.people import value
from tests.db.placeholders import numbered

from affiche.db.statements import statement

LARGE = {"works", "generation_jobs", "events", "work_tags", "work_words"}


@dataclass(frozen=True)
class Plan:
    pages: int
    rows: int
    """The most that a scan of a large table read, with those that it threw away."""
    scanned: frozenset[str]
    indexes: frozenset[str]
    milliseconds: float
    in_triggers: float


def plan(connection: Connection[Any], name: str, generic: bool, **params: Any) -> Plan:
    """Of the named statement, really run and then rolled back.

    `generic`: as PostgreSQL plans a prepared statement after some uses, without its values.
    """
    cursor = ClientCursor(connection)
    text, names = numbered(statement(name))
    values = ", ".join(cursor.mogrify("%s", [params[each]]) for each in names)
    mode = "force_generic_plan" if generic else "force_custom_plan"
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        connection.execute(f"PREPARE asked AS {text}")  # type: ignore[arg-type]
        run = f"EXECUTE asked ({values})" if names else "EXECUTE asked"
        # Once before, so that the catalogue's pages are not counted.
        with connection.transaction(force_rollback=True):
            connection.execute(run)  # type: ignore[arg-type]
        found = value(connection, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {run}")
        connection.execute("DEALLOCATE asked")
    return read(found[0])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def read(explained: dict[str, Any]) -> Plan:
    top = explained["Plan"]
    found = list(nodes(top))
    scans = [
        node
        for node in found
        if node["Node Type"] == "Bitmap Index Scan"
        or (node.get("Relation Name") in LARGE and "Scan" in node["Node Type"])
    ]
    return Plan(
        top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        max((round(node["Actual Loops"] * _read(node)) for node in scans), default=0),
        frozenset(n["Relation Name"] for n in found if n["Node Type"] == "Seq Scan"),
        frozenset(n["Index Name"] for n in found if "Index Name" in n),
        explained["Execution Time"],
        sum(trigger["Time"] for trigger in explained.get("Triggers", ())),
    )


def _read(node: dict[str, Any]) -> float:
    removed = node.get("Rows Removed by Filter", 0)
    return float(node["Actual Rows"] + removed)
