"""One picture as every engine can take it: upright, 8-bit sRGB, one frame, no metadata."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import pyvips

from affiche.pictures.containers import gif, jpeg, png, webp
from affiche.pictures.containers.kept import Kept
from affiche.pictures.kinds import KINDS, Kind
from affiche.pictures.loaders import broken, field, load, shown
from affiche.pictures.verification import Verified

_STRIPPED: Final[dict[Kind, Callable[[bytes], bytes]]] = {
    "jpeg": jpeg.stripped,
    "png": png.stripped,
    "webp": webp.stripped,
    "gif": gif.stripped,
}
# What every engine reads as it is, and how it becomes pixels alone: what the decoder did not take
# for a profile is none.
_PLAIN: Final[dict[Kind, Callable[[bytes], bytes]]] = {
    "jpeg": partial(jpeg.stripped, keep=Kept.NOTHING),
    "png": partial(png.stripped, keep=Kept.NOTHING),
    "webp": partial(webp.stripped, keep=Kept.NOTHING),
}
_LOSSLESS: Final[frozenset[Kind]] = frozenset({"png", "gif", "tiff"})
# Past this a PNG of a photograph is too slow to send for what it keeps.
_LARGEST_PNG: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Normalised:
    data: bytes
    media_type: str
    width: int
    height: int


def normalise(data: bytes, verified: Verified) -> Normalised:
    """What goes to an engine; `verified` is what `verify` said of the same bytes.

    Bytes that need no change of pixels lose their metadata and are otherwise the same. Else the
    picture is coded anew: PNG where it has alpha or came from a lossless kind, JPEG (quality 95,
    full colour) where it did not or is larger than 4 megapixels. Raises PictureBroken,
    PictureTooSlow.
    """
    if verified.plain and verified.kind in _PLAIN:
        return _bare(_PLAIN[verified.kind](data), verified)
    try:
        image = as_srgb(load(shown(data, verified.kind), verified.kind))
        if verified.orientation != 1:
            # A turn needs the whole picture at hand: after it was made 8-bit, not before.
            image = image.copy_memory().autorot()
        return _coded(image, verified.kind)
    except pyvips.Error as error:
        raise broken(error) from error


def without_metadata(data: bytes, verified: Verified) -> Normalised:
    """An output as it is stored: pixel for pixel the engine's, without prompts and places.

    PNG, JPEG, WebP and GIF that stand upright keep their pixels' bytes and their frames; all else
    is normalised. Raises PictureBroken, PictureTooSlow.
    """
    if verified.kind in _STRIPPED and verified.orientation == 1:
        return _bare(_STRIPPED[verified.kind](data), verified)
    return normalise(data, verified)


def _bare(bare: bytes, verified: Verified) -> Normalised:
    return Normalised(bare, verified.media_type, verified.width, verified.height)


def as_srgb(image: pyvips.Image) -> pyvips.Image:
    is_cmyk = image.interpretation == "cmyk"
    if field(image, "icc-profile-data") is not None or is_cmyk:
        fallback = "cmyk" if is_cmyk else "srgb"
        image = image.icc_transform(
            "srgb", embedded=True, input_profile=fallback, intent="relative", depth=8
        )
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    return image if image.format == "uchar" else image.cast("uchar")


def _coded(image: pyvips.Image, kind: Kind) -> Normalised:
    small = image.width * image.height <= _LARGEST_PNG
    if image.hasalpha() or (kind in _LOSSLESS and small):
        coded = image.pngsave_buffer(compression=2, keep=pyvips.ForeignKeep.NONE)
        return Normalised(coded, KINDS["png"].media_type, image.width, image.height)
    coded = image.jpegsave_buffer(Q=95, subsample_mode="off", keep=pyvips.ForeignKeep.NONE)
    return Normalised(coded, KINDS["jpeg"].media_type, image.width, image.height)
