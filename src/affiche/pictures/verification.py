"""Is this a picture, which one, and can it be read to its end?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pyvips

from affiche.errors import (
    PictureBroken,
    PictureEmpty,
    PictureTooLarge,
    PictureTooManyFrames,
    PictureTooManyPixels,
    PictureTypeRefused,
    PictureUnknown,
)
from affiche.pictures.containers import gif, jpeg, png
from affiche.pictures.kinds import ALL, KINDS, Kind, foreign, sniff
from affiche.pictures.loaders import broken, field, load
from affiche.pictures.thumbnails import Thumbnail, shrunk

_ANIMATED: Final[frozenset[Kind]] = frozenset({"gif", "webp"})
# What libvips lets pass: a bad CRC, an animation that was cut off between two frames, a million
# comments.
_CHECKS: Final[dict[Kind, Callable[[bytes], None]]] = {
    "jpeg": jpeg.check,
    "png": png.check,
    "gif": gif.check,
}
# CMYK and alpha; a TIFF may claim 65,535.
_MOST_BANDS: Final = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """`megapixels` holds for one frame, and for all frames of an animation together."""

    megabytes: int = 20
    megapixels: int = 50
    frames: int = 1000

    @property
    def bytes(self) -> int:
        return self.megabytes * 1024 * 1024

    @property
    def pixels(self) -> int:
        return self.megapixels * 1_000_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a picture truly is. `width` and `height` are those of one frame, upright.

    `orientation` is the EXIF value 1 to 8 that was stored; `pages` counts frames or pages.
    `plain`: 8-bit sRGB without a colour profile, upright, one frame.
    """

    kind: Kind
    media_type: str
    width: int
    height: int
    has_alpha: bool
    pages: int
    orientation: int
    plain: bool


def verify(data: bytes, limits: Limits, accept: frozenset[Kind] | None = None) -> Verified:
    """Decode `data` to its end within `limits` and say what it is.

    The first page of a TIFF and the primary image of an AVIF count; of a GIF or WebP every frame.
    Raises PictureEmpty, PictureTooLarge, PictureTypeRefused, PictureTooManyPixels,
    PictureTooManyFrames, PictureBroken.
    """
    image, verified = _opened(data, limits, accept)
    try:
        image.avg()
    except pyvips.Error as error:
        raise broken(error) from error
    return verified


def inspect(
    data: bytes, limits: Limits, accept: frozenset[Kind] | None = None, *, size: int = 512
) -> tuple[Verified, Thumbnail]:
    """`verify` and a thumbnail of the first frame out of one decoding; raises as `verify` does."""
    image, verified = _opened(data, limits, accept)
    try:
        if verified.kind in _ANIMATED and verified.pages > 1:
            image.avg()
            image = load(data, verified.kind)
        return verified, shrunk(image, size)
    except pyvips.Error as error:
        raise broken(error) from error


def _opened(
    data: bytes, limits: Limits, accept: frozenset[Kind] | None
) -> tuple[pyvips.Image, Verified]:
    kind = _kind(data, limits, ALL if accept is None else accept)
    if kind in _CHECKS:
        _CHECKS[kind](data)
    first = load(data, kind)
    verified = _described(first, kind)
    _check(verified, limits)
    if first.bands > _MOST_BANDS:
        raise PictureBroken(detail=f"{first.bands} bands")
    if kind in _ANIMATED and verified.pages > 1:
        return load(data, kind, n=-1), verified
    return first, verified


def _kind(data: bytes, limits: Limits, accept: frozenset[Kind]) -> Kind:
    if not data:
        raise PictureEmpty
    if len(data) > limits.bytes:
        raise PictureTooLarge(limit=limits.megabytes)
    kind = sniff(data)
    if kind in accept:
        return kind
    accepted = ", ".join(facts.label for name, facts in KINDS.items() if name in accept)
    found = KINDS[kind].label if kind else foreign(data)
    if found is None:
        raise PictureUnknown(accepted=accepted)
    raise PictureTypeRefused(found=found, accepted=accepted)


def _described(image: pyvips.Image, kind: Kind) -> Verified:
    pages = field(image, "n-pages") or 1
    orientation = field(image, "orientation") or 1
    turned = orientation in (5, 6, 7, 8)
    return Verified(
        kind=kind,
        media_type=KINDS[kind].media_type,
        width=image.height if turned else image.width,
        height=image.width if turned else image.height,
        has_alpha=bool(image.hasalpha()),
        pages=pages,
        orientation=orientation,
        plain=(
            image.format == "uchar"
            and image.interpretation == "srgb"
            and image.bands in (3, 4)
            and field(image, "icc-profile-data") is None
            and orientation == 1
            and pages == 1
        ),
    )


def _check(verified: Verified, limits: Limits) -> None:
    pixels = verified.width * verified.height
    if pixels > limits.pixels:
        raise PictureTooManyPixels(
            width=verified.width, height=verified.height, limit=limits.megapixels
        )
    decoded = verified.pages if verified.kind in _ANIMATED else 1
    if verified.pages > limits.frames or pixels * decoded > limits.pixels:
        raise PictureTooManyFrames(
            frames=verified.pages,
            width=verified.width,
            height=verified.height,
            limit=limits.megapixels,
        )
