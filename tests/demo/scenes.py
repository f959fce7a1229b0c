"""Drawn pictures: figures and still lives in soft light, made of plain shapes.

Each shape is a distance to its edge, in pictures' heights and negative within, so that edges are
smooth at any size. Nothing is left to chance: the same scene gives the same picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyvips

Image = pyvips.Image
Point = tuple[float, float]
Colour = tuple[int, int, int]
FAR: Final = 9.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper: x and y of every pixel, from the middle, in its heights; y downwards."""

    width: int
    height: int
    x: Image
    y: Image

    @classmethod
    def of(cls, width: int, height: int) -> "Sheet":
        places = Image.xyz(width, height)
        return cls(
            width,
            height,
            ((places[0] - (width - 1) / 2) / height).copy_memory(),
            ((places[1] - (height - 1) / 2) / height).copy_memory(),
        )

    def ellipse(self, middle: Point, across: float, down: float, turn: float = 0.0) -> Image:
        x, y = self.x - middle[0], self.y - middle[1]
        if turn:
            rotated = Image.black(1, 1) + turn
            cosine, sine = rotated.cos()(0, 0)[0], rotated.sin()(0, 0)[0]
            x, y = x * cosine + y * sine, y * cosine - x * sine
        return (_length(x / across, y / down) - 1) * min(across, down)

    def limb(self, start: Point, end: Point, thick: float, thin: float | None = None) -> Image:
        """A line from one to the other, `thick` at its start and `thin` at its end."""
        along = end[0] - start[0], end[1] - start[1]
        x, y = self.x - start[0], self.y - start[1]
        length = max(1e-9, along[0] ** 2 + along[1] ** 2)
        share = _clamped((x * along[0] + y * along[1]) / length)
        distance = _length(x - share * along[0], y - share * along[1])
        return distance - (share * ((thick if thin is None else thin) - thick) + thick)

    def box(self, middle: Point, across: float, down: float, round_by: float = 0.0) -> Image:
        x = (self.x - middle[0]).abs() - (across - round_by)
        y = (self.y - middle[1]).abs() - (down - round_by)
        outside = _length(_most(x, 0.0), _most(y, 0.0))
        return outside + _least(_most(x, y), 0.0) - round_by

    def below(self, height: float) -> Image:
        """All that is lower than that."""
        return (self.y - height) * -1


@dataclass(frozen=True, slots=True)
class Light:
    """A soft round glow, so many heights `wide`."""

    middle: Point
    wide: float
    colour: Colour
    strength: float = 1.0


def wash(sheet: Sheet, top: Colour, bottom: Colour) -> Image:
    """From one colour above to another below."""
    share = sheet.y + 0.5
    bands = [share * (low - high) + high for high, low in zip(top, bottom, strict=True)]
    return bands[0].bandjoin(bands[1:])


def lit(sheet: Sheet, picture: Image, light: Light) -> Image:
    distance = _length(sheet.x - light.middle[0], sheet.y - light.middle[1]) / light.wide
    glow = (distance * distance * -1).exp() * light.strength
    return _over(picture, light.colour, glow)


def laid(
    sheet: Sheet,
    picture: Image,
    shape: Image,
    colour: Colour,
    *,
    soft: float = 0.0,
    strength: float = 1.0,
) -> Image:
    """`shape` filled with `colour`; its edge is `soft` heights wide."""
    edge = max(1.5 / sheet.height, soft)
    return _over(picture, colour, _clamped(shape * (-1 / edge) + 0.5) * strength)


def modelled(
    sheet: Sheet, picture: Image, shape: Image, dark: Colour, bright: Colour, towards: Point
) -> Image:
    """A body rather than a cut-out: brighter on the side of the light that comes from `towards`."""
    slope = sheet.x * towards[0] + sheet.y * towards[1]
    inside = _clamped(shape * -9)
    turned = _clamped((slope + 0.35) * 1.4) * (inside * -0.55 + 1)
    bands = [turned * (b - d) + d for d, b in zip(dark, bright, strict=True)]
    body = bands[0].bandjoin(bands[1:])
    mask = _clamped(shape * (-sheet.height / 1.5) + 0.5)
    return (picture + (body - picture) * mask).copy_memory()


def joined(shapes: Sequence[Image], soft: float = 0.02) -> Image:
    """One body of several, grown together where they meet."""
    found = shapes[0]
    for shape in shapes[1:]:
        near = _clamped((found - shape) / (2 * soft) + 0.5)
        found = shape * near + found * (near * -1 + 1) - near * (near * -1 + 1) * soft
        # Computed once: every later step names it several times over.
        found = found.copy_memory()
    return found


def within(one: Image, other: Image) -> Image:
    """What is in both."""
    return _most(one, other)


def finished(sheet: Sheet, picture: Image, grain: int) -> Image:
    """With a little grain and darker corners, in eight bits."""
    corners = _length(sheet.x, sheet.y) * 0.9
    noise = Image.gaussnoise(sheet.width, sheet.height, sigma=1.2, mean=0, seed=grain)
    shown = picture * (corners * corners * -0.32 + 1.02) + noise
    whole = (shown > 255).ifthenelse(255, (shown < 0).ifthenelse(0, shown)).cast("uchar")
    return whole.copy(interpretation="srgb").copy_memory()


def _over(picture: Image, colour: Colour, mask: Image) -> Image:
    return (picture + (picture * -1 + list(colour)) * mask).copy_memory()


def _length(x: Image, y: Image) -> Image:
    return (x * x + y * y) ** 0.5


def _clamped(image: Image) -> Image:
    return (image > 1).ifthenelse(1.0, (image < 0).ifthenelse(0.0, image))


def _most(one: Image, other: Image | float) -> Image:
    return (one > other).ifthenelse(one, other)


def _least(one: Image, other: Image | float) -> Image:
    return (one < other).ifthenelse(one, other)
