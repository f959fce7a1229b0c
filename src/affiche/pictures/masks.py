"""Masks in pixels: read, laid on their picture, made soft; and a picture put together under one.

What is decided is in `affiche.domain.masks`. All of it is CPU work; call it through `in_thread` or
`timed`. Besides what decoders hold, a mask costs four bytes for each pixel of its picture; the
pictures themselves go by in strips.
"""

import math
from dataclasses import dataclass
from typing import Final

import pyvips

from affiche.domain import masks
from affiche.domain.masks import FULL, Kept
from affiche.errors import PictureBroken
from affiche.pictures import decodings
from affiche.pictures.canvases import Canvas, canvas, painted_over
from affiche.pictures.kinds import KINDS, sniff
from affiche.pictures.loaders import broken, load, shown
from affiche.pictures.normalisation import Normalised

# Luma of sRGB as it is stored (Rec. 709): what a person takes for white and black.
_LUMA: Final = (0.2126, 0.7152, 0.0722)
# A wider edge is worked out on a smaller mask, so that it costs no more than this many rounds.
_ROUNDS: Final = 16
# A pipeline of more rounds reads its first picture ever more often.
_AT_ONCE: Final = 4
_BYTES: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """On its picture: one band, 8 bit, as large as the target, 255 where it covers and else 0."""

    image: pyvips.Image

    @property
    def size(self) -> masks.Size:
        return self.image.width, self.image.height


def laid(data: bytes, target: masks.Size) -> Mask:
    """The mask in the picture `data`, at the size of its target, where it is to lie.

    Of an animation the first frame counts. Raises MaskMisfit, MaskEmpty, MaskFull, PictureBroken,
    PictureTooSlow.
    """
    width, height = target
    decodings.await_turn(_BYTES * width * height)
    try:
        image = _opened(data)
        masks.check_size((image.width, image.height), target)
        covered = _is(_values(image, data), "moreeq", masks.THRESHOLD).copy_memory()
        if (covered.width, covered.height) != target:
            across, down = width / covered.width, height / covered.height
            scaled = covered.resize(across, vscale=down, kernel="linear")
            if (scaled.width, scaled.height) != target:
                scaled = scaled.gravity("north-west", width, height, extend="copy")
            covered = _is(scaled, "moreeq", masks.THRESHOLD).copy_memory()
        total = width * height
        masks.check_cover(round(covered.avg() * total / FULL), total)
    except pyvips.Error as error:
        raise broken(error) from error
    return Mask(covered)


def sent(mask: Mask) -> Normalised:
    """The mask for an engine: a PNG that reads the same whatever a graph takes of it. It is white
    and transparent where it covers, black and opaque where it does not, so that red, green, blue
    and 1 - alpha are the same."""
    image = mask.image
    made = image.bandjoin(image).bandjoin(image).bandjoin(image.invert())
    made = made.copy(interpretation="srgb")
    coded = made.pngsave_buffer(compression=6, keep=pyvips.ForeignKeep.NONE)
    return Normalised(coded, KINDS["png"].media_type, image.width, image.height)


def softened(mask: Mask, feather: int) -> tuple[pyvips.Image, int]:
    """How much of the engine's picture is seen in each pixel, 0 to 255, and the feather as it was
    used.

    The edge lies within what the mask covers, so that outside there is always 0. It rises by the
    distance from what is kept, counted as an octagon, and is never broader than half of what the
    mask is at its broadest. The picture's own border is no edge.
    """
    image = mask.image
    if feather == 0:
        return image, 0
    left, top, width, height = _box(image)
    part = image.crop(left, top, width, height)
    depth = _depth(part, min(feather, _ROUNDS))
    deepest = _most(depth)
    coarse = None
    if feather > _ROUNDS and deepest > _ROUNDS:
        by = math.ceil(feather / _ROUNDS)
        cells = _depth(_smaller(part, by), math.ceil(feather / by))
        deepest = min(feather + 1, max(deepest, _within(_most(cells), by)))
        coarse = _larger(_risen(cells, deepest, by), width, height)
    soft = _risen(depth, deepest)
    if coarse is not None:
        soft = _of(soft, "more", coarse).ifthenelse(soft, coarse)
    inside = _is(part, "equal", 0).ifthenelse(0, soft).cast("uchar")
    whole = pyvips.Image.black(image.width, image.height).insert(inside, left, top)
    return whole.copy_memory(), min(feather, deepest - 1)


def composited(target: bytes, result: bytes, mask: Mask, feather: int) -> tuple[Normalised, int]:
    """The target with the engine's picture under the mask, as PNG, and the feather as used.

    `out = round((target * (255 - w) + result * w) / 255)` in each colour, with w of `softened`
    times the result's alpha, where it has one. So with w = 0 it is the target's own pixel. Size,
    alpha, depth and colour profile are the target's; the result is fitted to them
    (`affiche.pictures.canvases`). Raises PictureBroken, PictureTooSlow.
    """
    try:
        weights, used = softened(mask, feather)
        ground = _ground(target, mask)
        made = painted_over(ground, _opened(result), weights)
        coded = made.pngsave_buffer(compression=2, filter=_UP, keep=pyvips.ForeignKeep.ICC)
    except pyvips.Error as error:
        raise broken(error) from error
    return Normalised(coded, KINDS["png"].media_type, *mask.size), used


