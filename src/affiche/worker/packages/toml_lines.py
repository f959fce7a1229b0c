"""In which line of a TOML text a value is."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

Path = tuple[str | int, ...]

_ABSENT: Final = object()


def line_of(text: str, path: Path) -> int:
    """The line of the value at `path` in `text`, which must be TOML; of the first value in it for
    a table or list, of the nearest one around where there is none.

    The library tells no places, so each place that could be the value's is changed in turn, and
    the one that changes what is read at `path` is the value's.
    """
    whole = tomllib.loads(text)
    while True:
        for leaf in _leaves(_at(whole, path), path):
            if (offset := _offset(text, leaf, _at(whole, leaf))) is not None:
                return text.count("\n", 0, offset) + 1
        if not path:
            return 1
        path = path[:-1]


def path_of(where: str) -> Path:
    """`stages[0].bindings[2].node` as a path."""
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", where)
    return tuple(int(part[1:-1]) if part.startswith("[") else part for part in parts)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return value


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _leaves(inner, (*path, at))
    elif value is not _ABSENT:
        yield path


def _offset(text: str, path: Path, value: Any) -> int | None:
    if isinstance(value, str):
        written, other = rf"([\"']){re.escape(value)}\1", '"\ue000"'
    elif isinstance(value, bool):
        written, other = rf"\b{str(value).lower()}\b", str(not value).lower()
    elif isinstance(value, int):
        written, other = rf"(?<![\w.]){value}(?![\w.])", str(value + 1)
    else:
        return None
    for found in re.finditer(written, text):
        changed = text[: found.start()] + other + text[found.end() :]
        try:
            if _at(tomllib.loads(changed), path) not in (value, _ABSENT):
                return found.start()
        except tomllib.TOMLDecodeError:
            continue
    return None
