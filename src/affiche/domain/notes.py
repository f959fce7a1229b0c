"""What a picture from here says of itself: the settings that it was made with. Pure.

A note is JSON in ASCII, so that it fits every container's text. Whoever reads one knows nothing of
who wrote it: it is taken apart within bounds, and its values go through a form's checks as if
somebody had typed them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from affiche.domain.fields import MAX_TEXT

KEYWORD: Final = "affiche"
"""Under which a picture's texts hold the note."""
LONGEST: Final = 256 * 1024
"""Characters of a note."""
_VERSION: Final = 1
_MOST: Final = 100
_LONGEST_NAME: Final = 200
_LARGEST: Final = 2**53 - 1
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Note:
    """`work`: its id where it was made; `inputs` by request key, pictures by the ids of files."""

    template: str
    inputs: Mapping[str, Value] = field(default_factory=dict)
    work: UUID | None = None
    version: int | None = None
    engine: str = ""

    @property
    def prompt(self) -> str:
        return str(self.inputs.get("prompt", ""))

    @property
    def seed(self) -> int | None:
        given = self.inputs.get("seed")
        return given if isinstance(given, int) and not isinstance(given, bool) else None


def written(note: Note) -> str:
    """The note as JSON."""
    told = {
        KEYWORD: _VERSION,
        "template": note.template,
        "version": note.version,
        "work": str(note.work) if note.work else None,
        "engine": note.engine or None,
        "inputs": dict(note.inputs),
    }
    return json.dumps({name: value for name, value in told.items() if value is not None})


def read(text: str) -> Note | None:
    """The note in `text`, whatever it is; None if there is none. Values that no form takes are left
    out."""
    told = _table(text)
    if told is None or told.get(KEYWORD) != _VERSION:
        return None
    template, inputs = _line(told.get("template")), told.get("inputs")
    if not template or not isinstance(inputs, dict):
        return None
    version = told.get("version")
    return Note(
        template=template,
        inputs=values(inputs),
        work=_id(told.get("work")),
        version=version if _is_whole(version) else None,
        engine=_line(told.get("engine")),
    )


def values(inputs: Mapping[Any, Any]) -> dict[str, Value]:
    """Of `inputs` what a form could have sent."""
    found: dict[str, Value] = {}
    for name, value in inputs.items():
        if len(found) == _MOST:
            break
        if isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and _fits(value):
            found[name] = value
    return found


def _fits(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and "\0" not in value and _is_text(value)
    if isinstance(value, bool) or _is_whole(value):
        return True
    # What is no number is not equal to itself; what is infinite is not within.
    return isinstance(value, float) and abs(value) <= _LARGEST


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_text(value: str) -> bool:
    """Half of a surrogate pair, which JSON can say, is none."""
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _line(value: object) -> str:
    """A short text, or "" for anything else."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST_NAME
    return value if is_short and isinstance(value, str) and _is_text(value) else ""


def _id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _table(text: str) -> dict[str, Any] | None:
    if len(text) > LONGEST:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
