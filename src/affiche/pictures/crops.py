"""Squares cut out of pictures."""

from dataclasses import dataclass
from typing import Final

import pyvips

from affiche.errors import PictureBroken
from affiche.pictures.kinds import sniff
from affiche.pictures.loaders import broken, load, shown
from affiche.pictures.normalisation import as_srgb

LARGEST: Final = 1024


@dataclass(frozen=True, slots=True)
class Square:
    """`size`: its side as a share of the picture's shorter one, more than 0 and at most 1; `across`
    and `down`: where it lies in the room that is left beside it, from 0 to 1."""

    size: float = 1.0
    across: float = 0.5
    down: float = 0.5

    def box(self, width: int, height: int) -> tuple[int, int, int]:
        """Left, top and side, in pixels of a picture of that size; it lies within."""
        side = max(1, min(round(self.size * min(width, height)), width, height))
        return round(self.across * (width - side)), round(self.down * (height - side)), side


def cut(data: bytes, square: Square) -> bytes:
    """That part of a picture that was verified, at most 1024 pixels a side, as JPEG, or as PNG if
    something shows through it. Raises PictureBroken, PictureTooSlow."""
    kind = sniff(data)
    if kind is None:
        raise PictureBroken(detail="not a kind that can be read")
    try:
        image = as_srgb(load(shown(data, kind), kind)).copy_memory().autorot()
        left, top, side = square.box(image.width, image.height)
        part = image.crop(left, top, side, side)
        if side > LARGEST:
            part = part.thumbnail_image(LARGEST)
        if part.hasalpha():
            return bytes(part.pngsave_buffer(compression=4, keep=pyvips.ForeignKeep.NONE))
        return bytes(part.jpegsave_buffer(Q=92, keep=pyvips.ForeignKeep.NONE))
    except pyvips.Error as error:
        raise broken(error) from error
