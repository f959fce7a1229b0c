"""Finding what a photograph is of, without understanding it.

The background is taken to be what the borders show, carried inwards; what differs from it near
the middle is the subject. First small and whole, then the edge again in full size.
"""

from dataclasses import dataclass
from typing import Any, Final

import pyvips

from affiche.emulators.comfyui.painter.canvas import Field, smooth, strip
from affiche.emulators.comfyui.painter.regions import (
    between,
    closed,
    filled,
    largest,
    numbers,
)

_SMALL: Final = 160
_BRIM: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """`mask` is 1 on the subject, in full size. The rest are shares of the picture: its middle,
    its half width, its top, and `base`, where it stands (1.0 when it leaves at the lower edge)."""

    mask: Field
    middle: float
    half: float
    top: float
    base: float


def find(photo: pyvips.Image) -> Subject | None:
    """The subject of an 8-bit sRGB photograph, or None when nothing stands out for sure."""
    side = round(min(_SMALL, max(96, 0.45 * max(photo.width, photo.height))))
    small = photo.thumbnail_image(side, height=side, size="both")
    small_lab = _felt(small).gaussblur(0.8).copy_memory()
    behind = _behind(small_lab).copy_memory()
    unlike = _nearest(small_lab, behind, 2)
    unlike = (unlike * _middle_first(small.width, small.height)).copy_memory()
    cut = _threshold(unlike)
    rough = largest(closed((unlike > cut).ifthenelse(255, 0).cast("uchar")), 0.15)
    likely = (unlike > 0.45 * cut).ifthenelse(255, 0).cast("uchar")
    if rough is None:
        return None
    joined = largest(closed(between(rough, likely)), 0.4)
    core = filled(rough if joined is None else joined)
    shape = _measured(core)
    if shape is None or not _distinct(core, unlike):
        return None
    mask = _sharpened(photo, behind, core, cut)
    return Subject(mask, *shape)


def _felt(image: pyvips.Image) -> pyvips.Image:
    """Lab with lightness weighed down and colour taken in proportion to it, so that a shadow
    looks much like what it falls on: shadows are not subjects."""
    lab = image.colourspace("lab").copy_memory()
    # 1.7 for the darkest, 0.9 for the lightest.
    scale = (lab[0] * -0.0156 + 1.625).clamp() * 0.8 + 0.9
    return (lab[0] * 0.55).bandjoin(lab[1:] * scale).copy_memory()


def _distance(one: pyvips.Image, other: pyvips.Image) -> Field:
    """How far `one` is from `other`, both felt; being darker counts for less, as shadows are."""
    off = (one - other).copy_memory()
    tone = off[0] * 0.8 + off[0].abs() * 0.2
    return (tone * tone + off[1] * off[1] + off[2] * off[2]) ** 0.5


def _behind(felt: pyvips.Image) -> pyvips.Image:
    """What would be seen if the subject were not there: rows carried in from both sides; where
    these go on as the upper edge began (a wall), columns from above too, whichever is nearer."""
    width, height = felt.width, felt.height
    left = felt.crop(0, 0, _BRIM, height).resize(1 / _BRIM, vscale=1, kernel="linear")
    right = felt.crop(width - _BRIM, 0, _BRIM, height).resize(1 / _BRIM, vscale=1, kernel="linear")
    top = felt.crop(0, 0, width, _BRIM).resize(1, vscale=1 / _BRIM, kernel="linear")
    share = strip([(x + 0.5) / width for x in range(width)]).replicate(1, height)
    rows = left.replicate(width, 1) * (share * -1 + 1) + right.replicate(width, 1) * share
    columns = top.replicate(1, height)
    rows, columns = rows.copy_memory(), columns.copy_memory()
    by_rows, by_columns = _distance(felt, rows), _distance(felt, columns)
    ends = (left + right) * 0.5
    wall = _distance(ends, ends.crop(0, 0, 1, 1).replicate(1, height)) < 12
    nearer = (by_rows < by_columns) | (wall.replicate(width, 1) == 0)
    return nearer.ifthenelse(rows, columns).gaussblur(1.2)


def _middle_first(width: int, height: int) -> Field:
    place = pyvips.Image.xyz(width, height)
    across, up = place[0] * (2 / width) - 1, (1 - place[1] * (2 / height)).clamp()
    far = (across * across + up * up * 0.6).copy_memory()
    return smooth(far, 1.4, 0.5) * 0.7 + 0.3


