"""From a Painting to pixels."""

import hashlib

import pyvips

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.painter.painting import Painting


def paint(painting: Painting) -> pyvips.Image:
    """The picture: 8-bit sRGB, `width` by `height`, the same for the same painting."""
    digest = hashlib.sha256(f"{painting.prompt}|{painting.seed}".encode()).digest()
    image = pyvips.Image.black(painting.width, painting.height, bands=3) + list(digest[:3])
    if painting.references:
        photo = pixels.resize(painting.references[0], painting.width, painting.height, "bilinear")
        image = (image + photo) / 2
    noise = pyvips.Image.gaussnoise(
        painting.width, painting.height, sigma=6, mean=0, seed=painting.seed & 0x7FFFFFFF
    )
    return (image + noise).cast("uchar").copy(interpretation="srgb").copy_memory()


def glance(painting: Painting, size: int, done: float) -> pyvips.Image:
    """A small look at an unfinished picture, `done` of 0..1."""
    image = paint(painting).thumbnail_image(size)
    return image.gaussblur(max(0.5, 12 * (1 - done)))
