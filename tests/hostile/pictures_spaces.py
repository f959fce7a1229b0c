"""Every way to hold colours, depth, alpha, profiles and frames, and the odd shapes."""

import math
import struct
import zlib
from functools import partial
from typing import Any

import pyvips
from tests.pictures.samples import (
    animation,
    apng,
    blocks,
    coded,
    photograph,
    png_chunk,
    png_with,
)

from affiche.pictures import Kind

from .pictures_cases import JPEG, PNG, WEBP, Case, Fine

WIDTH, HEIGHT = 160, 120
KEPT: dict[Kind, str] = {
    "jpeg": JPEG,
    "png": PNG,
    "webp": WEBP,
    "gif": PNG,
    "avif": JPEG,
    "tiff": PNG,
}
CLEAR: tuple[Kind, ...] = ("png", "webp", "gif", "avif", "tiff")
HOLD: tuple[Kind, ...] = ("jpeg", "png", "webp", "tiff", "avif")
"""A colour profile; the first four whatever is in it."""
LONG: tuple[Kind, ...] = ("jpeg", "png", "gif", "tiff")
SHORT: tuple[Kind, ...] = ("webp", "avif")
"""Of 16,383 pixels a side at most, by their format or by how it is used."""
# Where pixels change, the lossless kinds stay so.
ANEW: dict[Kind, str] = KEPT | {"webp": JPEG}


def space(name: str, kind: Kind, **options: Any) -> bytes:
    return coded(photograph().colourspace(name), kind, **options)


def alpha(kind: Kind, depth: str = "srgb") -> bytes:
    return coded(photograph(alpha=True).colourspace(depth), kind)


def real(kind: Kind = "tiff") -> bytes:
    return coded(photograph().colourspace("scrgb"), kind)


def wild() -> bytes:
    """Floats that are no numbers, or without end."""
    values = (math.nan, math.inf, -math.inf, 3e38, -3e38, 1e-45)
    data = struct.pack("6f", *values) * (WIDTH * HEIGHT // 2)
    image = pyvips.Image.new_from_memory(data, WIDTH, HEIGHT, 3, "float")
    return coded(image.copy(interpretation="scrgb"), "tiff")


def known(name: str) -> bytes:
    return bytes(pyvips.Image.profile_load(name))


def damaged() -> bytes:
    """The right length and signature, then nothing that holds."""
    held = bytearray(known("p3"))
    held[128:200] = b"\xff" * 72
    return bytes(held)


def profiled(kind: Kind, profile: bytes) -> bytes:
    """By hand, because libvips does not save what does not fit."""
    data = coded(photograph(), kind, keep="none")
    match kind:
        case "jpeg":
            return data[:2] + b"".join(_segments(profile)) + data[2:]
        case "png":
            return png_with(data, png_chunk(b"iCCP", b"p\0\0" + zlib.compress(profile)))
        case "webp":
            head = struct.pack("<4sIB3x", b"VP8X", 10, 0x20)
            head += (WIDTH - 1).to_bytes(3, "little") + (HEIGHT - 1).to_bytes(3, "little")
            held = b"ICCP" + struct.pack("<I", len(profile)) + profile + b"\0" * (len(profile) % 2)
            body = b"WEBP" + head + held + data[12:]
            return b"RIFF" + struct.pack("<I", len(body)) + body
        case "tiff":
            return _tiff(data, profile)
    image = photograph().copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", known("p3"))  # type: ignore[arg-type]
    data = coded(image, kind)
    assert known("p3") in data
    assert len(profile) == len(known("p3"))
    return data.replace(known("p3"), profile)


def _segments(profile: bytes) -> list[bytes]:
    parts = [profile[at : at + 65_519] for at in range(0, len(profile), 65_519)]
    return [
        struct.pack(">BBH12sBB", 0xFF, 0xE2, len(part) + 16, b"ICC_PROFILE\0", n, len(parts)) + part
        for n, part in enumerate(parts, 1)
    ]


def _tiff(data: bytes, profile: bytes) -> bytes:
    """Its list of tags anew at the end, with one for the profile (34675)."""
    at = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[at : at + 2])[0]
    entries = [data[at + 2 + n * 12 : at + 14 + n * 12] for n in range(count)]
    entries.append(struct.pack("<HHII", 34675, 7, len(profile), len(data)))
    entries.sort(key=lambda entry: struct.unpack("<H", entry[:2])[0])
    table = struct.pack("<H", count + 1) + b"".join(entries) + bytes(4)
    start = len(data) + len(profile)
    return data[:4] + struct.pack("<I", start) + data[8:] + profile + table


