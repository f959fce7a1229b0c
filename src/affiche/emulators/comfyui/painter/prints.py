"""Printed matter that a prompt asks for: a magazine's cover, or a print in a clear envelope."""

import re
from dataclasses import dataclass
from typing import Final

from affiche.emulators.comfyui.painter.words import named

_QUOTED: Final = re.compile(r"\"([^\"]*)\"|“([^”]*)”|「([^」]*)」")


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on it; `scene` is the prompt without the words that are only to be set."""

    masthead: str
    headline: str
    lines: tuple[str, ...]
    scene: str


@dataclass(frozen=True, slots=True)
class Envelope:
    frosted: bool
    zipped: bool


def read(prompt: str) -> Cover | Envelope | None:
    """A cover is asked for by its name and by words in quotes: the first is the masthead, the
    second the headline, the rest smaller lines. An envelope is asked for as a transparent one."""
    asked = named(prompt, "prints")
    if {"envelope", "clear"} <= asked:
        return Envelope("frosted" in asked, "zip" in asked)
    quoted = [found[found.lastindex or 0] for found in _QUOTED.finditer(prompt)]
    if not {"magazine", "cover"} <= asked or not quoted:
        return None
    masthead, headline, *rest = [*quoted, ""]
    lines = tuple(line for text in rest for line in map(_plain, text.splitlines()) if line)
    return Cover(_plain(masthead), _plain(headline), lines, _QUOTED.sub(" ", prompt))


def _plain(text: str) -> str:
    return " ".join(text.split())
