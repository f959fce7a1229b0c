"""Tags of a work: short words by which people find it again. Pure."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from affiche.domain.titles import length, plain
from affiche.errors import FieldProblem

MOST: Final = 20
LONGEST: Final = 40
"""Characters of a tag, as a reader counts them."""
MOST_SIGNS: Final = 160
"""Code points of a tag: a character may be made of several, but not of any number."""


def normalised(tags: Sequence[str]) -> tuple[str, ...]:
    """Each in plain form, none empty, none twice; of two that differ in capitals the first."""
    found: dict[str, str] = {}
    for tag in tags:
        if kept := plain(tag):
            found.setdefault(kept.lower(), kept)
    return tuple(found.values())


def problems(tags: Sequence[str]) -> list[FieldProblem]:
    """What is wrong with tags in plain form, each by its place."""
    found = [
        FieldProblem(f"tags.{place}", "too_long", (("limit", LONGEST), ("length", size)))
        for place, tag in enumerate(tags)
        if (size := length(tag)) > LONGEST or len(tag) > MOST_SIGNS
    ]
    if len(tags) > MOST:
        found.append(FieldProblem("tags", "too_many", (("limit", MOST), ("count", len(tags)))))
    return found


def listed(text: str) -> tuple[str, ...]:
    """Tags as somebody types them, with commas between or a line each."""
    parts = unicodedata.normalize("NFC", text).replace("，", ",").replace("\n", ",").split(",")
    return normalised(parts)
