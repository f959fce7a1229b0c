"""A named statement over many rows, which its callers ask for one row at a time."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from affiche.db.database import Database
from affiche.db.together import Together

T = TypeVar("T")


class Rows(Generic[T]):
    """`%(rows)s` in the statement is a JSON array of objects; `n` in each numbers it, and the
    statement returns `n` with what `kind` is made of, for every row that it touched.

    The statement commits by itself, with all its rows or none; see `Together`.
    """

    def __init__(self, database: Database, name: str, kind: type[T]) -> None:
        self._database, self._name, self._kind = database, name, kind
        self._together = Together(self._run)

    async def __call__(self, **row: Any) -> T | None:
        """What came of this row; None if it was not touched."""
        return await self._together(row)

    async def all(self, rows: Sequence[dict[str, Any]]) -> Sequence[T | None]:
        """The same for rows that are at hand already."""
        return await self._run(rows) if rows else []

    async def _run(self, rows: Sequence[dict[str, Any]]) -> Sequence[T | None]:
        numbered = [{"n": n, **row} for n, row in enumerate(rows)]
        found: list[T | None] = [None] * len(rows)
        async with self._database.singly() as service:
            text = json.dumps(numbered, default=_plain)
            for touched in await service.rows(self._name, rows=text):
                n = touched.pop("n")
                found[n] = self._kind(**touched)
        return found


def _plain(value: object) -> str:
    """As PostgreSQL reads it from a JSON string."""
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} has no place in a row")
