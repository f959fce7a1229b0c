"""What stands between sky and ground: ridges, forests, dunes, meadows."""

import math

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
from affiche.emulators.comfyui.painter.colours import Colour, mix
from affiche.emulators.comfyui.painter.composition import Composition
from affiche.emulators.comfyui.painter.noise import clouds, ridge
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.words import Wish


def _depth(canvas: Canvas, line: list[float], reach: float) -> Field:
    """How far below a skyline a point is: 0 at the line, 1 from `reach` downwards."""
    edge = canvas.row([height * canvas.height for height in line])
    return clamp((canvas.place[1] - edge) * (1 / (reach * canvas.height)))


def ridges(
    canvas: Canvas,
    paint: Paint,
    wish: Wish,
    palette: Palette,
    at: Composition,
    count: int = 5,
    height: float = 0.42,
) -> Paint:
    """Mountains behind mountains; each stands in the haze of those behind it."""
    haze = mix(palette.low, palette.far, 0.25)
    for index in range(count):
        t = index / max(1, count - 1)
        top = at.horizon - height * (1 - t) ** 1.15 + 0.03
        swing = 0.13 * (1 - t) + 0.05
        shape = ridge(canvas.random, canvas.width, 0.4 + 0.06 * at.detail, 2 + index)
        line = [top + swing * value * (0.85 if value > 0 else 1.25) for value in shape]
        body = mix(mix(palette.far, palette.low, 0.35 * (1 - t)), palette.near, t**1.25)
        mask = canvas.under(line, 1.4)
        depth = _depth(canvas, line, 0.3 - 0.08 * t).copy_memory()
        face = over(canvas.flat(body), haze, depth * (0.62 * (1 - t) + 0.06))
        face = _lit_slopes(canvas, face, shape, depth, palette, at, 0.55 - 0.25 * t)
        if "snow" in wish.touches:
            face = _caps(canvas, face, palette, depth, t)
        paint = over(paint, face, mask)
        paint = _mist(canvas, paint, haze, line, 0.3 * (1 - t) + 0.05)
    return paint


