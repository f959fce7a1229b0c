"""What may stay with the pixels when a container is stripped."""

from enum import Flag, auto
from typing import Final

from affiche.errors import PictureBroken

MOST_EXIF: Final = 2**20
"""Bytes. A camera's has a thumbnail and is below 64 KB; some programs keep whole graphs there."""


class Kept(Flag):
    """EXIF: the first block of up to 1 MiB. FRAMES: what follows a PNG's own picture (APNG); the
    frames of GIF and WebP always stay."""

    NOTHING = 0
    EXIF = auto()
    PROFILE = auto()
    FRAMES = auto()


def count(number: int, most: int, what: str) -> None:
    """Raises PictureBroken past `most`: each costs a step here and memory in a decoder."""
    if number > most:
        raise PictureBroken(detail=f"more than {most} {what}")
