"""Is this a picture, which one, and can it be read to its end?"""

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
from affiche.pictures import costs, decodings
from affiche.pictures.containers import gif, png, tiff
from affiche.pictures.containers.kept import count
from affiche.pictures.kinds import ALL, KINDS, Kind, foreign, sniff
from affiche.pictures.loaders import broken, field, load, shown
from affiche.pictures.thumbnails import Thumbnail, shrunk

_ANIMATED: Final[frozenset[Kind]] = frozenset({"gif", "webp", "png"})
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

    @property
    def memory(self) -> int:
        """Bytes: the most by which the process grows while one picture is verified and made plain.

        In MB, 96 + 8 x megabytes + 16 x megapixels: 1,056 for the defaults, and a few for an
        ordinary picture. Whatever would need more is refused by what its header says.
        """
        return 96 * 2**20 + 8 * self.bytes + costs.MOST_PER_PIXEL * self.pixels


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

    The first page of a TIFF and the primary image of an AVIF count; of a GIF, WebP or PNG every
    frame. Raises PictureEmpty, PictureTooLarge, PictureTypeRefused, PictureTooManyPixels,
    PictureTooManyFrames, PictureBroken, PictureTooSlow.
    """
    image, verified = _opened(data, limits, accept)
    try:
        _drain(image)
        _read_frames(data, verified)
    except pyvips.Error as error:
        raise broken(error) from error
    return verified


def inspect(
    data: bytes, limits: Limits, accept: frozenset[Kind] | None = None, *, size: int = 512
) -> tuple[Verified, Thumbnail]:
    """`verify` and a thumbnail of the first frame out of one decoding; raises as `verify` does."""
    image, verified = _opened(data, limits, accept)
    try:
        small = shrunk(image, size)
        _read_frames(data, verified)
    except pyvips.Error as error:
        raise broken(error) from error
    return verified, small


def _opened(
    data: bytes, limits: Limits, accept: frozenset[Kind] | None
) -> tuple[pyvips.Image, Verified]:
    kind = _kind(data, limits, ALL if accept is None else accept)
    _check_count(data, kind, limits)
    image = load(shown(data, kind), kind)
    verified = _described(image, kind, data)
    _check(verified, limits)
    if image.bands > _MOST_BANDS:
        raise PictureBroken(detail=f"{image.bands} bands")
    _afford(image, verified, limits)
    return image, verified


def _read_frames(data: bytes, verified: Verified) -> None:
    """All of them, to their end."""
    if verified.pages == 1 or verified.kind not in _ANIMATED:
        return
    if verified.kind == "png":
        shared, frames = png.frames(data)
        for frame in frames:
            _drain(load(frame.png(shared), "png"))
    else:
        _drain(load(shown(data, verified.kind), verified.kind, n=-1))


def _drain(image: pyvips.Image) -> None:
    """Read to the last pixel. As bytes, because of what is no number there is no average."""
    image.cast("uchar").avg()


def _check_count(data: bytes, kind: Kind, limits: Limits) -> None:
    """Before a decoder goes through all of them to say how many they are."""
    if kind == "gif" and (frames := gif.frames(data)) > limits.frames:
        raise _too_many(frames, *gif.canvas(data), limits)
    if kind == "tiff":
        count(tiff.pages(data, limits.frames), limits.frames, "TIFF pages")


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


def _described(image: pyvips.Image, kind: Kind, data: bytes) -> Verified:
    pages = (len(png.frames(data)[1]) if kind == "png" else field(image, "n-pages")) or 1
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
        raise _too_many(verified.pages, verified.width, verified.height, limits)


def _too_many(frames: int, width: int, height: int, limits: Limits) -> PictureTooManyFrames:
    return PictureTooManyFrames(frames=frames, width=width, height=height, limit=limits.megapixels)


def _afford(image: pyvips.Image, verified: Verified, limits: Limits) -> None:
    """Refuse what would need more than `limits.memory`, and let the large ones wait their turn."""
    pixels, cost = verified.width * verified.height, costs.per_pixel(image, verified)
    if pixels * cost > limits.pixels * costs.MOST_PER_PIXEL:
        raise PictureTooManyPixels(
            width=verified.width,
            height=verified.height,
            limit=int(limits.megapixels * costs.MOST_PER_PIXEL / cost),
        )
    frames = verified.pages if verified.kind in _ANIMATED else 1
    decodings.await_turn(int(pixels * frames * cost))
