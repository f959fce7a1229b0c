"""A whole scene for a wish, layer by layer from the back."""

from dataclasses import replace

from affiche.emulators.comfyui.painter import land, places, water
from affiche.emulators.comfyui.painter.canvas import Canvas, Paint
from affiche.emulators.comfyui.painter.composition import Composition
from affiche.emulators.comfyui.painter.palette import Palette
from affiche.emulators.comfyui.painter.sky import sky
from affiche.emulators.comfyui.painter.words import Wish


def scene(canvas: Canvas, wish: Wish, palette: Palette, at: Composition) -> Paint:
    """The place without what is in the air before it (see `weather`)."""
    if wish.setting == "space":
        return places.space(canvas, canvas.flat(palette.top), wish, palette, at)
    if wish.setting == "studio":
        paint = places.studio(canvas, canvas.flat(palette.middle), wish, palette, at)
        return places.props(canvas, paint, palette, at) if at.base is None else paint
    paint = sky(canvas, wish, palette, at)
    if wish.setting == "beach":
        paint = water.headland(canvas, paint, palette, at)
        paint = water.sea(canvas, paint, wish, palette, at)
        return water.shore(canvas, paint, wish, palette, at)
    if wish.setting == "lake":
        paint = land.ridges(canvas, paint, wish, palette, at, count=4, height=0.24)
        return water.mirror(canvas, paint, wish, palette, at)
    if wish.setting == "forest":
        return land.forest(canvas, paint, wish, palette, at)
    if wish.setting == "city":
        paint = places.city(canvas, paint, wish, palette, at)
        return water.mirror(canvas, paint, wish, palette, replace(at, horizon=at.ground))
    if wish.setting == "desert":
        return land.dunes(canvas, paint, palette, at)
    if wish.setting == "meadow":
        return land.meadow(canvas, paint, wish, palette, at)
    if wish.setting == "sky":
        return land.ridges(canvas, paint, wish, palette, at, count=2, height=0.05)
    return land.ridges(canvas, paint, wish, palette, at)