def _lit_slopes(
    canvas: Canvas,
    face: Paint,
    shape: list[float],
    depth: Field,
    palette: Palette,
    at: Composition,
    power: float,
) -> Paint:
    """Slopes that look towards the light are lighter, near the top and in folds further down."""
    span, width = max(1, canvas.width // 24), len(shape)
    way = 1 if at.sun_x > 0.5 else -1
    rises = [
        (shape[max(0, i - span)] - shape[min(width - 1, i + span)]) * way for i in range(width)
    ]
    folds = clouds(canvas, 0.22, 0.3, 4, 0.55)
    slope = (canvas.row(rises) * 0.9 + folds * 0.75 + depth * -1.3).copy_memory()
    face = shadow(face, palette.shade, smooth(slope, -0.15, -1.3) * (0.16 * power))
    return light(face, mix(palette.sun, palette.low, 0.35), smooth(slope, 0.0, 1.1) * power * 0.6)


def _caps(canvas: Canvas, face: Paint, palette: Palette, depth: Field, t: float) -> Paint:
    """Snow near the tops, thinning in streaks."""
    streaks = clouds(canvas, 0.05, 0.11, 4, 0.6) * 0.42
    snow = smooth(depth + streaks, 0.55 - 0.2 * t, 0.12)
    white = mix(Colour(0.97, 0.98, 1.0), palette.top, 0.1 + 0.45 * palette.night)
    return over(face, white, snow * (0.85 - 0.35 * t))


def _mist(canvas: Canvas, paint: Paint, haze: Colour, line: list[float], power: float) -> Paint:
    foot = max(line)
    band = canvas.column(
        [
            math.exp(-((((y + 0.5) / canvas.height - foot) / 0.06) ** 2))
            for y in range(canvas.height)
        ]
    )
    return over(paint, haze, band * power)


def dunes(canvas: Canvas, paint: Paint, palette: Palette, at: Composition) -> Paint:
    """Few large waves of sand, one side in the light and the other in shade."""
    count = 4
    for index in range(count):
        t = index / (count - 1)
        top = at.horizon + 0.02 + (0.86 - at.horizon) * t**1.2
        shape = ridge(canvas.random, canvas.width, 0.22, 1 + (count - index) // 2)
        line = [top + (0.05 + 0.09 * t) * value for value in shape]
        crest = mix(palette.ground, palette.sun, 0.34)
        foot = mix(palette.ground, palette.near, 0.25 + 0.45 * t)
        depth = _depth(canvas, line, 0.42).copy_memory()
        face = over(canvas.flat(mix(crest, palette.low, 0.55 * (1 - t))), foot, depth)
        ripple = clouds(canvas, 0.16, 0.018, 2, 0.5)
        face = over(face, palette.shade, (ripple * depth).clamp() * 0.1 * at.detail)
        # Behind each crest the lee lies in shade, along a line that wanders down the dune.
        lee = ridge(canvas.random, canvas.width, 0.25, 2)
        border = [h + 0.05 + 0.09 * abs(v) for h, v in zip(line, lee, strict=True)]
        side = canvas.under(border, canvas.height * 0.05)
        face = shadow(face, mix(palette.shade, palette.near, 0.6), side * (0.14 + 0.3 * t))
        paint = over(paint, face, canvas.under(line, 1.6))
    return paint


def forest(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """Rows of conifers from a far hillside to the edge of a clearing, mist between them."""
    haze = mix(palette.low, palette.far, 0.3)
    paint = ridges(canvas, paint, wish, palette, at, count=2, height=0.3)
    rows = 5
    for index in range(rows):
        t = index / (rows - 1)
        foot = at.horizon - 0.06 + 0.26 * t**1.3
        size = 0.12 + 0.3 * t
        line = _treeline(canvas, foot, size, t)
        body = mix(mix(palette.far, haze, 0.45), palette.near, t**0.8)
        depth = _depth(canvas, line, size * 1.15).copy_memory()
        face = over(canvas.flat(body), haze, depth * depth * (0.8 - 0.62 * t))
        if "snow" in wish.touches:
            white = mix(Colour(0.96, 0.98, 1.0), palette.top, 0.15 + 0.5 * palette.night)
            grain = clouds(canvas, 0.012, 0.02, 2) * 0.5 + 0.45
            face = over(face, white, (smooth(depth, 0.75, 0.0) * grain).clamp() * (0.75 - 0.3 * t))
        paint = over(paint, face, canvas.under(line, 1.2))
        paint = _mist(canvas, paint, haze, line, 0.55 * (1 - t))
    return _clearing(canvas, paint, palette, at)


def _clearing(canvas: Canvas, paint: Paint, palette: Palette, at: Composition) -> Paint:
    """The ground before the trees, in their shade and with the light falling through."""
    top = at.horizon + 0.2
    ground = canvas.gradient(
        [
            (top, mix(palette.near, palette.shade, 0.2)),
            (1.0, mix(palette.ground, palette.near, 0.45)),
        ]
    )
    moss = clouds(canvas, 0.3, 0.05, 4, 0.6)
    ground = over(ground, palette.ground, smooth(moss, -0.1, 0.9) * 0.55)
    ground = light(ground, palette.sun, canvas.glow(at.sun_x, top + 0.1, 0.3, 0.1) * 0.16)
    shape = ridge(canvas.random, canvas.width, 0.45, 5)
    return over(paint, ground, canvas.under([top + 0.014 * v for v in shape], canvas.side * 0.012))


def _treeline(canvas: Canvas, foot: float, size: float, t: float) -> list[float]:
    """A skyline of spires: each a triangle with a ragged edge, heights in groups."""
    random, width = canvas.random, canvas.width
    aspect = canvas.width / canvas.height
    line = [foot] * width
    groups = ridge(random, width, 0.4, 3)
    x = -0.05
    while x < 1.05:
        column = min(width - 1, max(0, int(x * width)))
        tall = size * (0.62 + 0.4 * groups[column]) * random.uniform(0.7, 1.12)
        half = tall * random.uniform(0.13, 0.2) / aspect
        first, last = int((x - half) * width), int((x + half) * width)
        teeth = random.uniform(7, 12)
        for i in range(max(0, first), min(width, last + 1)):
            off = abs((i + 0.5) / width - x) / max(half, 1e-6)
            if off >= 1:
                continue
            ragged = 0.075 * ((off * teeth) % 1.0) * min(1.0, 3 * off)
            line[i] = min(line[i], foot - tall * (1 - off**0.86) - ragged * tall)
        x += half * random.uniform(0.55, 1.5 - 0.3 * t)
    return line


def meadow(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """Soft hills, then a field whose flowers are spots of the accent, finer with distance."""
    paint = ridges(canvas, paint, wish, palette, at, count=3, height=0.16)
    lush = mix(palette.ground, palette.near, 0.25)
    field = canvas.gradient(
        [
            (at.horizon - 0.02, mix(palette.ground, palette.low, 0.5)),
            (at.horizon + 0.12, palette.ground),
            (1.0, mix(lush, palette.shade, 0.35)),
        ]
    )
    grass = clouds(canvas, 0.02, 0.1, 3, 0.7)
    field = over(field, palette.near, grass.clamp() * 0.22)
    swathe = clouds(canvas, 0.6, 0.09, 4, 0.55)
    blossom = smooth(swathe, 0.0, 0.7) * smooth(canvas.v, at.horizon, at.horizon + 0.1)
    speck = clouds(canvas, 0.014, 0.016, 2) * 0.6 + 0.5
    field = over(field, mix(palette.accent, palette.sun, 0.2), (blossom * speck).clamp() * 0.8)
    shape = ridge(canvas.random, canvas.width, 0.3, 2)
    return over(paint, field, canvas.under([at.horizon + 0.018 * v for v in shape], 2))
