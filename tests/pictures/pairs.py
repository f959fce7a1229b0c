"""Targets, masks and results of engines, of every make; and what of a picture a mask left alone."""

from typing import Final

import pyvips
from hypothesis import strategies as st
from tests.pictures.samples import animation, coded, photograph

Size = tuple[int, int]


def noise(width: int, height: int, seed: int) -> pyvips.Image:
    """Pixels of which no two neighbours are alike."""
    bands = [
        pyvips.Image.gaussnoise(width, height, mean=128, sigma=80, seed=seed * 3 + band)
        for band in range(3)
    ]
    return bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb").copy_memory()


def deep(image: pyvips.Image) -> pyvips.Image:
    """In 16 bits, with something in the lower eight."""
    ramp = pyvips.Image.xyz(image.width, image.height)[0] % 251
    return (image * 256 + ramp).cast("ushort").copy(interpretation="rgb16")


def profiled(image: pyvips.Image) -> pyvips.Image:
    """With Display P3 as its profile."""
    return image.icc_transform("p3", input_profile="srgb", intent="relative")


def _cmyk(image: pyvips.Image) -> bytes:
    return coded(image.icc_export(output_profile="cmyk", intent="relative"), "jpeg")


MAKES: Final[tuple[str, ...]] = (
    *("png", "jpeg", "webp", "alpha", "see-through", "16 bit", "16 bit alpha", "profile"),
    *("16 bit profile", "grey", "grey alpha", "grey 16 bit", "cmyk", "gif", "palette"),
)


def made(make: str, width: int, height: int, seed: int = 1) -> bytes:
    """A picture of that make."""
    image = noise(width, height, seed)
    alpha = noise(width, height, seed + 50)[0]
    grey = image[0].copy(interpretation="b-w")
    match make:
        case "png" | "jpeg" | "webp":
            return coded(image, make)
        case "alpha":
            return coded(image.bandjoin(alpha), "png")
        case "see-through":
            return coded(image.bandjoin(0), "png")
        case "16 bit":
            return coded(deep(image), "png")
        case "16 bit alpha":
            both = deep(image).bandjoin((alpha * 257).cast("ushort"))
            return coded(both.copy(interpretation="rgb16"), "png")
        case "profile":
            return coded(profiled(image), "png")
        case "16 bit profile":
            p3 = image.icc_transform("p3", input_profile="srgb", intent="relative", depth=16)
            return coded(p3, "png")
        case "grey":
            return coded(grey, "png")
        case "grey alpha":
            return coded(grey.bandjoin(alpha).copy(interpretation="b-w"), "png")
        case "grey 16 bit":
            wide = (grey * 257).cast("ushort").copy(interpretation="grey16")
            return coded(wide, "png")
        case "cmyk":
            return _cmyk(image)
        case "gif":
            return animation("gif", 3, max(width, height))
        case "palette":
            return coded(photograph(width, height), "png", palette=True)
    raise AssertionError(make)


def mask_of(covered: bytes, width: int, height: int) -> bytes:
    """A mask whose bytes, one for each pixel, are 0 or 255."""
    image = pyvips.Image.new_from_memory(covered, width, height, 1, "uchar")
    return coded(image.copy(interpretation="b-w"), "png")


@st.composite
def coverings(draw: st.DrawFn, width: int, height: int) -> bytes:
    """Some of the pixels and never all: single ones, rectangles, or all but a rectangle."""
    total = width * height
    if draw(st.booleans()):
        covered = bytearray(draw(st.binary(min_size=total, max_size=total)))
        covered = bytearray(255 if value & 1 else 0 for value in covered)
    else:
        inner, outer = draw(st.sampled_from([(255, 0), (0, 255)]))
        covered = bytearray([outer]) * total
        for _ in range(draw(st.integers(1, 3))):
            left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
            right, bottom = draw(st.integers(left, width - 1)), draw(st.integers(top, height - 1))
            for y in range(top, bottom + 1):
                covered[y * width + left : y * width + right + 1] = bytes([inner]) * (
                    right + 1 - left
                )
    at, other = draw(st.permutations(range(total)))[:2] if total < 64 else (0, total - 1)
    covered[at], covered[other] = 0, 255
    return bytes(covered)


def colours(data: bytes) -> tuple[list[bytes], str]:
    """Each pixel's bytes as they are decoded, grey as three equal ones; and the sample's format."""
    image = pyvips.Image.new_from_buffer(data, "")
    if image.bands < 3:
        image = image[0].bandjoin([image[0], image[0], *([image[1]] if image.bands == 2 else [])])
    step = image.bands * {"uchar": 1, "ushort": 2}[image.format]
    whole = bytes(image.write_to_memory())
    return [whole[at : at + step] for at in range(0, len(whole), step)], str(image.format)


def profile_of(data: bytes) -> bytes | None:
    image = pyvips.Image.new_from_buffer(data, "")
    name = "icc-profile-data"
    return bytes(image.get(name)) if image.get_typeof(name) else None
