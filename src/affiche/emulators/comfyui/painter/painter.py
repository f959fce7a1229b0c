"""From a Painting to pixels.

A stand-in for a diffusion model: words choose a place, its light and its colours; a photograph
gives the subject; seed, steps, guidance and strength change what a person expects them to. The
same painting gives the same bytes.
"""

import math
from dataclasses import replace
from random import Random
from typing import Any, Final

import pyvips

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.painter import cover, envelope, light, prints, subject
from affiche.emulators.comfyui.painter.canvas import Canvas, Paint, over
from affiche.emulators.comfyui.painter.colours import Colour, toward
from affiche.emulators.comfyui.painter.composition import compose
from affiche.emulators.comfyui.painter.finish import finish
from affiche.emulators.comfyui.painter.painting import Painting
from affiche.emulators.comfyui.painter.palette import Change, Palette, palette
from affiche.emulators.comfyui.painter.scene import scene
from affiche.emulators.comfyui.painter.weather import weather
from affiche.emulators.comfyui.painter.words import Wish, read

_BACKDROP: Final = 240_000
_POSTER: Final = 560_000
_STYLE_NAMES: Final = ("top", "middle", "low", "far", "near", "ground", "accent")


def paint(painting: Painting) -> pyvips.Image:
    """The picture: 8-bit sRGB, `width` by `height`, in memory."""
    source = painting.source
    if isinstance(source, Painting):
        source = paint(source)
    photo = painting.references[0] if painting.references else source
    asked = prints.read(painting.prompt)
    if isinstance(asked, prints.Envelope) and photo is not None:
        made = _packed(painting, photo, asked)
    else:
        made = _made(painting, None if photo is None else _fitted(photo, painting), asked)
    if source is not None:
        made = _limited(made, _fitted(source, painting), painting)
    scaled = (made * 255).rint().cast("uchar")
    return scaled.copy(interpretation="srgb").copy_memory()


def glance(painting: Painting, size: int, done: float) -> pyvips.Image:
    """A small look at an unfinished picture, `done` of 0..1: first colours, then shapes."""
    scale = min(1.0, size / max(painting.width, painting.height))
    width, height = max(16, round(painting.width * scale)), max(16, round(painting.height * scale))
    mask = painting.mask and pixels.resize(painting.mask, width, height, "bilinear")
    small = paint(replace(painting, width=width, height=height, mask=mask))
    return small.gaussblur(max(0.4, size * 0.06 * (1 - done) ** 1.5)).copy_memory()


def _packed(painting: Painting, photo: pyvips.Image, asked: prints.Envelope) -> Paint:
    _, canvas = _begun(painting, painting.prompt)
    return envelope.packed(canvas, photo, asked)


def _begun(painting: Painting, words: str) -> tuple[Wish, Canvas]:
    wish = read(words, painting.negative if painting.cfg > 1 else "")
    random = Random(f"{wish.digest}:{painting.seed}:{painting.loras}")  # noqa: S311  reproducible
    return wish, Canvas(painting.width, painting.height, random)


