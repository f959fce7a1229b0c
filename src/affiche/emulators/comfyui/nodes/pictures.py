"""Pictures, really executed."""

import math
from typing import Any, Final

import pyvips

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.nodes.node import Call, Inputs, NodeError, node
from affiche.emulators.comfyui.values import Mask, Picture

KONTEXT_SIZES: Final = (
    (672, 1568),
    (688, 1504),
    (720, 1456),
    (752, 1392),
    (800, 1328),
    (832, 1248),
    (880, 1184),
    (944, 1104),
    (1024, 1024),
    (1104, 944),
    (1184, 880),
    (1248, 832),
    (1328, 800),
    (1392, 752),
    (1456, 720),
    (1504, 688),
    (1568, 672),
)


def open_picture(call: Call, name: str) -> pyvips.Image:
    """The picture a load node names, upright sRGB; raises NodeError as PIL would."""
    path = call.folders.find(name)
    if path is None:
        missing = call.folders.root / "input" / name
        raise NodeError("FileNotFoundError", f"[Errno 2] No such file or directory: '{missing}'")
    try:
        return pixels.load(path)
    except pixels.Unreadable as error:
        raise NodeError(error.kind, str(error)) from error


@node("LoadImage", heavy=True)
def load_image(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """The picture, and 1 - alpha as mask; black, 64 by 64, without an alpha channel."""
    image = open_picture(call, inputs["image"])
    mask = image[3].invert() if image.bands == 4 else pixels.solid(64, 64, 0)
    return Picture((image[:3].copy_memory(),)), Mask((mask.copy_memory(),))


@node("EmptyImage", heavy=True)
def empty_image(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    color = int(inputs["color"])
    shades = (color >> 16 & 255, color >> 8 & 255, color & 255)
    frame = pixels.solid(int(inputs["width"]), int(inputs["height"]), *shades)
    return (Picture((frame,) * int(inputs["batch_size"])),)


@node("GetImageSize")
def get_image_size(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    picture = inputs["image"]
    return picture.width, picture.height, len(picture.frames)


def _scaled(picture: Picture, width: int, height: int, method: Any, crop: str) -> Picture:
    return Picture(tuple(pixels.scale(f, width, height, method, crop) for f in picture.frames))


@node("ImageScale", heavy=True)
def image_scale(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """A side of 0 follows from the other one; both 0 changes nothing."""
    picture, width, height = inputs["image"], int(inputs["width"]), int(inputs["height"])
    if not width and not height:
        return (picture,)
    if not width:
        width = max(1, round(picture.width * height / picture.height))
    elif not height:
        height = max(1, round(picture.height * width / picture.width))
    return (_scaled(picture, width, height, inputs["upscale_method"], inputs["crop"]),)


@node("ImageScaleToTotalPixels", heavy=True)
def image_scale_to_total_pixels(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """A megapixel is 1024 * 1024; sides are rounded to `resolution_steps`."""
    picture, steps = inputs["image"], int(inputs["resolution_steps"])
    total = float(inputs["megapixels"]) * 1024 * 1024
    by = math.sqrt(total / (picture.width * picture.height))
    width = round(picture.width * by / steps) * steps
    height = round(picture.height * by / steps) * steps
    return (_scaled(picture, width, height, inputs["upscale_method"], "disabled"),)


@node("FluxKontextImageScale", heavy=True)
def flux_kontext_image_scale(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """To the size of nearest proportions among those the model was trained on."""
    picture = inputs["image"]
    ratio = picture.width / picture.height
    width, height = min(KONTEXT_SIZES, key=lambda size: abs(ratio - size[0] / size[1]))
    return (_scaled(picture, width, height, "lanczos", "center"),)


@node("ImageUpscaleWithModel", heavy=True)
def image_upscale_with_model(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """As many times larger as the model's name says (`4x-…`), 4 when it says nothing."""
    picture, name = inputs["image"], inputs["upscale_model"].name.lower()
    times = next((n for n in (8, 4, 2, 1) if f"{n}x" in name or f"x{n}" in name), 4)
    width, height = picture.width * times, picture.height * times
    return (_scaled(picture, width, height, "lanczos", "disabled"),)


@node("ImageInvert", heavy=True)
def image_invert(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Picture(tuple(f.invert().copy_memory() for f in inputs["image"].frames)),)


@node("ImageCompositeMasked", heavy=True)
def image_composite_masked(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """`source` over `destination` at (x, y), cut to it, through the mask stretched over it."""
    below, source, mask = inputs["destination"], inputs["source"], inputs.get("mask")
    x, y = int(inputs["x"]), int(inputs["y"])
    frames = []
    for index, frame in enumerate(below.frames):
        above = source.frames[index % len(source.frames)]
        if inputs["resize_source"]:
            above = pixels.resize(above, frame.width, frame.height, "bilinear")
        if mask is None:
            cover = pixels.solid(above.width, above.height, 255)
        else:
            shade = mask.frames[index % len(mask.frames)]
            cover = pixels.resize(shade, above.width, above.height, "bilinear")
        frames.append(_laid_over(frame, above, cover, x, y))
    return (Picture(tuple(frames)),)


def _laid_over(
    frame: pyvips.Image, above: pyvips.Image, cover: pyvips.Image, x: int, y: int
) -> pyvips.Image:
    width, height = min(above.width, frame.width - x), min(above.height, frame.height - y)
    if width <= 0 or height <= 0:
        return frame
    under = frame.crop(x, y, width, height)
    share = cover.crop(0, 0, width, height) / 255
    mixed = above.crop(0, 0, width, height) * share + under * (1 - share)
    return frame.insert(mixed.rint().cast("uchar"), x, y).copy_memory()
