"""JSON with the line of every value in it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from affiche.worker.packages.findings import Finding, error, warning
from affiche.worker.packages.package import File

Path = tuple[str | int, ...]

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """`places`: path of a value → offset of its first character in `text`."""

    file: str
    text: str
    value: Any
    places: Mapping[Path, int]

    def line(self, *path: str | int) -> int:
        """Of the value at `path`; of what would hold it, where there is none."""
        while path and path not in self.places:
            path = path[:-1]
        return line_of(self.text, self.places.get(path, 0))


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def parse(file: File) -> tuple[Page | None, list[Finding]]:
    """The page, if it is JSON, and what is wrong with it as JSON."""
    if file.text is None:
        return None, [error("not_text", file.path)]
    try:
        value = json.loads(file.text, parse_constant=_refused)
    except json.JSONDecodeError as wrong:
        return None, [_broken(file.path, file.text, wrong)]
    except (RecursionError, ValueError):  # too deep, a number of too many digits, NaN
        return None, [error("json_value", file.path)]
    places, twice = _places(file.text)
    found = [
        warning("json_twice", file.path, line_of(file.text, offset), key=key)
        for key, offset in twice
    ]
    return Page(file.path, file.text, value, places), found


def _refused(name: str) -> Any:
    raise ValueError(name)


def _broken(path: str, text: str, wrong: json.JSONDecodeError) -> Finding:
    rest = text[wrong.pos :].lstrip()
    code = "json_comment" if rest.startswith(("//", "/*", "#")) else "json_broken"
    return error(code, path, wrong.lineno, column=wrong.colno)


class _Level:
    """An object or a list that the walk is inside of."""

    __slots__ = ("at", "is_object", "path", "seen", "wants_key")

    def __init__(self, path: Path, *, is_object: bool) -> None:
        self.path, self.is_object, self.wants_key = path, is_object, is_object
        self.at: str | int = 0
        self.seen: set[str] = set()


def _places(text: str) -> tuple[dict[Path, int], list[tuple[str, int]]]:
    """Where every value begins, and the keys that come twice. `text` must be JSON."""
    found: dict[Path, int] = {}
    twice: list[tuple[str, int]] = []
    levels: list[_Level] = []
    for token in _TOKEN.finditer(text):
        sign, level = token[0], levels[-1] if levels else None
        if sign in ("}", "]"):
            levels.pop()
        elif sign == "," and level:
            level.wants_key = level.is_object
            if isinstance(level.at, int):
                level.at += 1
        elif level and level.wants_key:
            level.at, level.wants_key = str(json.loads(sign)), False
            if level.at in level.seen:
                twice.append((level.at, token.start()))
            level.seen.add(level.at)
        elif sign != ":":
            path = (*level.path, level.at) if level else ()
            found[path] = token.start()
            if sign in ("{", "["):
                levels.append(_Level(path, is_object=sign == "{"))
    return found, twice
