"""Fields and blends: what every part of a picture is made of.

A *field* is one float band, 0..1; a *paint* is three float bands of gamma-encoded sRGB, 0..1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from random import Random
from typing import Any, Final

import pyvips

from affiche.emulators.comfyui.painter.colours import Colour, mix

Paint = pyvips.Image
Field = pyvips.Image


@dataclass
class Canvas:
    """A size and a source of chance; `u` and `v` run from 0 to 1 across and down."""

    width: int
    height: int
    random: Random = field(repr=False)

    @cached_property
    def place(self) -> pyvips.Image:
        return pyvips.Image.xyz(self.width, self.height).copy_memory()

    @cached_property
    def u(self) -> Field:
        return self.row([(x + 0.5) / self.width for x in range(self.width)])

    @cached_property
    def v(self) -> Field:
        return self.column([(y + 0.5) / self.height for y in range(self.height)])

    @property
    def side(self) -> int:
        """The shorter side: sizes of things are given as shares of it."""
        return min(self.width, self.height)

    def chance(self) -> int:
        """A seed for libvips' own noise."""
        return self.random.getrandbits(30)

    def row(self, values: Sequence[float]) -> Field:
        """A field that only changes across; `values` has one for each column."""
        return strip(values).replicate(1, self.height)

    def column(self, values: Sequence[float]) -> Field:
        """A field that only changes downwards; `values` has one for each row."""
        return pillar(values).replicate(self.width, 1)

    def flat(self, c: Colour) -> Paint:
        return (pyvips.Image.black(self.width, self.height, bands=3) + list(c)).cast("float")

    def gradient(self, stops: Sequence[tuple[float, Colour]]) -> Paint:
        """Colours from top to bottom, mixed in OKLab; `stops` run from 0 to 1."""
        steps = min(self.height, 192)
        ramp = [along(stops, (i + 0.5) / steps) for i in range(steps)]
        bands = [pillar([c[band] for c in ramp]) for band in range(3)]
        tall = joined(bands).resize(1, vscale=self.height / steps, kernel="linear")
        tall = tall.gravity("north", 1, self.height, extend="copy")
        return tall.replicate(self.width, 1)

    def spread(self, small: pyvips.Image) -> pyvips.Image:
        """A small image stretched over the canvas."""
        across, down = self.width / small.width, self.height / small.height
        big = small.resize(across, vscale=down, kernel="cubic")
        if (big.width, big.height) == (self.width, self.height):
            return big
        return big.gravity("north-west", self.width, self.height, extend="copy")

    def blurred(self, image: pyvips.Image, share: float) -> pyvips.Image:
        """Blurred by `share` of the shorter side; what is blurred far is blurred small."""
        sigma = max(0.4, share * self.side)
        fold = 1
        while sigma / fold > 3 and min(image.width, image.height) / fold > 24:
            fold *= 2
        if fold == 1:
            return image.gaussblur(sigma, min_ampl=0.1)
        small = image.resize(1 / fold, kernel="linear").gaussblur(sigma / fold, min_ampl=0.1)
        return self.spread(small.copy_memory())

    def under(self, line: Sequence[float], softness: float = 1.0) -> Field:
        """1 below a skyline given as one height (0..1 from the top) for each column."""
        edge = self.row([height * self.height for height in line])
        return clamp((self.place[1] - edge) * (1 / softness) + 0.5)

    def glow(self, x: float, y: float, across: float, down: float) -> Field:
        """A bell of light around (x, y); the reaches are shares of width and height."""
        columns = _bell(self.width, x, across)
        rows = _bell(self.height, y, down)
        return self.row(columns) * self.column(rows)

    def disc(self, x: float, y: float, radius: float, softness: float = 1.5) -> Field:
        """A disc; `radius` in pixels, the edge `softness` pixels wide."""
        across = self.place[0] - x * self.width
        down = self.place[1] - y * self.height
        distance = (across * across + down * down) ** 0.5
        return clamp((radius - distance) * (1 / softness) + 0.5)


def strip(values: Sequence[float]) -> pyvips.Image:
    """One row of floats."""
    return pyvips.Image.new_from_array([list(values)]).cast("float")


def pillar(values: Sequence[float]) -> pyvips.Image:
    """One column of floats."""
    return pyvips.Image.new_from_array([[value] for value in values]).cast("float")


def _bell(count: int, middle: float, reach: float) -> list[float]:
    return [math.exp(-((((i + 0.5) / count - middle) / reach) ** 2)) for i in range(count)]


def clamp(image: pyvips.Image) -> pyvips.Image:
    """To 0..1."""
    return image.clamp()


# An S between 0 and 1, for 8-bit indices.
_S: Final = pyvips.Image.new_from_array(
    [[(i / 255) ** 2 * (3 - 2 * i / 255) for i in range(256)]]
).cast("float")


def smooth(image: Field, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, an S between; the other way round when `low` is higher."""
    slope = 255 / (high - low)
    return image.linear([slope], [-low * slope], uchar=True).maplut(_S)


def over(below: Paint, above: Paint | Colour, share: Field | float) -> Paint:
    """`above` over `below` by `share`, in memory."""
    if isinstance(share, float | int):
        laid = above * share if isinstance(above, pyvips.Image) else [c * share for c in above]
        return (below * (1 - share) + laid).copy_memory()
    # libvips blends by an 8-bit mask faster than it multiplies one band into three.
    cover = share.linear([255.0], [0.5], uchar=True)
    laid = above if isinstance(above, pyvips.Image) else below.linear([0, 0, 0], list(above))
    return cover.ifthenelse(laid, below, blend=True).copy_memory()


def light(below: Paint, colour: Colour, share: Field) -> Paint:
    """`colour` screened onto `below` by `share`: adds light and never more than white."""
    return over(below, below.linear([1 - c for c in colour], list(colour)), share)


def shadow(below: Paint, colour: Colour, share: Field) -> Paint:
    """`below` multiplied towards `colour` by `share`."""
    return over(below, below.linear(list(colour), [0, 0, 0]), share)


_LUMA: Final = pyvips.Image.new_from_array([[0.2126, 0.7152, 0.0722]])


def joined(bands: Sequence[pyvips.Image]) -> pyvips.Image:
    """One-band images as the bands of one."""
    rest: list[Any] = list(bands[1:])
    return bands[0].bandjoin(rest)


def luma(paint: Paint) -> Field:
    return paint.recomb(_LUMA)


def along(stops: Sequence[tuple[float, Colour]], at: float) -> Colour:
    """The colour at `at` between `stops`."""
    if at <= stops[0][0]:
        return stops[0][1]
    for (low, first), (high, second) in pairwise(stops):
        if at <= high:
            t = (at - low) / (high - low) if high > low else 1.0
            return mix(first, second, t)
    return stops[-1][1]
