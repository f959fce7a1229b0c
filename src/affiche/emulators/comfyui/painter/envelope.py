"""A print in a transparent envelope on a table, seen from above: film, seams, creases, glare."""

import math
from dataclasses import dataclass
from random import Random
from typing import Final

import pyvips

from affiche.emulators.comfyui.painter.canvas import (
    Canvas,
    Field,
    Paint,
    clamp,
    light,
    over,
    shadow,
    smooth,
)
from affiche.emulators.comfyui.painter.colours import Colour, colour, turned
from affiche.emulators.comfyui.painter.prints import Envelope

WHITE: Final = Colour(1, 1, 1)
FILM: Final = Colour(0.9, 0.93, 0.95)
_TABLES: Final = ("#d9d2c8", "#cfd4d6", "#d6cfcf", "#cdd3cb", "#dcd6cc")
_DARK: Final = Colour(0.16, 0.15, 0.17)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The plane of the envelope: `across` and `down` from the print's middle, in pixels along its
    own edges; half the print's size; and where the envelope ends."""

    across: Field
    down: Field
    half_width: float
    half_height: float
    left: float
    right: float
    top: float
    foot: float

    def box(self, left: float, right: float, top: float, foot: float, soft: float = 1.5) -> Field:
        """1 between those edges."""
        inside = clamp((self.across - left) * (1 / soft)) * clamp((self.across * -1 + right) / soft)
        tall = clamp((self.down - top) * (1 / soft)) * clamp((self.down * -1 + foot) / soft)
        return (inside * tall).copy_memory()

    @property
    def whole(self) -> Field:
        return self.box(self.left, self.right, self.top, self.foot)


def packed(canvas: Canvas, printed: pyvips.Image, asked: Envelope) -> Paint:
    """`printed` is 8-bit sRGB, whatever its proportions; nothing of it is cut off."""
    random = Random(canvas.random.getrandbits(32))  # noqa: S311
    sheet = _laid(canvas, printed, random)
    whole = sheet.whole
    made = _cast(canvas, _table(canvas, random), whole)
    made = over(made, FILM, whole * 0.16)
    made = _print(canvas, made, printed, sheet)
    if asked.frosted:
        inside = canvas.blurred(made, 0.0014)
        made = over(made, over(inside, WHITE, 0.3), whole)
    made = _closed(canvas, made, sheet, asked)
    made = _creased(canvas, made, sheet, whole, random)
    made = _shining(canvas, made, sheet, whole, random, 0.6 if asked.frosted else 1.0)
    grain = pyvips.Image.gaussnoise(
        canvas.width, canvas.height, mean=0, sigma=0.008, seed=random.getrandbits(30)
    )
    return (made + grain).copy_memory()


def _laid(canvas: Canvas, printed: pyvips.Image, random: Random) -> Sheet:
    width, height = canvas.width, canvas.height
    scale = min(0.7 * width / printed.width, 0.7 * height / printed.height)
    half_width, half_height = printed.width * scale / 2, printed.height * scale / 2
    angle = math.radians(random.choice((-1, 1)) * random.uniform(0.8, 3.2))
    right, under = canvas.place[0] - 0.5 * width, canvas.place[1] - 0.525 * height
    cos, sin = math.cos(angle), math.sin(angle)
    side, foot = 0.05 * canvas.side, 0.042 * canvas.side
    return Sheet(
        across=(right * cos + under * sin).copy_memory(),
        down=(under * cos - right * sin).copy_memory(),
        half_width=half_width,
        half_height=half_height,
        left=-half_width - side,
        right=half_width + side,
        top=-half_height - 0.13 * canvas.side,
        foot=half_height + foot,
    )