def still(width: int, height: int, kind: Kind) -> bytes:
    return coded(photograph(width, height), kind)


def moving_png() -> bytes:
    return apng([blocks([[(n * 50, 90, 20)]], 48) for n in range(4)])


def cases() -> dict[str, Case]:
    made: dict[str, Case] = {}

    def add(name: str, make: Any, media_type: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        made[name] = Case(make, Fine(*size, media_type))

    for kind in KEPT:
        add(f"{kind} colour", partial(space, "srgb", kind), KEPT[kind])
        add(f"{kind} grey", partial(space, "b-w", kind), KEPT[kind])
        add(f"{kind} of one pixel", partial(still, 1, 1, kind), KEPT[kind], (1, 1))
    for kind in CLEAR:
        add(f"{kind} alpha", partial(alpha, kind), WEBP if kind == "webp" else PNG)
    for depth in ("grey16", "rgb16"):
        add(f"png {depth}", partial(space, depth, "png"), PNG)
        add(f"tiff {depth}", partial(space, depth, "tiff"), PNG)
    add("avif of 12 bits", partial(space, "rgb16", "avif", bitdepth=12), JPEG)
    add("png of 16 bits and alpha", partial(alpha, "png", "rgb16"), PNG)
    add("png of one bit", partial(space, "b-w", "png", bitdepth=1), PNG)
    add("png of two bits", partial(space, "b-w", "png", bitdepth=2), PNG)
    add("png of a palette", partial(space, "srgb", "png", palette=True), PNG)
    add("png interlaced", partial(space, "srgb", "png", interlace=True), PNG)
    add("tiff of one bit", partial(space, "b-w", "tiff", bitdepth=1), PNG)
    add("tiff of floats", real, PNG)
    add("tiff of no numbers", wild, PNG)
    add("tiff lab", partial(space, "lab", "tiff"), PNG)
    add("tiff cmyk", partial(space, "cmyk", "tiff"), PNG)
    add("jpeg cmyk", partial(space, "cmyk", "jpeg"), JPEG)
    add("jpeg progressive", partial(space, "srgb", "jpeg", interlace=True), JPEG)
    for compression in ("jpeg", "lzw", "deflate", "packbits"):
        add(f"tiff {compression}", partial(space, "srgb", "tiff", compression=compression), PNG)
    add("tiff tiled", partial(space, "srgb", "tiff", tile=True), PNG)
    add("tiff of big offsets", partial(space, "srgb", "tiff", bigtiff=True), PNG)
    for kind in HOLD:
        add(f"{kind} wide profile", partial(profiled, kind, known("p3")), ANEW[kind])
        add(f"{kind} damaged profile", partial(profiled, kind, damaged()), ANEW[kind])
    for kind in HOLD[:4]:
        add(f"{kind} cmyk profile on rgb", partial(profiled, kind, known("cmyk")), ANEW[kind])
        add(f"{kind} profile of noise", partial(profiled, kind, b"no profile" * 50), ANEW[kind])
        add(f"{kind} profile of 9 MB", partial(profiled, kind, bytes(9_000_000)), KEPT[kind])
    add("gif animated", partial(animation, "gif"), PNG, (48, 48))
    add("webp animated", partial(animation, "webp"), JPEG, (48, 48))
    add("apng", moving_png, PNG, (48, 48))
    for kind in LONG:
        add(f"{kind} 1 x 30,000", partial(still, 1, 30_000, kind), KEPT[kind], (1, 30_000))
        add(f"{kind} 30,000 x 1", partial(still, 30_000, 1, kind), KEPT[kind], (30_000, 1))
    for kind in SHORT:
        add(f"{kind} 1 x 16,000", partial(still, 1, 16_000, kind), KEPT[kind], (1, 16_000))
        add(f"{kind} 16,000 x 1", partial(still, 16_000, 1, kind), KEPT[kind], (16_000, 1))
    return made
