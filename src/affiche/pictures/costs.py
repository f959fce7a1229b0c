"""What a picture costs in memory, told from its header. Measured with libvips 8.18, not derived."""

from typing import Final, Protocol

import pyvips

from affiche.pictures.kinds import Kind
from affiche.pictures.loaders import field

MOST_PER_PIXEL: Final = 16
"""Bytes for each pixel that `Limits` allow."""
_SAMPLE: Final = {"uchar": 1, "ushort": 2, "short": 2, "uint": 4, "int": 4, "float": 4, "double": 8}


class Told(Protocol):
    """The part of `Verified` that counts here."""

    @property
    def kind(self) -> Kind: ...
    @property
    def has_alpha(self) -> bool: ...
    @property
    def orientation(self) -> int: ...
    @property
    def plain(self) -> bool: ...


def per_pixel(image: pyvips.Image, told: Told) -> float:
    """Bytes that are held at once for each pixel: by the decoder, by a turn, by coding anew."""
    if told.plain and told.kind != "avif":
        return _decoder(image, told)
    turned = image.bands if told.orientation != 1 else 0
    # Noise is as large coded as it was, and buffers grow by doubling.
    coded = 8 if told.has_alpha else 3
    return _decoder(image, told) + turned + coded


def _decoder(image: pyvips.Image, told: Told) -> float:
    """Most read a few lines at a time; these hold the whole picture."""
    sample = _SAMPLE.get(str(image.format), 8)
    match told.kind:
        case "avif":
            deep = 8 if sample > 1 else 0
            return 13 + deep + (3 if told.has_alpha else 0)
        case "webp":
            return 8.5
        case "gif":
            return 6
        case "jpeg" if field(image, "jpeg-multiscan"):
            return 2 * image.bands + 1.5
        case "png" if field(image, "interlaced"):
            return sample * image.bands + 1
        case "tiff":
            # Where it holds JPEG a strip is decoded at once, and may be the whole picture.
            return 7
    return 1
