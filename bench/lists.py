"""What a first page of somebody's hundred thousand works takes the server, by what they filter by.

A time is PostgreSQL's own for planning and running, with row-level security at work and everything
in its cache; the client and the wire are left out.
"""

import psycopg
from psycopg import ClientCursor, Connection
from tests.db import crowd
from tests.db.conftest import become
from tests.db.filters import FILTERS, Filter, Owner, owner

from affiche.db.statements import statement
from bench.figures import percentile
from bench.tables import crowded

WORKS = 100_000
TIMES = 50
BOUND = 20.0
"""Milliseconds that a first page may take."""


def measure() -> None:
    size = crowd.Size(users=1, works=WORKS, waiting=1_000, running=100)
    with crowded(size) as connection:
        somebody = owner(connection)
        with psycopg.connect(
            connection.info.dsn, autocommit=True, password=connection.info.password
        ) as own:
            become(own, "authenticated", somebody.user)
            print(f"{'':24}{'median ms':>10} {'p99 ms':>8}   of {WORKS:,} works")
            slowest = max(told(own, wanted, somebody) for wanted in FILTERS)
    well = "below" if slowest < BOUND else "NOT below"
    print(f"the slowest median, {slowest:.1f} ms, is {well} {BOUND:.0f} ms")


def told(connection: Connection[tuple[object, ...]], wanted: Filter, somebody: Owner) -> float:
    """Prints its line; the median."""
    times = [once(connection, wanted, somebody) for _ in range(TIMES)]
    median = percentile(times, 50)
    print(f"{wanted.title:24}{median:10.2f} {percentile(times, 99):8.2f}")
    return median


def once(connection: Connection[tuple[object, ...]], wanted: Filter, somebody: Owner) -> float:
    """Planned anew each time, as lists with filters are."""
    # Its measuring of each node would cost more than the nodes do.
    explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
    cursor = ClientCursor(connection)
    text = cursor.mogrify(statement(wanted.name), wanted.params(somebody))
    row = cursor.execute(explain + text).fetchone()
    assert row is not None
    ((found,),) = row
    return float(found["Planning Time"] + found["Execution Time"])
