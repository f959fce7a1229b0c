"""What is in the air before everything else: rain, snow, petals, lights."""

import pyvips

from affiche.emulators.comfyui.painter.canvas import Canvas, Field, Paint, light, over, smooth
from affiche.emulators.comfyui.painter.colours import Colour, mix
from affiche.emulators.comfyui.painter.noise import clouds, sparkles
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.words import Wish

WHITE = Colour(1, 1, 1)


def weather(canvas: Canvas, paint: Paint, wish: Wish, palette: Palette) -> Paint:
    touches = wish.touches
    if "fog" in touches:
        veil = canvas.glow(0.5, 0.75, 1.4, 0.4)
        paint = over(paint, mix(palette.low, WHITE, 0.3 * (1 - palette.night)), veil * 0.5)
    if "rain" in touches:
        paint = light(paint, mix(palette.low, WHITE, 0.4), _rain(canvas) * 0.32)
    if "snow" in touches:
        for share, size, power in ((0.22, 1.6, 0.7), (0.06, 3.6, 0.6), (0.014, 9.0, 0.4)):
            paint = light(paint, WHITE, sparkles(canvas, share, size).clamp() * power)
    if touches & {"spring", "autumn"}:
        paint = _canopy(canvas, paint, palette)
        paint = _petals(canvas, paint, palette)
    if touches & {"bokeh", "neon"} or (wish.setting == "city" and wish.hour == "night"):
        paint = bokeh(canvas, paint, palette)
    return paint


def _rain(canvas: Canvas) -> Field:
    """Streaks: noise drawn out downwards and leant over."""
    width, height = canvas.width, max(4, canvas.height // 24)
    drops = pyvips.Image.gaussnoise(width, height, sigma=1, mean=0, seed=canvas.chance())
    thin = ((drops - 2.1) * 1.4).clamp()
    tall = thin.resize(1, vscale=(canvas.height + 2) / height, kernel="cubic")
    leant = tall.affine([1, -0.08, 0, 1], extend="copy", oarea=[0, 0, width, canvas.height])
    leant = leant.gravity("north-west", canvas.width, canvas.height, extend="mirror")
    return leant.gaussblur(max(0.5, canvas.side * 0.0008)).clamp()


def _canopy(canvas: Canvas, paint: Paint, palette: Palette) -> Paint:
    """Branches in bloom or in leaf that reach in from an upper corner, near and out of focus."""
    side = canvas.random.choice((0.0, 1.0))
    reach = canvas.glow(side, -0.02, 0.5, 0.3) + canvas.glow(1 - side, -0.06, 0.24, 0.13) * 0.8
    reach = reach.copy_memory()
    dark = mix(palette.accent, palette.shade, 0.35)
    bright = mix(palette.accent, palette.sun, 0.45)
    for tone, grain, cut, power in (
        (dark, 0.11, 0.62, 0.75),
        (palette.accent, 0.06, 0.7, 0.85),
        (bright, 0.035, 0.86, 0.8),
    ):
        tufts = clouds(canvas, grain * canvas.height / canvas.width, grain, 2, 0.5) * 0.55
        paint = over(paint, tone, smooth(reach + tufts, cut - 0.12, cut + 0.12) * power)
    return paint


def _petals(canvas: Canvas, paint: Paint, palette: Palette) -> Paint:
    """Petals or leaves in the air, sharp ones small and near ones large and soft."""
    tones = (palette.accent, mix(palette.accent, palette.sun, 0.3))
    for count, size, softness, power in (
        (34, 0.007, 0.5, 0.85),
        (12, 0.016, 1.0, 0.7),
        (5, 0.045, 1.6, 0.45),
    ):
        paint = _scattered(canvas, paint, tones, count, size, softness, power, solid=True)
    return paint


def bokeh(canvas: Canvas, paint: Paint, palette: Palette) -> Paint:
    """Lights out of focus, in the lower half."""
    tones = (palette.accent, mix(palette.accent, palette.low, 0.6), palette.sun)
    for count, size, power in ((16, 0.018, 0.3), (9, 0.036, 0.2), (4, 0.06, 0.14)):
        paint = _scattered(canvas, paint, tones, count, size, 0.16, power, low=0.55)
    return paint


def _scattered(
    canvas: Canvas,
    paint: Paint,
    tones: tuple[Colour, ...],
    count: int,
    size: float,
    softness: float,
    power: float,
    low: float = 0.0,
    solid: bool = False,
) -> Paint:
    """Discs of chance places and sizes, one layer for each tone: lights, or things if `solid`."""
    for tone in tones:
        dots = [
            (
                canvas.random.uniform(-0.02, 1.02),
                canvas.random.uniform(low, 1.02),
                max(1.0, canvas.side * size * canvas.random.uniform(0.6, 1.35)),
                canvas.random.uniform(0.5, 1.0) * power,
            )
            for _ in range(max(1, count // len(tones)))
        ]
        layer = _drawn(canvas, dots, softness * size * canvas.side)
        paint = over(paint, tone, layer) if solid else light(paint, tone, layer)
    return paint


def _drawn(canvas: Canvas, dots: list[tuple[float, float, float, float]], blur: float) -> Field:
    """Discs (x, y, radius in pixels, strength), all softened alike."""
    layer = pyvips.Image.black(canvas.width, canvas.height)
    for x, y, radius, strength in dots:
        place = round(x * canvas.width), round(y * canvas.height)
        layer = layer.draw_circle([255 * strength], *place, round(radius), fill=True)
    soft = canvas.blurred(layer, max(0.5, blur * 0.5) / canvas.side)
    return soft.linear([1 / 255], [0.0])