def _made(
    painting: Painting, photo: pyvips.Image | None, asked: prints.Cover | prints.Envelope | None
) -> Paint:
    covered = asked if isinstance(asked, prints.Cover) else None
    wish, canvas = _begun(painting, covered.scene if covered else painting.prompt)
    random = canvas.random
    # A place behind a subject is out of focus, so that painting it small loses nothing.
    area = canvas.width * canvas.height
    stage = _smaller(canvas, _POSTER if photo is None else min(_BACKDROP, 0.4 * area))
    colours = _styled(palette(wish, random), painting)
    found = None if photo is None else subject.find(photo)
    detail = min(1.0, math.log2(1 + painting.steps) / 4.4)
    if photo is not None and found is None and not wish.named:
        # Nothing to put elsewhere and no place asked for: only the light changes.
        wish = replace(wish, setting="sky")
    elif found is not None and not wish.cued:
        # No word tells where, so that a set in its colours does the subject most good.
        wish = replace(wish, setting="studio")
    base = None if photo is None else 1.0 if found is None else found.base
    at = compose(wish, random, detail, base)
    made = scene(stage, wish, colours, at)
    made = made if found is None else light.behind(stage, made, wish)
    made = made if stage is canvas else canvas.spread(made).copy_memory()
    power = _power(painting)
    if photo is not None:
        seen = (photo * (1 / 255)).cast("float").copy_memory()
        if found is None:
            made = light.whole(canvas, made, seen, colours, at, power)
        else:
            made = light.placed(canvas, made, seen, found, wish, colours, at, power)
    made = weather(canvas, made, wish, colours)
    if painting.steps < 4:
        # Few steps leave things undecided.
        made = canvas.blurred(made, 0.0035 * (4 - painting.steps))
    contrast = 0.05 + 0.22 * _guided(painting)
    made = finish(canvas, made, wish, colours, contrast, clarity=detail - 0.55)
    if covered is None:
        return made
    # After all else, as printing is: type is as sharp as the paper lets it be.
    return cover.printed(canvas, made, covered, colours, None if found is None else found.mask)


def _smaller(canvas: Canvas, pixels: float) -> Canvas:
    """A canvas of the same proportions and at most so many pixels."""
    scale = math.sqrt(pixels / (canvas.width * canvas.height))
    if scale >= 1:
        return canvas
    width, height = round(canvas.width * scale), round(canvas.height * scale)
    return Canvas(width, height, canvas.random)


def _guided(painting: Painting) -> float:
    """How strictly the words are followed, 0..1, from cfg and guidance."""
    cfg = math.log2(1 + max(0.0, painting.cfg)) / math.log2(11)
    if painting.guidance is None:
        return min(1.0, cfg)
    return min(1.0, 0.6 * cfg + 0.5 * math.log2(1 + painting.guidance) / math.log2(31))


def _power(painting: Painting) -> float:
    """How far a photograph takes on the painted light, 0..1."""
    return min(1.0, 0.55 + 0.5 * _guided(painting)) * min(1.0, 0.3 + 0.7 * painting.denoise)


def _fitted(image: pyvips.Image, painting: Painting) -> pyvips.Image:
    """Cut to the proportions of the painting and scaled to its size."""
    return pixels.scale(image, painting.width, painting.height, "bilinear", "center")


def _limited(made: Paint, source: pyvips.Image, painting: Painting) -> Paint:
    """Only as far from the source as the noise reached, and only inside the mask."""
    before = source * (1 / 255)
    share = min(1.0, painting.denoise) ** 0.8
    made = over(before, made, share) if share < 1 else made
    if painting.mask is None:
        return made
    soft = painting.mask.gaussblur(max(0.5, min(painting.width, painting.height) * 0.004))
    return over(before, made, (soft * (1 / 255)).clamp())


def _styled(colours: Palette, painting: Painting) -> Palette:
    """Style pictures, further references and LoRAs pull the colours towards their own."""
    pulls = [(image, min(1.0, strength) * 0.8) for image, strength in painting.styles]
    pulls += [(image, 0.45) for image in painting.references[1:]]
    for image, strength in pulls:
        rows = pixels.resize(image, 3, len(_STYLE_NAMES), "area")
        aims = [Colour(*(c / 255 for c in rows(1, y)[:3])) for y in range(rows.height)]
        changed: dict[str, Any] = {
            name: toward(getattr(colours, name), aim, strength)
            for name, aim in zip(_STYLE_NAMES, aims, strict=True)
        }
        colours = replace(colours, **changed)
    for name, strength in painting.loras:
        lean = Random(name).uniform(-40, 40)  # noqa: S311
        colours = colours.each(Change(degrees=lean * max(-1.5, min(1.5, strength))))
    return colours