def held(target: bytes, stored: bytes, mask: Mask, feather: int) -> Kept:
    """What became of the promise, from the bytes that were stored: both pictures are decoded anew
    and compared where the mask does not cover. Raises PictureBroken, PictureTooSlow."""
    total = mask.image.width * mask.image.height
    try:
        outside = mask.image.invert()
        count = round(outside.avg() * total / FULL)
        before, after = _ground(target, mask), canvas(_opened(stored))
        if not before.is_like(after):
            return Kept(count, count, feather)
        changed = _of(before.image, "noteq", after.image).bandor() & outside
        return Kept(count, round(changed.avg() * total / FULL), feather)
    except pyvips.Error as error:
        raise broken(error) from error


# Rows are coded by what differs from the row above: small files of photographs, at little cost.
_UP: Final = 0x20


def _ground(target: bytes, mask: Mask) -> Canvas:
    found = canvas(_opened(target))
    if (found.image.width, found.image.height) != mask.size:
        raise PictureBroken(detail="the target has another size than its mask was made for")
    return found


def _opened(data: bytes) -> pyvips.Image:
    kind = sniff(data)
    if kind is None:
        raise PictureBroken(detail="not a kind that can be read")
    return load(shown(data, kind), kind)


def _values(image: pyvips.Image, data: bytes) -> pyvips.Image:
    """One band, 0 to 255: how much is to be painted anew."""
    seen = canvas(image).image
    if seen.format != "uchar":
        seen = (seen >> 8).cast("uchar")
    least = None
    if seen.bands == 4:
        # A second reading, since the first is of strips that are gone once they were looked at.
        least = FULL - _most(canvas(_opened(data)).image[3].cast("uchar").invert())
    if masks.reading(least) == "alpha":
        return seen[3].invert()
    red, green, blue = (seen[band] * share for band, share in enumerate(_LUMA))
    return (red + green + blue).rint().cast("uchar")


def _box(image: pyvips.Image) -> tuple[int, int, int, int]:
    """Left, top, width and height of what is covered, and one pixel more where there is one."""
    left, top, width, height = image.find_trim(background=[0], threshold=FULL // 2, line_art=True)
    right, bottom = min(image.width, left + width + 1), min(image.height, top + height + 1)
    left, top = max(0, left - 1), max(0, top - 1)
    return left, top, right - left, bottom - top


def _smaller(image: pyvips.Image, by: int) -> pyvips.Image:
    """Cells of `by` pixels a side, covered where all of their pixels are."""
    return _is(image.shrink(by, by, ceil=True), "equal", FULL).copy_memory()


def _larger(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    larger = image.resize(width / image.width, vscale=height / image.height, kernel="linear")
    return larger.gravity("north-west", width, height, extend="copy").copy_memory()


def _risen(depth: pyvips.Image, deepest: int, by: int = 1) -> pyvips.Image:
    """The weights of depths, which are counted in cells of `by` pixels."""
    levels = (0 if level == 0 else _within(level, by) for level in range(256))
    rise = pyvips.Image.new_from_array([[masks.weight(each, deepest) for each in levels]])
    return depth.maplut(rise.cast("uchar"))


def _within(level: int, by: int) -> int:
    """How many pixels deep the middle of a cell lies."""
    return level if by == 1 else round((level - 0.5) * by)


def _depth(image: pyvips.Image, most: int) -> pyvips.Image:
    """How many pixels deep in the mask each is, from 1 at its edge to `most` + 1."""
    left, depth = image, image & 1
    for turn in range(most):
        left = _eroded(left, turn)
        depth = (depth + (left & 1)).cast("uchar")
        if turn % _AT_ONCE == _AT_ONCE - 1:
            left, depth = left.copy_memory(), depth.copy_memory()
            if _most(left) == 0:
                break
    return depth.copy_memory()


def _eroded(image: pyvips.Image, turn: int) -> pyvips.Image:
    """Its outermost pixels taken off, in turns by the sides and by the corners as well."""
    width, height = image.width, image.height
    wide = image.embed(1, 1, width + 2, height + 2, extend="copy")
    shape = pyvips.Image.new_from_array(_SIDES if turn % 2 == 0 else _CORNERS)
    return wide.morph(shape, "erode").crop(1, 1, width, height)


# 255: has to be covered, 128: need not be.
_SIDES: Final = [[128, 255, 128], [255, 255, 255], [128, 255, 128]]
_CORNERS: Final = [[255, 255, 255]] * 3


def _most(image: pyvips.Image) -> int:
    found = image.max()
    assert isinstance(found, float)
    return int(found)


def _is(image: pyvips.Image, what: str, value: int) -> pyvips.Image:
    return image.relational_const(what, [value])


def _of(image: pyvips.Image, what: str, other: pyvips.Image) -> pyvips.Image:
    return image.relational(other, what)
