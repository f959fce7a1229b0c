"""Reading definitions (form fields, templates) strictly: every key known, every type right.

A reader is a function of a value and the path of its key; it returns the value, typed, or raises
`DefinitionInvalid`. `Table` hands each key to a reader and in the end names the keys that nobody
asked for, so that a misspelt key is an error and never a setting without effect.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from affiche.domain.wording import Text

T = TypeVar("T")
Reader = Callable[[object, str], T]


class DefinitionInvalid(ValueError):
    """`where`: the path of the key, such as `fields[2].step`; `reason`: one English line."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}" if where else reason)


class Table:
    """A mapping read key by key; `close` refuses whatever is left."""

    def __init__(self, data: object, where: str = "") -> None:
        if not isinstance(data, Mapping):
            raise DefinitionInvalid(where, "must be a table of keys and values")
        self._left = {str(key): value for key, value in data.items()}
        self.where = where

    def path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def need(self, key: str, read: Reader[T]) -> T:
        if self._left.get(key) is None:
            raise DefinitionInvalid(self.path(key), "is missing")
        return read(self._left.pop(key), self.path(key))

    def maybe(self, key: str, read: Reader[T]) -> T | None:
        value = self._left.pop(key, None)
        return None if value is None else read(value, self.path(key))

    def fallback(self, key: str, read: Reader[T], otherwise: T) -> T:
        found = self.maybe(key, read)
        return otherwise if found is None else found

    def wrong(self, key: str, reason: str) -> DefinitionInvalid:
        return DefinitionInvalid(self.path(key), reason)

    def close(self, reason: str = "is not a key that is known here") -> None:
        for key in self._left:
            raise self.wrong(key, reason)


def string(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DefinitionInvalid(where, "must be text that is not empty")
    return value


def boolean(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise DefinitionInvalid(where, "must be true or false")
    return value


def number(value: object, where: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DefinitionInvalid(where, "must be a number")
    return value


def whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DefinitionInvalid(where, "must be a whole number")
    return value


def positive(value: object, where: str) -> int:
    if whole(value, where) < 1:
        raise DefinitionInvalid(where, "must be 1 or more")
    return whole(value, where)


def not_negative(value: object, where: str) -> int:
    if whole(value, where) < 0:
        raise DefinitionInvalid(where, "must not be negative")
    return whole(value, where)


def wording(value: object, where: str) -> Text:
    """One string for both languages, or a table with `ko` and `en`."""
    if isinstance(value, str):
        return Text(ko=string(value, where), en=value)
    table = Table(value, where)
    text = Text(ko=table.need("ko", string), en=table.need("en", string))
    table.close("is not a language that Affiche speaks (ko, en)")
    return text


def entries(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A reader of lists whose every entry `read` reads."""

    def listed(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise DefinitionInvalid(where, "must be a list")
        return tuple(read(entry, f"{where}[{at}]") for at, entry in enumerate(value))

    return listed


def matching(pattern: str, description: str) -> Reader[str]:
    """A reader of text that matches `pattern` from end to end."""
    compiled = re.compile(pattern, re.ASCII)

    def matched(value: object, where: str) -> str:
        if not compiled.fullmatch(string(value, where)):
            raise DefinitionInvalid(where, f"must be {description}")
        return string(value, where)

    return matched


def one_of(*choices: str) -> Reader[str]:
    def chosen(value: object, where: str) -> str:
        if value not in choices:
            raise DefinitionInvalid(where, f"must be one of {', '.join(choices)}")
        return str(value)

    return chosen


def mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise DefinitionInvalid(where, "must be a table of keys and values")
    return value