def _threshold(unlike: Field) -> float:
    """Otsu's cut between what is like the background and what is not; never below a notice.

    Beyond a clear difference more of it does not count, or one loud colour would hide the rest.
    """
    values = numbers(unlike.linear([2.0], [0.0], uchar=True).hist_find())
    clear = 56
    values = [*values[:clear], sum(values[clear:])]
    total, mean = sum(values), sum(i * n for i, n in enumerate(values))
    best, cut, below, below_sum = -1.0, 0, 0, 0
    for i, n in enumerate(values):
        below += n
        below_sum += i * n
        above = total - below
        if not below or not above:
            continue
        gap = below_sum / below - (mean - below_sum) / above
        score = below * above * gap * gap
        if score > best:
            best, cut = score, i
    return max(5.0, cut / 2)


def _measured(core: pyvips.Image) -> tuple[float, float, float, float] | None:
    """Middle, half width, top and base; None for what covers too little, too much, or the rim."""
    columns, rows = pyvips.Operation.call("project", core)
    across = [n / 255 for n in numbers(columns)]
    down = [n / 255 for n in numbers(rows)]
    weight = sum(across)
    share = weight / (core.width * core.height)
    if not 0.03 < share < 0.62:
        return None
    left, right = _ends(across, weight)
    top, bottom = _ends(down, weight)
    sides = (across[0] + across[-1]) / (2 * core.height)
    if sides > 0.25 or down[0] / core.width > 0.45:
        return None
    leaves = down[-1] / core.width > 0.12
    base = 1.0 if leaves else (bottom + 1) / core.height
    middle = (left + right + 1) / 2 / core.width
    return middle, (right - left + 1) / 2 / core.width, top / core.height, base


def _distinct(core: pyvips.Image, unlike: Field) -> bool:
    """Whether it differs far more than the rest does, and is of one piece rather than ragged.

    The measures part things on a table and people before a wall from landscapes and streets.
    """
    inside = (core * (1 / 255)).copy_memory()
    weight = max(inside.avg(), 1e-6)
    within = (unlike * inside).avg() / weight
    without = (unlike * (inside * -1 + 1)).avg() / max(1 - weight, 1e-6)
    rim = (core.avg() - core.rank(3, 3, 0).avg()) / 255 * core.width * core.height
    area = weight * core.width * core.height
    return bool(within > 5 * without and rim * rim < 60 * area)


def _ends(profile: list[float], weight: float) -> tuple[int, int]:
    """Where 1 % of the weight has passed from either side."""
    first, last, passed = 0, len(profile) - 1, 0.0
    for i, value in enumerate(profile):
        passed += value
        if passed >= 0.01 * weight:
            first = i
            break
    passed = 0.0
    for i in range(len(profile) - 1, -1, -1):
        passed += profile[i]
        if passed >= 0.006 * weight:
            last = i
            break
    return first, last


def _nearest(felt: pyvips.Image, behind: pyvips.Image, step: int) -> Field:
    """The distance from what lies behind, or `step` pixels above or below it: where a wall meets
    a table, the small background is blurred and the photograph is not."""
    width, height = behind.width, behind.height
    far = behind.embed(0, step, width, height + 2 * step, extend="copy").copy_memory()
    moved = [far.crop(0, top, width, height) for top in (0, 2 * step)]
    others: list[Any] = [_distance(felt, one) for one in moved]
    return _distance(felt, behind).bandrank(others, index=0)


def _sharpened(photo: pyvips.Image, behind: pyvips.Image, core: pyvips.Image, cut: float) -> Field:
    """The edge again where it is in doubt, from the photograph in full size, around the core."""
    across, down = photo.width / core.width, photo.height / core.height
    left, top, wide, tall = core.find_trim(background=[0], threshold=10)
    first_x, first_y = int(max(0, left - 4) * across), int(max(0, top - 4) * down)
    last_x = min(photo.width, round((left + wide + 4) * across))
    last_y = min(photo.height, round((top + tall + 4) * down))
    box = first_x, first_y, last_x - first_x, last_y - first_y

    def full(image: pyvips.Image) -> pyvips.Image:
        big = image.resize(across, vscale=down, kernel="linear")
        big = big.gravity("north-west", photo.width, photo.height, extend="copy")
        return big.crop(*box).copy_memory()

    sure = core.rank(3, 3, 0).cast("float") * (1 / 255)
    maybe = core.rank(3, 3, 8).cast("float") * (1 / 255)
    unlike = _nearest(_felt(photo.crop(*box)), full(behind), max(1, round(down)))
    calm = unlike.gaussblur(max(0.8, photo.width / 550))
    edge = smooth(calm, cut * 0.55, cut * 1.1)
    inside = smooth(full(sure.gaussblur(0.8)), 0.25, 0.75).copy_memory()
    outside = smooth(full(maybe.gaussblur(0.8)), 0.3, 0.8)
    mask = (edge * outside * (inside * -1 + 1) + inside).clamp()
    mask = mask.gaussblur(max(0.5, photo.width / 1400)).copy_memory()
    return mask.embed(first_x, first_y, photo.width, photo.height).copy_memory()
