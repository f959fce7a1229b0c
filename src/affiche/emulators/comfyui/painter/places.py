"""Places that are built or far away: cities, studios, space."""

from affiche.emulators.comfyui.painter.canvas import (
    Canvas,
    Field,
    Paint,
    light,
    over,
    shadow,
    smooth,
)
from affiche.emulators.comfyui.painter.colours import Colour, mix
from affiche.emulators.comfyui.painter.composition import Composition
from affiche.emulators.comfyui.painter.noise import clouds, sparkles
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.words import Wish

WHITE = Colour(1, 1, 1)


def city(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """Rows of towers; after dusk their windows are lit."""
    haze = mix(palette.low, palette.far, 0.3)
    dark = wish.hour in ("night", "dusk", "sunset") or "neon" in wish.touches
    for index in range(4):
        t = index / 3
        line = _towers(canvas, at.ground + 0.01, 0.56 - 0.3 * t, 0.03 + 0.026 * t)
        body = mix(mix(palette.far, haze, 0.4 * (1 - t)), palette.near, t**0.8)
        mask = canvas.under(line, 1.0).copy_memory()
        edge = canvas.row([height * canvas.height for height in line])
        depth = ((canvas.place[1] - edge) * (1 / (0.5 * canvas.height))).clamp().copy_memory()
        face = over(canvas.flat(body), haze, depth * (0.6 - 0.45 * t))
        if dark:
            face = _windows(canvas, face, wish, palette, t)
        paint = over(paint, face, mask)
    glow = mix(palette.accent, palette.sun, 0.5)
    return light(paint, glow, canvas.glow(0.5, at.ground, 0.8, 0.1) * (0.34 * dark))


def _towers(canvas: Canvas, foot: float, tall: float, wide: float) -> list[float]:
    """A skyline of boxes, highest about the middle, some with a mast."""
    random, width = canvas.random, canvas.width
    line = [foot] * width
    peak = random.uniform(0.3, 0.7)
    x = -0.02
    while x < 1.0:
        across = wide * random.uniform(0.6, 1.7)
        rise = tall * random.uniform(0.25, 1.0) * (1 - 0.75 * abs(x - peak))
        first, last = max(0, int(x * width)), min(width, int((x + across) * width))
        step = random.random() < 0.35
        for i in range(first, last):
            inner = min(i - first, last - 1 - i) / max(1, last - first)
            line[i] = foot - rise * (0.9 if step and inner < 0.2 else 1.0)
        if random.random() < 0.22 and last - first > 6:
            middle = (first + last) // 2
            for i in range(middle, min(width, middle + max(1, width // 700))):
                line[i] -= 0.16 * rise
        x += across * random.uniform(0.85, 1.15)
    return line


def _windows(canvas: Canvas, face: Paint, wish: Wish, palette: Palette, t: float) -> Paint:
    """A grid of panes, each lit or not by chance, in three tempers of light."""
    cell = max(3, round(canvas.side * (0.0075 + 0.0055 * t)))
    columns, rows = canvas.width // cell + 1, canvas.height // (cell + 1) + 1
    chance = pyvips_noise(canvas, columns, rows)
    tall = cell + max(1, cell // 3)
    lit = smooth(chance, 0.7 - 0.06 * t, 1.0).resize(cell, vscale=tall, kernel="nearest")
    lit = lit.crop(0, 0, min(lit.width, canvas.width), min(lit.height, canvas.height))
    lit = lit.gravity("north-west", canvas.width, canvas.height, extend="copy")
    frame = _panes(canvas, cell, tall)
    panes = (lit * frame).copy_memory()
    warm = mix(palette.accent, palette.sun, 0.45)
    cool = palette.low if "neon" in wish.touches else mix(palette.sun, WHITE, 0.3)
    tone = smooth(clouds(canvas, 0.12, 0.12, 2), -0.3, 0.3)
    face = light(face, warm, panes * (0.35 + 0.5 * t))
    return light(face, cool, panes * tone * (0.2 + 0.35 * t))


def _panes(canvas: Canvas, cell: int, tall: int) -> Field:
    across = [float(x % cell > 0) for x in range(canvas.width)]
    down = [float(tall // 3 < y % tall) for y in range(canvas.height)]
    return canvas.row(across) * canvas.column(down)


def pyvips_noise(canvas: Canvas, width: int, height: int) -> Field:
    """Independent values, about 0..1."""
    import pyvips

    return pyvips.Image.gaussnoise(width, height, sigma=0.28, mean=0.5, seed=canvas.chance())


def studio(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """A backdrop that runs into the floor, light through a window, and a lit place to stand."""
    wall = mix(mix(palette.ground, palette.low, 0.5), palette.middle, 0.18)
    floor = mix(wall, palette.ground, 0.45)
    paint = canvas.gradient(
        [
            (0.0, mix(wall, palette.top, 0.28)),
            (at.ground - 0.16, wall),
            (at.ground - 0.01, mix(wall, palette.low, 0.5)),
            (at.ground + 0.03, mix(floor, palette.low, 0.3)),
            (1.0, mix(floor, palette.shade, 0.22)),
        ]
    )
    left = at.sun_x < 0.5
    lamp = 0.16 if left else 0.84
    paint = light(paint, mix(palette.sun, WHITE, 0.3), canvas.glow(lamp, 0.1, 0.7, 0.7) * 0.42)
    paint = light(paint, palette.low, canvas.glow(0.5, at.ground - 0.16, 0.42, 0.36) * 0.34)
    paint = shadow(paint, palette.shade, canvas.glow(1 - lamp, 0.95, 0.55, 0.5) * 0.42)
    return _panes_of_light(canvas, paint, palette, at, left)


def _panes_of_light(
    canvas: Canvas, paint: Paint, palette: Palette, at: Composition, left: bool
) -> Paint:
    """Slanted bars of window light on the wall, softly out of focus."""
    random = canvas.random
    start, slope = random.uniform(0.05, 0.25), random.uniform(0.3, 0.5)
    across = canvas.u if left else canvas.u * -1 + 1
    along = (across + canvas.v * slope - start).copy_memory()
    pitch = random.uniform(0.17, 0.23)
    phase = (along * (1 / pitch) - (along * (1 / pitch)).floor()).copy_memory()
    bars = smooth(phase, 0.08, 0.16) * smooth(phase, 0.86, 0.78)
    window = smooth(along, 0.0, 0.03) * smooth(along, pitch * 3 + 0.03, pitch * 3)
    sill = canvas.v + across * -0.16
    window = window * smooth(sill, -0.02, 0.03) * smooth(sill, 0.56, 0.5)
    rail = (sill - random.uniform(0.22, 0.3)).copy_memory()
    window = window * ((rail * rail * -9000).exp() * -0.85 + 1)
    soft = (bars * window).gaussblur(max(0.8, canvas.side * 0.011))
    return light(paint, mix(palette.sun, WHITE, 0.25), soft * 0.4)


def props(canvas: Canvas, paint: Paint, palette: Palette, at: Composition) -> Paint:
    """An arch, a plinth and a ball: what a set shows while nobody stands in it."""
    random = canvas.random
    aspect = canvas.height / canvas.width
    left = at.sun_x < 0.5
    middle = random.uniform(0.44, 0.56)
    foot = at.ground + 0.075
    width = 0.17 / max(aspect, 0.7)
    crown = foot - 0.44
    arch = _arch(canvas, middle, width, crown, foot)
    tone = mix(palette.accent, palette.middle, 0.35)
    paint = _cast(canvas, paint, palette, middle + (0.12 if left else -0.12), foot, width * 1.5)
    paint = over(paint, _turned(canvas, tone, palette, middle, width, left), arch)
    inner = _arch(canvas, middle, width * 0.62, crown + 0.1, foot)
    hollow = mix(mix(tone, palette.shade, 0.45), palette.middle, 0.2)
    paint = over(paint, _turned(canvas, hollow, palette, middle, width, not left), inner)
    radius = 0.085 * canvas.side
    x = middle + (1 if left else -1) * width * 0.95
    y = foot + 0.055 - radius / canvas.height
    paint = _cast(canvas, paint, palette, x + (0.03 if left else -0.03), foot + 0.055, 0.09)
    return _ball(canvas, paint, mix(palette.low, palette.sun, 0.35), palette, x, y, radius, left)


def _arch(canvas: Canvas, x: float, half: float, top: float, foot: float) -> Field:
    radius = half * canvas.width
    head = canvas.disc(x, top + radius / canvas.height, radius, 1.5)
    across = ((canvas.u - x).abs() * -1 + half) * canvas.width + 0.5
    down = (canvas.v - (top + radius / canvas.height)) * canvas.height + 0.5
    body = across.clamp() * down.clamp()
    floor = ((canvas.v * -1 + foot) * canvas.height + 0.5).clamp()
    return (head + body).clamp() * floor


def _turned(
    canvas: Canvas, tone: Colour, palette: Palette, x: float, half: float, left: bool
) -> Paint:
    """A surface that bends away from the light across its width."""
    way = 1 if left else -1
    across = (canvas.u - x) * (way / half)
    face = over(canvas.flat(tone), mix(tone, WHITE, 0.35), smooth(across, 0.2, -1.0) * 0.7)
    return shadow(face, mix(palette.shade, tone, 0.4), smooth(across, 0.0, 1.1) * 0.55)


def _ball(
    canvas: Canvas,
    paint: Paint,
    tone: Colour,
    palette: Palette,
    x: float,
    y: float,
    radius: float,
    left: bool,
) -> Paint:
    disc = canvas.disc(x, y, radius)
    reach_x, reach_y = radius / canvas.width, radius / canvas.height
    side = -0.4 if left else 0.4
    face = shadow(
        canvas.flat(tone),
        mix(palette.shade, tone, 0.35),
        (
            canvas.glow(x + side * reach_x, y - 0.45 * reach_y, 1.25 * reach_x, 1.25 * reach_y) * -1
            + 1
        ),
    )
    spot = canvas.disc(x + side * reach_x, y - 0.45 * reach_y, radius * 0.2, radius * 0.5)
    face = light(face, WHITE, spot * 0.45)
    return over(paint, face, disc)


def _cast(canvas: Canvas, paint: Paint, palette: Palette, x: float, y: float, half: float) -> Paint:
    return shadow(paint, palette.shade, canvas.glow(x, y, half, 0.028) * 0.6)


def space(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """Dust lit from within, stars, and a planet with its night side."""
    paint = canvas.gradient([(0, palette.top), (1, mix(palette.near, palette.top, 0.4))])
    dust = clouds(canvas, 0.5, 0.5, 6, 0.58).copy_memory()
    veil = clouds(canvas, 0.8, 0.35, 5, 0.6).copy_memory()
    warm = mix(palette.accent, palette.low, 0.5)
    band = smooth((canvas.v + canvas.u * 0.5 - 0.75).abs() + dust * -0.2, 0.5, 0.0)
    paint = light(paint, palette.middle, smooth(veil, -0.7, 0.7) * band)
    paint = light(paint, palette.low, smooth(dust, -0.15, 0.8) * band)
    paint = light(paint, warm, smooth(dust * veil, 0.0, 0.35) * band)
    paint = light(paint, WHITE, smooth(dust, 0.25, 1.0) * band * band * 0.55)
    paint = light(paint, WHITE, sparkles(canvas, 1.5, 0.5).clamp() * 0.8)
    paint = light(paint, mix(WHITE, palette.sun, 0.5), sparkles(canvas, 0.1, 1.5).clamp())
    return _planet(canvas, paint, palette, at) if at.base is None else paint


def _planet(canvas: Canvas, paint: Paint, palette: Palette, at: Composition) -> Paint:
    x, y = 1 - at.sun_x * 0.9, 0.62
    radius = canvas.side * canvas.random.uniform(0.17, 0.24)
    reach_x, reach_y = radius / canvas.width, radius / canvas.height
    way = 1 if at.sun_x > x else -1
    bands = smooth(clouds(canvas, 0.9, 0.05, 4, 0.55), -0.7, 0.8)
    face = over(canvas.flat(palette.accent), mix(palette.low, palette.near, 0.3), bands)
    day = canvas.glow(x + way * reach_x * 0.65, y - reach_y * 0.5, reach_x * 1.15, reach_y * 1.2)
    face = shadow(face, mix(palette.top, Colour(0, 0, 0), 0.4), day * -1 + 1)
    air = canvas.disc(x, y, radius * 1.05, radius * 0.16) * day
    paint = light(paint, palette.low, air * 0.7)
    return over(paint, face, canvas.disc(x, y, radius, 1.6))
