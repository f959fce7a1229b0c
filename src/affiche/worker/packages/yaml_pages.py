"""extra_model_paths.yaml: sections of `folder: path`, as ComfyUI reads them, with their lines.

No YAML library is among what Affiche installs, and this file is two levels of plain text, so this
reads just that. Anything else that YAML can say is named with its line rather than guessed at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_PAIR: Final = re.compile(r"([\w.-]+)[ \t]*:(?:[ \t]+(.*))?")
_BLOCK: Final = re.compile(r"[|>][+-]?")
_MORE_THAN_PLAIN: Final = tuple("[]{}&*!@`%|>\"',#?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder's name, or `base_path`, with the paths given for it."""

    paths: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    line: int
    entries: Mapping[str, Entry]


class NotPlain(ValueError):
    """`line`: the first that is more than sections of `folder: path`."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    indent: int
    text: str


def sections(text: str) -> list[Section]:
    """Raises NotPlain."""
    found: list[Section] = []
    lines = list(_lines(text))
    while lines:
        line = lines.pop(0)
        if line.text.startswith("#"):
            continue
        name, value = _pair(line)
        if line.indent or value:
            raise NotPlain(line.number)
        found.append(Section(name, line.number, _entries(lines)))
    return found


def _entries(lines: list[_Line]) -> dict[str, Entry]:
    """Those of one section, taken off `lines`."""
    found: dict[str, Entry] = {}
    indent = 0
    while lines and (lines[0].indent or lines[0].text.startswith("#")):
        line = lines.pop(0)
        if line.text.startswith("#"):
            continue
        indent = indent or line.indent
        key, value = _pair(line)
        if line.indent != indent or key in found:
            raise NotPlain(line.number)
        if _BLOCK.fullmatch(value):
            found[key] = Entry(tuple(_block(lines, indent)), line.number)
        else:
            found[key] = Entry((_scalar(value, line),) if value else (), line.number)
    return found


def _block(lines: list[_Line], indent: int) -> Iterator[str]:
    """The lines of a text block, which is what stands deeper; `#` is no comment in it."""
    while lines and lines[0].indent > indent:
        yield lines.pop(0).text


def _pair(line: _Line) -> tuple[str, str]:
    pair = _PAIR.fullmatch(line.text)
    if not pair:
        raise NotPlain(line.number)
    value = pair[2] or ""
    # A comment behind a value begins with a space and the sign.
    return pair[1], re.split(r"(?:^|[ \t])#", value, maxsplit=1)[0].strip()


def _scalar(value: str, line: _Line) -> str:
    if found := re.fullmatch(r"\"([^\"\\]*)\"|'([^']*)'", value):
        return found[1] or found[2] or ""
    if value.startswith(_MORE_THAN_PLAIN) or ": " in value or value.endswith(":"):
        raise NotPlain(line.number)
    return value


def _lines(text: str) -> Iterator[_Line]:
    for number, raw in enumerate(text.split("\n"), 1):
        plain = raw.strip()
        if "\t" in raw[: len(raw) - len(raw.lstrip())]:
            raise NotPlain(number)
        if plain:
            yield _Line(number, len(raw) - len(raw.lstrip(" ")), plain)
