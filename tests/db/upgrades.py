"""A database of an earlier release in this server, as if its processes had ended a moment ago."""

from pathlib import Path
from typing import Any

import psycopg
import pyvips
from psycopg import Connection, sql
from psycopg.rows import dict_row
from tests.support.databases import Cluster

from affiche.storage.objects import Objects

FOLDER = Path(__file__).parent / "releases"
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.sql"))
Rows = dict[str, list[dict[str, Any]]]


def restore(cluster: Cluster, version: str) -> str:
    """The name of a new database that holds what the release left."""
    name = cluster.create()
    text = (FOLDER / f"{version}.sql").read_text(encoding="utf-8")
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as connection:
        connection.execute("SET check_function_bodies = off")
        connection.execute(text)  # type: ignore[call-overload]
    return name


def make_present(connection: Connection[Any]) -> None:
    """Move every time stamp, so that the last thing that happened was a second ago.

    As superuser: nobody else may leave out triggers.
    """
    connection.execute("SET session_replication_role = replica")
    row = connection.execute(
        "SELECT clock_timestamp() - interval '1 second' - max(created_at) FROM events"
    ).fetchone()
    columns = connection.execute(
        "SELECT table_schema, table_name, array_agg(column_name::text)"
        " FROM information_schema.columns JOIN information_schema.tables"
        "   USING (table_schema, table_name)"
        " WHERE table_schema IN ('public', 'pgqueuer') AND table_type = 'BASE TABLE'"
        " AND data_type = 'timestamp with time zone' GROUP BY 1, 2"
    ).fetchall()
    for schema, table, names in columns:
        moved = sql.SQL(", ").join(
            sql.SQL("{0} = {0} + %(by)s").format(sql.Identifier(each)) for each in names
        )
        update = sql.SQL("UPDATE {} SET {}").format(sql.Identifier(schema, table), moved)
        connection.execute(update, {"by": row and row[0]})
    connection.execute("RESET session_replication_role")


def rows(connection: Connection[Any]) -> Rows:
    """Everything in `public`, by table, in the order of its key."""
    keys = connection.execute(
        "SELECT relname::text, array_agg(attname::text ORDER BY attnum) FROM pg_class"
        " JOIN pg_index ON indrelid = pg_class.oid AND indisprimary"
        " JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = ANY (indkey)"
        " WHERE relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1"
    ).fetchall()
    with connection.cursor(row_factory=dict_row) as cursor:
        return {
            name: cursor.execute(
                sql.SQL("SELECT * FROM {} ORDER BY {}").format(
                    sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
                )
            ).fetchall()
            for name, columns in keys
        }


async def paint(connection: Connection[Any], objects: Objects, engine: Path) -> None:
    """A plain picture, as large and as long as its row says, for every file: the dump has none.

    And in the `engine`'s folder every output that is still to be fetched from there.
    """
    found = connection.execute(
        "SELECT bucket_id, object_key, thumbnail_key, mime_type, width, height, file_size"
        " FROM files"
    ).fetchall()
    for bucket, key, thumbnail, kind, width, height, size in found:
        blank = pyvips.Image.black(width, height, bands=3).linear([1], [200, 90, 40])
        picture = blank.cast("uchar").copy(interpretation="srgb")
        ending = "." + kind.removeprefix("image/").replace("jpeg", "jpg")
        data = bytes(picture.write_to_buffer(ending)).ljust(size, b"\0")
        assert len(data) == size
        await objects.put(bucket, key, data, kind)
        small = bytes(picture.thumbnail_image(16).write_to_buffer(".webp"))
        await objects.put("thumbs", thumbnail, small, "image/webp")
    outputs = connection.execute(
        "SELECT outputs FROM generation_jobs WHERE outputs IS NOT NULL AND status = 'processing'"
    ).fetchall()
    for output in (each for (held,) in outputs for each in held):
        ref = output["ref"]
        path = engine / ref["type"] / ref["subfolder"] / ref["filename"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture.write_to_buffer(".png"))
