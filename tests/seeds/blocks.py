"""The statements of the seeds, which hold `:name` where a value goes in."""

import re
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, cast

from psycopg import ClientCursor, Connection
from psycopg.rows import dict_row

FOLDER = Path(__file__).with_name("statements")
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


@cache
def blocks(seed: str) -> dict[str, LiteralString]:
    """By name, with psycopg's placeholders."""
    parts = _NAME.split((FOLDER / f"{seed}.sql").read_text(encoding="utf-8"))[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    assert len(found) * 2 == len(parts), f"{seed}.sql names a statement twice"
    texts = {name: _PARAMETER.sub(r"%(\1)s", text.strip()) for name, text in found.items()}
    return cast(dict[str, LiteralString], texts)


def run(connection: Connection[Any], name: str, **params: object) -> list[dict[str, Any]]:
    """Run `seed_000.next_job`, values written into the text as the seeds' own tools do."""
    seed, block = name.split(".")
    cursor = ClientCursor(connection, row_factory=dict_row)
    cursor.execute(blocks(seed)[block], params or None)
    return cursor.fetchall() if cursor.description else []
