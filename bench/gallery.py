"""The server's time for a gallery of 100,000 works of one person's.

Each is planned for its values and run ten times; medians of planning and running together.
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from psycopg import ClientCursor, Connection
from tests.db import library
from tests.db.conftest import become
from tests.db.people import value

from affiche.db import embedded
from affiche.db.statements import statement
from bench.tables import _furnish

WORKS, TIMES = 100_000, 10
NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("project_id", "template_id", "character_id", "batch_id", "statuses", "tag", "stars"),
        *("collection_id", "bound"),
    )
)


def milliseconds(connection: Connection[Any], name: str, params: dict[str, Any]) -> float:
    text = ClientCursor(connection).mogrify(statement(name), params)
    query = f"EXPLAIN (ANALYZE, FORMAT JSON) {text}"
    found = [value(connection, query)[0] for _ in range(TIMES)]
    return float(median(each["Planning Time"] + each["Execution Time"] for each in found))


def told(connection: Connection[Any], user_id: UUID) -> None:
    params = NOTHING | {"user_id": user_id, "owner": user_id, "limit": 61}
    params |= {"since": UUID(int=0), "before": UUID(int=2**128 - 1)}
    middle = "SELECT id FROM works ORDER BY id OFFSET %s LIMIT 1"
    rare = "SELECT template_id FROM works GROUP BY 1 ORDER BY count(*) LIMIT 1"
    narrowed = {
        "all": {},
        "from the middle": {"before": value(connection, middle, WORKS // 2)},
        "rare template": {"template_id": value(connection, rare)},
        "failed": {"statuses": ["failed"]},
        "rare tag": {"tag": "rare"},
        "four stars": {"stars": 4},
        "collection": {
            "collection_id": value(connection, "SELECT id FROM collections LIMIT 1"),
            "owner": None,
        },
    }
    words = ("", library.OFTEN, library.RARE, library.OLD, library.NEVER)
    print(f"{'ms':18}{'':>10}{'often':>10}{'rare':>10}{'old only':>10}{'never':>10}")
    for label, more in narrowed.items():
        cells = []
        for word in words:
            role = ("service_role",) if word else ("authenticated", user_id)
            become(connection, *role)
            name = "gallery.found" if word else "gallery.page"
            cells.append(milliseconds(connection, name, params | more | {"words": word}))
            become(connection, "service_role")
        print(f"{label:18}" + "".join(f"{each:10.1f}" for each in cells))


def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as folder, asyncio.Runner() as loop:
        running = embedded.running(Path(folder), {"max_wal_size": "2GB"})
        server = loop.run(running.__aenter__())
        try:
            loop.run(_furnish(server.url))
            url = server.superuser_url(embedded.DATABASE)
            with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
                user_id = library.fill(connection, WORKS)
                connection.execute("SET session_replication_role = origin")
                told(connection, user_id)
        finally:
            loop.run(running.__aexit__(None, None, None))
