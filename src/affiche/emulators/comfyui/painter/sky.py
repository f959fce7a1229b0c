"""Skies: gradient, light, clouds, stars."""

from affiche.emulators.comfyui.painter.canvas import Canvas, Field, Paint, light, over, smooth
from affiche.emulators.comfyui.painter.colours import Colour, mix
from affiche.emulators.comfyui.painter.composition import Composition
from affiche.emulators.comfyui.painter.noise import clouds, sparkles
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.words import Wish

WHITE = Colour(1, 1, 1)


def sky(canvas: Canvas, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """The whole canvas as sky; what stands before it is painted over."""
    end = max(at.horizon, 0.35)
    stops = [
        (0.0, palette.top),
        (end * 0.52, palette.middle),
        (end * 0.9, palette.low),
        (end, mix(palette.low, palette.sun, 0.25)),
    ]
    paint = canvas.gradient(stops)
    if wish.hour == "night":
        paint = _stars(canvas, paint, palette, at)
    paint = _halo(canvas, paint, palette, at, wish)
    if "mono" not in wish.touches or wish.hour != "night":
        paint = _clouds(canvas, paint, palette, at, wish)
    return _orb(canvas, paint, palette, at, wish)


def _halo(canvas: Canvas, paint: Paint, palette: Palette, at: Composition, wish: Wish) -> Paint:
    """Light spreads wide along the horizon and close around its source."""
    power = {"day": 0.5, "night": 0.3, "dusk": 0.55}.get(wish.hour, 0.85)
    if wish.touches & {"rain", "fog", "cloudy"}:
        power *= 0.45
    warm = mix(palette.low, palette.sun, 0.5)
    if wish.hour in ("sunset", "dawn", "dusk"):
        band = canvas.glow(at.sun_x, at.horizon, 0.75, 0.16)
        paint = light(paint, warm, band * (0.4 * power))
    wide = canvas.glow(at.sun_x, at.sun_y, 0.42, 0.34) * (0.5 * power)
    close = canvas.glow(at.sun_x, at.sun_y, 0.13, 0.13) * (0.6 * power)
    return light(paint, mix(warm, palette.sun, 0.4), wide + close)


def _orb(canvas: Canvas, paint: Paint, palette: Palette, at: Composition, wish: Wish) -> Paint:
    """The sun when it is low, the moon at night; a high sun stays out of the picture."""
    if wish.hour == "day" or wish.touches & {"rain", "fog", "cloudy"}:
        return paint
    radius = canvas.side * {"night": 0.036, "dusk": 0.026}.get(wish.hour, 0.052)
    disc = canvas.disc(at.sun_x, at.sun_y, radius, max(1.5, radius * 0.08)).copy_memory()
    face = mix(palette.sun, WHITE, 0.55)
    paint = over(paint, face, disc)
    if wish.hour == "night":
        shade = canvas.disc(at.sun_x + 0.014, at.sun_y - 0.006, radius * 0.96, radius * 0.5)
        paint = over(paint, mix(palette.top, palette.middle, 0.4), disc * shade * 0.55)
    return light(paint, palette.sun, canvas.glow(at.sun_x, at.sun_y, 0.06, 0.06) * 0.4)


def _stars(canvas: Canvas, paint: Paint, palette: Palette, at: Composition) -> Paint:
    fade = smooth(canvas.v, at.horizon, at.horizon * 0.25)
    small = sparkles(canvas, 0.7, 0.55, at.horizon)
    large = sparkles(canvas, 0.06, 1.3, at.horizon)
    paint = light(paint, mix(WHITE, palette.sun, 0.4), (small * fade).clamp() * 0.85)
    return light(paint, mix(WHITE, palette.sun, 0.2), (large * fade).clamp())


def _clouds(canvas: Canvas, paint: Paint, palette: Palette, at: Composition, wish: Wish) -> Paint:
    """Drawn-out bands; their lower sides catch the light near its source."""
    thick = 0.62 if wish.touches & {"cloudy", "rain"} else 0.0
    thick += 0.34 if wish.setting == "sky" else 0.0
    thick += canvas.random.uniform(0.04, 0.2)
    if wish.hour in ("sunset", "dawn", "dusk"):
        thick += 0.12
    if "quiet" in wish.touches:
        thick -= 0.14
    noise = clouds(canvas, 0.75, 0.2, 5, 0.55).copy_memory()
    body = smooth(noise, 0.34 - 0.75 * thick, 1.0 - 0.5 * thick)
    reach = smooth(canvas.v, -0.1, 0.22) * smooth(canvas.v, at.horizon + 0.06, at.horizon * 0.72)
    lit = canvas.glow(at.sun_x, at.sun_y, 0.55, 0.4).copy_memory()
    cold = mix(palette.middle, palette.top, 0.35 if thick < 0.5 else 0.1)
    if wish.hour == "day":
        cold = mix(palette.middle, WHITE, 0.5 if not thick > 0.5 else 0.2)
    warm = mix(palette.low, palette.sun, 0.6)
    share = (body * reach).copy_memory()
    paint = over(paint, cold, share * 0.55)
    paint = over(paint, warm, _edge(share, lit) * 0.85)
    if wish.hour == "day":
        return paint
    streaks = clouds(canvas, 1.4, 0.045, 4, 0.5)
    low = smooth(canvas.v, at.horizon * 0.5, at.horizon * 0.9) * smooth(streaks, 0.05, 0.9)
    tone = mix(palette.middle, palette.far, 0.5)
    return over(paint, tone, low * (0.5 - 0.3 * palette.night))


def _edge(share: Field, lit: Field) -> Field:
    return share * (lit * 0.8 + 0.16)
