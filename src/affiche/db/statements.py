"""Named SQL: `sql/<noun>.sql` holds blocks that begin with `-- name: <name>`."""

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statement(name: str) -> LiteralString:
    """The text of `noun.name`; raises KeyError for one that no file holds."""
    noun, block = name.split(".", 1)
    return _page(noun)[block]


def names() -> list[str]:
    """Every statement as `noun.name`, sorted."""
    pages = (p.name.removesuffix(".sql") for p in files("affiche.db").joinpath("sql").iterdir())
    return sorted(f"{noun}.{name}" for noun in pages for name in _page(noun))


@cache
def _page(noun: str) -> dict[str, LiteralString]:
    text = files("affiche.db").joinpath("sql", f"{noun}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    blocks = {n: s.strip() for n, s in zip(parts[::2], parts[1::2], strict=True)}
    if len(blocks) * 2 != len(parts):
        raise KeyError(f"{noun}.sql names a statement twice")
    # The files are part of the program, so their text is as good as a literal.
    return cast(dict[str, LiteralString], blocks)
