"""A magazine's cover: masthead, headline and small lines over a picture, as a printer sets them."""

from random import Random
from typing import Final

import pyvips

from affiche.emulators.comfyui.painter.canvas import (
    Canvas,
    Field,
    Paint,
    luma,
    over,
    shadow,
    smooth,
)
from affiche.emulators.comfyui.painter.colours import Colour, lightness, mix, turned
from affiche.emulators.comfyui.painter.lettering import Face, Style, block, line
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.prints import Cover

PAPER: Final = Colour(0.985, 0.98, 0.965)
INK: Final = Colour(0.07, 0.065, 0.075)
_MARGIN: Final = 0.055
_LINES: Final = 4


def printed(
    canvas: Canvas, picture: Paint, cover: Cover, palette: Palette, subject: Field | None
) -> Paint:
    """The picture as a cover. `subject` is 1 where somebody stands before the masthead."""
    random = Random(canvas.random.getrandbits(32))  # noqa: S311
    face: Face = random.choice(("serif", "sans"))
    number = random.randint(2, 96)
    foot = smooth(canvas.v, 0.58, 1.0)
    head = smooth(canvas.v, 0.2, 0.0)
    shade = mix(palette.shade, INK, 0.55)
    made = shadow(picture, mix(shade, PAPER, 0.2), foot * 0.72 + head * 0.16)
    made = _masthead(canvas, made, cover, palette, face, subject)
    made = _strip(canvas, made, cover, number)
    made = _story(canvas, made, cover, palette, face)
    return _bound(canvas, _barcode(canvas, made, random))


def _masthead(
    canvas: Canvas, made: Paint, cover: Cover, palette: Palette, face: Face, subject: Field | None
) -> Paint:
    margin = canvas.width * _MARGIN
    set_ = line(
        cover.masthead, Style(face, -20 if face == "sans" else 0),
        canvas.width - 2 * margin, canvas.height * 0.17,
    )  # fmt: skip
    if set_ is None:
        return made
    left, top = round((canvas.width - set_.width) / 2), round(canvas.height * 0.062)
    place = _at(canvas, set_, left, top)
    tone = _tone(made, left, top, set_)
    # Somebody stands before it, unless hardly anything of it would be left.
    if subject is not None and (place * subject).avg() < 0.45 * place.avg():
        place = place * (subject * -1 + 1)
    return over(made, _coloured(palette, tone), place.copy_memory())


def _coloured(palette: Palette, tone: float) -> Colour:
    """The accent where it stands out, else paper on dark and ink on light."""
    accent = turned(palette.accent, chroma=1.15, light=0.12 if tone < 0.5 else -0.18)
    if abs(lightness(accent) - tone) > 0.36:
        return accent
    return PAPER if tone < 0.62 else INK


def _strip(canvas: Canvas, made: Paint, cover: Cover, number: int) -> Paint:
    """The thin line above the masthead: what issue it is."""
    margin, height = canvas.width * _MARGIN, canvas.height * 0.013
    top = round(canvas.height * 0.034)
    found = [line(f"NO. {number}", Style("light", 140), canvas.width * 0.3, height)]
    if cover.lines:
        found.append(line(cover.lines[0], Style("light", 140), canvas.width * 0.6, height))
    for side, set_ in enumerate(found):
        if set_ is not None:
            left = round(canvas.width - margin - set_.width if side == 0 else margin)
            ink = PAPER if _tone(made, left, top, set_) < 0.62 else INK
            made = over(made, ink, _at(canvas, set_, left, top))
    return made


def _story(canvas: Canvas, made: Paint, cover: Cover, palette: Palette, face: Face) -> Paint:
    """The headline at the lower left, the smaller lines under it."""
    margin, foot = round(canvas.width * _MARGIN), round(canvas.height * 0.945)
    wide = canvas.width - 2 * margin
    for text in reversed(cover.lines[1:_LINES]):
        set_ = line(text, Style("light", 20), wide * 0.74, canvas.height * 0.0215)
        if set_ is not None:
            foot -= set_.height
            made = over(made, PAPER, _at(canvas, set_, margin, foot))
            foot -= round(canvas.height * 0.014)
    set_ = block(cover.headline, Style(face, leading=-0.3), wide * 0.86, canvas.height * 0.185)
    if set_ is None:
        return made
    foot -= round(canvas.height * 0.012) + set_.height
    made = over(made, PAPER, _at(canvas, set_, margin, foot))
    bar = canvas.width * 0.09, max(2.0, canvas.height * 0.0045)
    ruler = pyvips.Image.black(round(bar[0]), round(bar[1])) + 1
    top = foot - round(canvas.height * 0.022)
    return over(made, turned(palette.accent, light=0.14), _at(canvas, ruler, margin, top))


def _barcode(canvas: Canvas, made: Paint, random: Random) -> Paint:
    """Bars of four widths on a white ground, at the lower right."""
    width, height = round(canvas.width * 0.135), round(canvas.height * 0.062)
    unit = width // 62
    if unit < 1:
        return made
    bars = [0] * 4
    while len(bars) < 58:
        bars += [1] * random.choice((1, 1, 2, 3)) + [0] * random.choice((1, 1, 2, 3))
    row = pyvips.Image.new_from_array([[float(b) for b in bars[:58]] + [0.0] * 4]).cast("float")
    ink = row.zoom(unit, round(height * 0.8))
    label = ink.embed(0, round(height * 0.1), ink.width, height)
    ground = label * 0 + 1
    margin = round(canvas.width * _MARGIN)
    left, top = canvas.width - margin - label.width, round(canvas.height * 0.945) - height
    made = over(made, PAPER, _at(canvas, ground, left, top))
    return over(made, INK, _at(canvas, label, left, top))


def _bound(canvas: Canvas, made: Paint) -> Paint:
    """The fold at the spine, and light along it."""
    fold = smooth(canvas.u, 0.026, 0.0) * 0.3 + smooth((canvas.u - 0.031).abs(), 0.004, 0.0) * 0.22
    made = shadow(made, Colour(0.35, 0.34, 0.36), fold)
    return over(made, PAPER, smooth((canvas.u - 0.04).abs(), 0.007, 0.0) * 0.14)


def _at(canvas: Canvas, set_: Field, left: int, top: int) -> Field:
    """The type in its place on an empty canvas."""
    return set_.embed(left, top, canvas.width, canvas.height).copy_memory()


def _tone(made: Paint, left: int, top: int, set_: Field) -> float:
    """How light it is where the type goes, 0..1."""
    right, foot = min(made.width, left + set_.width), min(made.height, top + set_.height)
    left, top = max(0, left), max(0, top)
    return float(luma(made.crop(left, top, max(1, right - left), max(1, foot - top))).avg())
