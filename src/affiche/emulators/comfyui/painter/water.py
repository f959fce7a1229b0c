"""Water to the horizon, and the shore before it."""

from affiche.emulators.comfyui.painter.canvas import Canvas, Field, Paint, light, over, smooth
from affiche.emulators.comfyui.painter.colours import Colour, mix
from affiche.emulators.comfyui.painter.composition import Composition
from affiche.emulators.comfyui.painter.noise import clouds, ridge, waves
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.words import Wish


def sea(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """Water from the horizon down: the sky's colours, deeper, and the light in a broken path."""
    calm = "quiet" in wish.touches
    near = mix(palette.water, palette.shade, 0.25 + 0.3 * palette.night)
    water = canvas.gradient(
        [
            (at.horizon, mix(palette.low, palette.water, 0.35)),
            (at.horizon + (1 - at.horizon) * 0.22, mix(palette.middle, palette.water, 0.6)),
            (1.0, near),
        ]
    )
    wave = waves(canvas, at.horizon, 0.8 if calm else 1.15).copy_memory()
    water = over(water, mix(palette.shade, palette.water, 0.4), smooth(wave, -0.1, -0.9) * 0.34)
    water = light(water, mix(palette.low, palette.sun, 0.3), smooth(wave, 0.15, 1.0) * 0.3)
    water = _path(canvas, water, wave, wish, palette, at)
    line = at.horizon * canvas.height
    return over(paint, water, ((canvas.place[1] - line) * 0.8 + 0.5).clamp())


def _path(
    canvas: Canvas, water: Paint, wave: Field, wish: Wish, palette: Palette, at: Composition
) -> Paint:
    """The light's way over the water, wider as it comes nearer."""
    if wish.touches & {"rain", "cloudy", "fog"}:
        return water
    power = {"day": 0.35, "night": 0.7}.get(wish.hour, 1.0)
    away = (canvas.u - at.sun_x).copy_memory()
    spread = canvas.column(
        [
            0.05 + 0.24 * max(0.0, (y + 0.5) / canvas.height - at.horizon)
            for y in range(canvas.height)
        ]
    )
    ratio = (away / spread).copy_memory()
    beam = (ratio * ratio * -1).exp().copy_memory()
    water = light(water, mix(palette.low, palette.sun, 0.6), beam * (0.4 * power))
    glints = smooth(wave, -0.05, 0.75) * beam
    return light(water, palette.sun, glints * (0.95 * power))


def headland(canvas: Canvas, paint: Paint, palette: Palette, at: Composition) -> Paint:
    """Land far out, on the side where the light is not."""
    random, width = canvas.random, canvas.width
    away = at.sun_x < 0.5
    for reach, height, t in ((0.62, 0.075, 0.35), (0.36, 0.06, 0.7)):
        shape = ridge(random, width, 0.5, 4)
        line = []
        for i, value in enumerate(shape):
            off = (1 - (i + 0.5) / width if away else (i + 0.5) / width) / reach
            rise = max(0.0, 1 - off) ** 0.7 * height * (1 + 0.5 * value)
            line.append(at.horizon - rise + (0.01 if rise < 0.002 else 0.0))
        body = mix(mix(palette.far, palette.low, 0.45), palette.near, t * 0.8)
        mask = canvas.under(line, 1.3) * ((canvas.v * -1 + at.horizon) * canvas.height + 1).clamp()
        paint = over(paint, body, mask)
    return paint


def mirror(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """A lake: what stands above `at.horizon` upside down, drawn out and darker."""
    line = round(at.horizon * canvas.height)
    rest = canvas.height - line
    above = paint.crop(0, 0, canvas.width, line).flipver()
    seen = above.resize(1, vscale=max(rest / line, 0.01) * 1.04, kernel="linear")
    seen = seen.crop(0, 0, canvas.width, min(rest, seen.height))
    seen = seen.gravity("north", canvas.width, rest, extend="copy")
    seen = seen.gaussblur(max(0.6, canvas.side * 0.0026), min_ampl=0.2).copy_memory()
    whole = paint.insert(seen, 0, line).copy_memory()
    wave = waves(canvas, at.horizon, 1.0).copy_memory()
    deep = canvas.column(
        [
            0.14 + 0.5 * max(0.0, (y / canvas.height - at.horizon) / (1 - at.horizon)) ** 1.4
            for y in range(canvas.height)
        ]
    )
    water = over(whole, mix(palette.water, palette.shade, 0.45), deep)
    water = light(water, mix(palette.low, palette.sun, 0.4), smooth(wave, 0.25, 1.0) * 0.22)
    water = over(water, palette.shade, smooth(wave, -0.2, -1.0) * 0.16)
    water = _path(canvas, water, wave, wish, palette, at)
    below = ((canvas.place[1] - line) * 0.8 + 0.5).clamp()
    return over(paint, water, below)


def shore(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """Sand from `at.ground` down, wet where the last wave was, with its line of foam."""
    random, width = canvas.random, canvas.width
    shape = ridge(random, width, 0.3, 2)
    slant = random.uniform(-0.07, 0.07)
    edge = [at.ground + 0.018 * v + slant * (i / width - 0.5) for i, v in enumerate(shape)]
    dry = mix(palette.ground, palette.sun, 0.16)
    sand = canvas.gradient(
        [
            (at.ground - 0.02, mix(palette.ground, palette.water, 0.24)),
            (min(0.99, at.ground + 0.16), dry),
            (1.0, mix(palette.ground, palette.shade, 0.3)),
        ]
    )
    grain = clouds(canvas, 0.01, 0.012, 3, 0.8)
    sand = over(sand, palette.shade, grain.clamp() * 0.08)
    drift = clouds(canvas, 0.3, 0.05, 3)
    sand = over(sand, dry, smooth(drift, 0.0, 0.8) * 0.35)
    wet = [e + 0.05 + 0.014 * v for e, v in zip(edge, ridge(random, width, 0.4, 3), strict=True)]
    gloss = (canvas.under(wet, canvas.height * 0.03) * -1 + 1).copy_memory()
    sand = over(sand, mix(palette.low, palette.water, 0.35), gloss * 0.55)
    beam = canvas.glow(at.sun_x, at.ground, 0.22, 0.5)
    sand = light(sand, palette.sun, beam * gloss * 0.4)
    paint = over(paint, sand, canvas.under(edge, 2.5))
    return _foam(canvas, paint, palette, edge)


def _foam(canvas: Canvas, paint: Paint, palette: Palette, edge: list[float]) -> Paint:
    white = mix(Colour(1, 1, 1), palette.low, 0.18 + 0.5 * palette.night)
    lace = (clouds(canvas, 0.035, 0.014, 4, 0.7) * 0.9 + 0.55).clamp().copy_memory()
    for lift, width, power in ((0.0, 0.009, 0.95), (-0.032, 0.005, 0.5), (-0.07, 0.003, 0.3)):
        wander = ridge(canvas.random, canvas.width, 0.5, 4)
        middle = [e + lift + 0.008 * v for e, v in zip(edge, wander, strict=True)]
        row = canvas.row([m * canvas.height for m in middle])
        off = ((canvas.place[1] - row) * (1 / (width * canvas.height))).copy_memory()
        band = (off * off * -1).exp() * lace
        paint = over(paint, white, band.clamp() * power)
    return paint
