"""Masks, really executed."""

from typing import Any

import pyvips

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.nodes.node import Call, Inputs, NodeError, node
from affiche.emulators.comfyui.nodes.pictures import open_picture
from affiche.emulators.comfyui.values import Mask, Picture

_CHANNELS = ("red", "green", "blue", "alpha")


@node("LoadImageMask", heavy=True)
def load_image_mask(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """Red, green and blue as they are; alpha as 1 - alpha, which is black without one."""
    image = open_picture(call, inputs["image"])
    channel = _CHANNELS.index(inputs["channel"])
    if channel < 3:
        return (Mask((image[channel].copy_memory(),)),)
    if image.bands < 4:
        return (Mask((pixels.solid(image.width, image.height, 0),)),)
    return (Mask((image[3].invert().copy_memory(),)),)


@node("InvertMask", heavy=True)
def invert_mask(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Mask(tuple(f.invert().copy_memory() for f in inputs["mask"].frames)),)


@node("GrowMask", heavy=True)
def grow_mask(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (grown(inputs["mask"], int(inputs["expand"]), bool(inputs["tapered_corners"])),)


def grown(mask: Mask, by: int, tapered: bool) -> Mask:
    """Grown by `by` pixels, or shrunk when negative; `tapered` grows along the axes only."""
    return Mask(tuple(_grown(frame, by, tapered) for frame in mask.frames))


def _grown(frame: pyvips.Image, by: int, tapered: bool) -> pyvips.Image:
    """`by` rounds of a 3 by 3 maximum: a square without tapering, a diamond with it."""
    reach = min(abs(by), max(frame.width, frame.height))
    if not reach:
        return frame
    width, height = frame.width, frame.height
    if not tapered:
        size = 2 * reach + 1
        wide = frame.embed(reach, reach, width + 2 * reach, height + 2 * reach, extend="copy")
        index = size * size - 1 if by > 0 else 0
        ranked = wide.rank(size, size, index)
        return ranked.crop(reach, reach, width, height).copy_memory()
    for _ in range(reach):
        around = frame.embed(1, 1, width + 2, height + 2, extend="copy")
        sides = [around.crop(x, y, width, height) for x, y in ((0, 1), (2, 1), (1, 0), (1, 2))]
        ranked = frame.bandrank(sides, index=4 if by > 0 else 0)
        frame = ranked.copy_memory()
    return frame


@node("MaskToImage", heavy=True)
def mask_to_image(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    frames = (f.bandjoin([f, f]).copy(interpretation="srgb") for f in inputs["mask"].frames)
    return (Picture(tuple(f.copy_memory() for f in frames)),)


@node("ImageToMask", heavy=True)
def image_to_mask(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    channel = _CHANNELS.index(inputs["channel"])
    if channel > 2:
        raise NodeError("IndexError", "index 3 is out of bounds for dimension 3 with size 3")
    return (Mask(tuple(f[channel].copy_memory() for f in inputs["image"].frames)),)
