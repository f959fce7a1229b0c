"""What a case of the corpus is, and what can come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
WEBP: Final = "image/webp"
MARK: Final = b"SECRET"
"""Stands wherever something must not survive; a place, a prompt, a page of another kind."""


@dataclass(frozen=True)
class Fine:
    """Accepted: as it is kept, in pixels."""

    width: int
    height: int
    media_type: str


@dataclass(frozen=True)
class Refused:
    code: str


@dataclass(frozen=True)
class Either:
    """A single bit may do no harm, or any; but nothing else than a refusal comes of it."""

    codes: frozenset[str] = frozenset(
        {"picture_broken", "picture_type", "picture_unknown", "picture_too_many_pixels"}
        | {"picture_too_many_frames"}
    )


@dataclass(frozen=True)
class Case:
    """`make` gives the bytes, the same at every call."""

    make: Callable[[], bytes]
    outcome: Fine | Refused | Either


BROKEN: Final = Refused("picture_broken")
TYPE: Final = Refused("picture_type")
UNKNOWN: Final = Refused("picture_unknown")
PIXELS: Final = Refused("picture_too_many_pixels")
FRAMES: Final = Refused("picture_too_many_frames")
EITHER: Final = Either()
