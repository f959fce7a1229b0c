"""Putting a photograph's subject into a painted place: its light, its shade, its edges."""

import pyvips

from affiche.emulators.comfyui.painter.canvas import (
    Canvas,
    Field,
    Paint,
    joined,
    light,
    luma,
    over,
    shadow,
    smooth,
)
from affiche.emulators.comfyui.painter.colours import Colour, mix, turned
from affiche.emulators.comfyui.painter.composition import Composition
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.subject import Subject
from affiche.emulators.comfyui.painter.words import Wish

WHITE = Colour(1, 1, 1)


def regraded(photo: Paint, palette: Palette, power: float) -> Paint:
    """The photograph in the palette's light: shadows to its shade, lights to its sun."""
    tone = luma(photo).copy_memory()
    dark = smooth(tone, 0.62, 0.0) * (0.34 * power)
    bright = smooth(tone, 0.3, 1.0) * (0.4 * power)
    tint = turned(palette.sun, chroma=0.9)
    scale = [1 - (1 - c) * 0.9 for c in tint]
    lit = photo * scale
    graded = over(photo, lit, bright)
    graded = over(graded, over(graded, mix(palette.shade, palette.middle, 0.3), 0.55), dark)
    if palette.night:
        fall = 1 - 0.42 * palette.night * power
        graded = graded * [fall * (0.94 + 0.06 * c) for c in palette.middle]
    return graded.copy_memory()


def placed(
    canvas: Canvas,
    paint: Paint,
    photo: Paint,
    subject: Subject,
    wish: Wish,
    palette: Palette,
    at: Composition,
    power: float,
) -> Paint:
    """The subject over the scene; `power` (0..1) is how far it takes on the scene's light."""
    if subject.base < 0.99 and wish.setting != "space":
        paint = _standing(canvas, paint, subject, palette, at)
    figure = regraded(photo, palette, power)
    figure = _sided(canvas, figure, subject, palette, at, power)
    figure = _wrapped(canvas, figure, paint, subject.mask, power)
    figure = _rimmed(canvas, figure, subject.mask, palette, at, power)
    return over(paint, figure, subject.mask)


def behind(canvas: Canvas, paint: Paint, wish: Wish) -> Paint:
    """The scene a little out of focus, as a subject before it is what is looked at."""
    return canvas.blurred(paint, 0.0012 if wish.setting == "studio" else 0.0042).copy_memory()


def _standing(
    canvas: Canvas, paint: Paint, subject: Subject, palette: Palette, at: Composition
) -> Paint:
    """A dark line where it touches the ground, and a soft shadow away from the light."""
    way = 1 if at.sun_x < subject.middle else -1
    half, foot = subject.half, subject.base
    dark = mix(palette.shade, Colour(0, 0, 0), 0.35)
    long = canvas.glow(subject.middle + way * half * 0.9, foot - 0.012, half * 1.3, 0.045)
    near = canvas.glow(subject.middle, foot - 0.008, half * 1.05, 0.03)
    touch = canvas.glow(subject.middle, foot - 0.004, half * 0.8, 0.014)
    return shadow(paint, dark, long * 0.4 + near * 0.5 + touch * 0.4)


def _sided(
    canvas: Canvas,
    figure: Paint,
    subject: Subject,
    palette: Palette,
    at: Composition,
    power: float,
) -> Paint:
    """Lighter towards the light, darker away from it."""
    way = 1 if at.sun_x > subject.middle else -1
    across = ((canvas.u - subject.middle) * (way / max(subject.half, 0.05))).copy_memory()
    lit, dim = smooth(across, -0.2, 1.2) * 0.16, smooth(across, 0.3, -1.2) * 0.3
    figure = light(figure, turned(palette.sun, chroma=0.9), lit * power)
    return shadow(figure, mix(palette.shade, WHITE, 0.25), dim * power)


def _wrapped(canvas: Canvas, figure: Paint, scene: Paint, mask: Field, power: float) -> Paint:
    """Light of the surroundings creeps over the edges."""
    edge = mask * (canvas.blurred(mask, 0.012) * -1 + 1)
    return over(figure, canvas.blurred(scene, 0.015), edge * (1.1 * power))


def _rimmed(
    canvas: Canvas, figure: Paint, mask: Field, palette: Palette, at: Composition, power: float
) -> Paint:
    """A rim of light on the side of the sun; strongest against a low light."""
    step = max(1, round(canvas.side * 0.006))
    way = -step if at.sun_x > 0.5 else step
    moved = mask.embed(
        step + way, step + step // 2, canvas.width + 2 * step, canvas.height + 2 * step,
        extend="copy",
    ).crop(step, step, canvas.width, canvas.height)  # fmt: skip
    rim = mask * (canvas.blurred(moved, 0.0035) * -1 + 1)
    return light(figure, palette.sun, rim * (0.55 * power))


def whole(
    canvas: Canvas,
    paint: Paint,
    photo: Paint,
    palette: Palette,
    at: Composition,
    power: float,
) -> Paint:
    """A photograph without a subject keeps its drawing: its lights and darks carry the scene's
    colours, its smooth upper part becomes the scene's sky."""
    tone = luma(photo).copy_memory()
    busy = (tone - canvas.blurred(tone, 0.01)).abs()
    still = smooth(canvas.blurred(busy, 0.02), 0.03, 0.007)
    upper = smooth(canvas.v, at.horizon * 0.95, at.horizon * 0.35)
    sky = (still * upper * smooth(tone, 0.25, 0.5)).copy_memory()
    graded = regraded(photo, palette, power)
    ramp = (palette.shade, palette.near, palette.middle, palette.low, palette.sun)
    graded = over(graded, _mapped(tone, ramp), 0.3 * power)
    detail = (tone - canvas.blurred(tone, 0.03)).copy_memory()
    blended = over(graded, paint, sky * (0.9 * power))
    blended = over(blended, paint, 0.16 * power)
    return blended + detail * (0.25 * power)


def _mapped(tone: Field, ramp: tuple[Colour, ...]) -> Paint:
    """Each lightness as the colour at its place in `ramp`."""
    steps = 256
    table = []
    for i in range(steps):
        at = i / (steps - 1) * (len(ramp) - 1)
        low = min(int(at), len(ramp) - 2)
        table.append(mix(ramp[low], ramp[low + 1], at - low))
    lut = pyvips.Image.new_from_array([[c[band] for c in table] for band in range(3)])
    bands = [lut.crop(0, band, steps, 1) for band in range(3)]
    index = (tone * 255).cast("uchar")
    return index.maplut(joined(bands).cast("float"))
