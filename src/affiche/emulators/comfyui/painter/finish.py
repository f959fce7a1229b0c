"""What makes a painting look seen through a lens: bloom, curve, falling light, grain."""

from typing import Final

import pyvips

from affiche.emulators.comfyui.painter.canvas import Canvas, Paint, joined, luma, smooth
from affiche.emulators.comfyui.painter.colours import Colour, mix
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.words import Wish

# How visible grain is at each lightness.
_WEIGHT: Final = pyvips.Image.new_from_array(
    [[i / 255 * (1 - i / 255) * 2.4 + 0.35 for i in range(256)]]
).cast("float")


def finish(
    canvas: Canvas, paint: Paint, wish: Wish, palette: Palette, contrast: float, clarity: float
) -> Paint:
    """`contrast` over the whole and `clarity` of its parts, each about -0.2..0.5."""
    paint = paint.copy_memory()
    if abs(clarity) > 0.05:
        paint = paint + (paint - canvas.blurred(paint, 0.02)) * (0.5 * clarity)
    paint = _bloom(canvas, paint.copy_memory())
    paint = _curve(paint, contrast + (0.1 if "vivid" in wish.touches else 0.0))
    paint = _tinted(paint, wish, palette)
    paint = _falling(canvas, paint, 0.5 if "vintage" in wish.touches else 0.34)
    return _grain(canvas, paint, 0.026 if wish.touches & {"vintage", "mono"} else 0.009)


def _bloom(canvas: Canvas, paint: Paint) -> Paint:
    """Bright places shine a little over their edges."""
    fold = 8 if canvas.side >= 128 else 2
    small = paint.resize(1 / fold, kernel="linear")
    bright = ((small - 0.58) * 1.9).clamp().copy_memory()
    near = max(1.0, canvas.side / fold * 0.03)
    spread = bright.gaussblur(near) + bright.gaussblur(near * 3, min_ampl=0.1) * 0.8
    glow = canvas.spread((spread * 0.14).clamp().copy_memory())
    return (paint + glow - paint * glow).copy_memory()


def _curve(paint: Paint, contrast: float) -> Paint:
    if abs(contrast) < 0.01:
        return paint
    paint = paint.clamp().copy_memory()
    s = paint * paint * (paint * -2 + 3)
    return (paint * (1 - contrast) + s * contrast).copy_memory()


def _tinted(paint: Paint, wish: Wish, palette: Palette) -> Paint:
    """Old prints never reach black or white."""
    if "mono" in wish.touches:
        grey = luma(paint)
        return joined([grey, grey, grey])
    if "vintage" in wish.touches:
        low, high = mix(palette.shade, Colour(0.16, 0.13, 0.12), 0.6), Colour(0.97, 0.93, 0.84)
        return paint * [h - 0.55 * w for h, w in zip(high, low, strict=True)] + [
            0.55 * w for w in low
        ]
    return paint


def _falling(canvas: Canvas, paint: Paint, power: float) -> Paint:
    across, down = (canvas.u - 0.5), (canvas.v - 0.5)
    far = smooth((across * across + down * down) ** 0.5, 0.3, 0.95)
    return paint * (far * -power + 1)


def _grain(canvas: Canvas, paint: Paint, power: float) -> Paint:
    """Film grain: strongest in the middle tones."""
    tile = min(512, canvas.width), min(512, canvas.height)
    noise = pyvips.Image.gaussnoise(*tile, sigma=power, mean=0, seed=canvas.chance())
    soft = (noise.gaussblur(0.55) * 1.7).copy_memory() if canvas.side > 500 else noise
    across, down = -(-canvas.width // tile[0]), -(-canvas.height // tile[1])
    soft = soft.replicate(across, down).crop(0, 0, canvas.width, canvas.height)
    paint = paint.copy_memory()
    weight = (luma(paint) * 255).cast("uchar").maplut(_WEIGHT)
    return paint + soft * weight