def _table(canvas: Canvas, random: Random) -> Paint:
    tint = colour(random.choice(_TABLES))
    made = canvas.gradient([(0.0, turned(tint, light=0.05)), (1.0, turned(tint, light=-0.06))])
    made = light(made, WHITE, canvas.glow(0.12, 0.06, 0.6, 0.55) * 0.3)
    grain = pyvips.Image.gaussnoise(
        canvas.width, canvas.height, mean=0, sigma=0.05, seed=random.getrandbits(30)
    )
    long = grain.resize(1, vscale=1 / 24, kernel="linear").resize(1, vscale=24, kernel="cubic")
    fibre = long.gravity("north-west", canvas.width, canvas.height, extend="copy").gaussblur(1.2)
    return (made + fibre * 0.35 + grain.gaussblur(0.8) * 0.12).copy_memory()


def _cast(canvas: Canvas, made: Paint, whole: Field) -> Paint:
    """A soft shadow away from the window, and a dark line where the film touches the table."""
    step = round(canvas.side * 0.018)
    size = canvas.width + 2 * step, canvas.height + 2 * step
    moved = whole.embed(2 * step, 2 * step, *size).crop(step, step, canvas.width, canvas.height)
    # Light goes through the film, so that under it there is hardly any.
    open_ = whole * -0.82 + 1
    made = shadow(made, Colour(0.4, 0.39, 0.42), canvas.blurred(moved, 0.022) * open_ * 0.62)
    return shadow(made, Colour(0.3, 0.29, 0.32), canvas.blurred(whole, 0.004) * open_ * 0.4)


def _print(canvas: Canvas, made: Paint, printed: pyvips.Image, sheet: Sheet) -> Paint:
    """The print in its place, with the thickness of its paper."""
    wide, tall = round(2 * sheet.half_width), round(2 * sheet.half_height)
    small = printed.resize(wide / printed.width, vscale=tall / printed.height, kernel="lanczos3")
    seen = (small.cast("float") * (1 / 255)).copy_memory()
    index = (sheet.across + (seen.width / 2 - 0.5)).bandjoin(sheet.down + (seen.height / 2 - 0.5))
    laid = seen.mapim(index, interpolate=pyvips.Interpolate.new("bicubic"), extend="copy")
    place = sheet.box(-sheet.half_width, sheet.half_width, -sheet.half_height, sheet.half_height)
    thick = canvas.blurred(place, 0.006)
    made = shadow(made, Colour(0.42, 0.41, 0.43), thick * 0.55)
    return over(made, clamp(laid).copy_memory(), place)


def _closed(canvas: Canvas, made: Paint, sheet: Sheet, asked: Envelope) -> Paint:
    """Welded edges at the sides, and at the top a flap with its glue, or a zip with a hole."""
    unit, whole = canvas.side, sheet.whole
    weld = unit * 0.014
    inner = sheet.box(sheet.left + weld, sheet.right - weld, sheet.top, sheet.foot - weld, 2.5)
    seam = clamp(whole - inner)
    ribs = ((sheet.down + sheet.across) * (4.2 / weld * 180 / math.pi)).sin()
    made = shadow(made, _DARK, seam * (ribs * -0.05 + 0.09))
    made = light(made, WHITE, seam * (ribs * 0.1 + 0.3))
    made = _line(made, sheet.across - (sheet.left + weld), whole, unit * 0.0016, 0.5)
    made = _line(made, sheet.across - (sheet.right - weld), whole, unit * 0.0016, 0.5)
    if asked.zipped:
        for at, strong in ((0.036, 0.75), (0.047, 0.85), (0.052, 0.4)):
            made = _line(made, sheet.down - (sheet.top + at * unit), whole, unit * 0.0022, strong)
        return _hole(made, sheet, unit)
    fold = sheet.top + unit * 0.074
    flap = sheet.box(sheet.left, sheet.right, sheet.top, fold)
    glue = sheet.box(sheet.left + weld, sheet.right - weld, fold - unit * 0.024, fold - unit * 0.01)
    made = light(made, WHITE, flap * 0.16 + glue * 0.14)
    made = shadow(made, _DARK, smooth((sheet.down - fold).abs(), unit * 0.008, 0) * whole * 0.12)
    return _line(made, sheet.down - fold, whole, unit * 0.002, 0.8)


