"""What the tables hold."""

from typing import Any

from psycopg import Connection


def columns(service: Connection[Any], table: str) -> set[tuple[str, str]]:
    """Name and type of each column."""
    rows = service.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s",
        (table,),
    ).fetchall()
    return {(name, kind) for name, kind in rows}