def _hole(made: Paint, sheet: Sheet, unit: float) -> Paint:
    """Round, to hang it up by: a bright rim and the table's own shade in it."""
    away = (sheet.down - (sheet.top + unit * 0.018)) ** 2 + sheet.across**2
    far = (away**0.5).copy_memory()
    made = shadow(made, Colour(0.78, 0.77, 0.78), smooth(far, unit * 0.01, unit * 0.008))
    return light(made, WHITE, smooth((far - unit * 0.0105).abs(), unit * 0.0025, 0) * 0.8)


def _line(made: Paint, away: Field, within: Field, reach: float, strength: float) -> Paint:
    """Light on an edge of the film, and a thin shade beside it."""
    reach = max(reach, 0.8)
    bright = smooth(away.abs(), reach, 0) * within
    dark = smooth((away - 1.8 * reach).abs(), 1.6 * reach, 0) * within
    made = shadow(made, _DARK, dark * (0.22 * strength))
    return light(made, WHITE, bright * strength)


def _creased(canvas: Canvas, made: Paint, sheet: Sheet, whole: Field, random: Random) -> Paint:
    """Fine folds of the film: short, in all directions, more of them near its edges."""
    for _ in range(11):
        angle, unit = random.uniform(0, math.pi), canvas.side
        x = random.choice((-1, 1)) * random.uniform(0.35, 1.0) * sheet.right
        y = random.uniform(sheet.top, sheet.foot)
        cos, sin = math.cos(angle), math.sin(angle)
        right, under = sheet.across - x, sheet.down - y
        along = (right * cos + under * sin).copy_memory()
        bend = along * along * (random.uniform(-0.35, 0.35) / unit)
        away = (under * cos - right * sin + bend).copy_memory()
        there = smooth(along.abs(), unit * random.uniform(0.05, 0.2), 0) * whole
        made = _line(made, away, there, unit * 0.0014, random.uniform(0.18, 0.5))
    return made


def _shining(
    canvas: Canvas, made: Paint, sheet: Sheet, whole: Field, random: Random, power: float
) -> Paint:
    """The panes of a window mirrored in the film, bent by its folds, and two long streaks."""
    unit = canvas.side
    rough = pyvips.Image.perlin(64, 80, cell_size=16, seed=random.getrandbits(30)).cast("float")
    bent = canvas.spread(rough * (0.018 * unit)).copy_memory()
    slant = (sheet.across + sheet.down * 0.42 + bent).copy_memory()
    sunk = (sheet.down - sheet.across * 0.12 + bent * 0.6).copy_memory()
    x, y = -sheet.half_width * random.uniform(0.62, 0.8), -sheet.half_height * 0.86
    wide, tall = unit * 0.15, unit * 0.2
    panes = whole * 0
    for column in range(2):
        for row in range(2):
            left, top = x + column * wide * 1.13, y + row * tall * 1.1
            middle = (slant - (left + wide / 2)).abs()
            height = (sunk - (top + tall / 2)).abs()
            soft = unit * 0.016
            pane = smooth(middle, wide / 2 + soft, wide / 2) * smooth(
                height, tall / 2 + soft, tall / 2
            )
            panes = (panes + pane * (0.3 - 0.05 * row - 0.04 * column)).copy_memory()
    made = light(made, WHITE, panes * whole * power)
    for _ in range(2):
        at = random.uniform(0.1, 0.9) * sheet.right
        reach = unit * random.uniform(0.02, 0.055)
        streak = smooth((slant - at).abs(), reach, reach * 0.25)
        fade = smooth(sunk, sheet.foot, -sheet.half_height * random.uniform(-0.2, 0.6))
        made = light(made, WHITE, streak * fade * whole * (random.uniform(0.1, 0.2) * power))
    return made
