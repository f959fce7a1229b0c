"""Pictures made here, good and bad: nothing is read from a file."""

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import pyvips

from affiche.pictures import Kind
from affiche.pictures import loaders as loaders  # shuts libvips as in the product

Pixel = tuple[int, ...]
COLOURS: tuple[Pixel, ...] = (
    (220, 30, 30),
    (30, 200, 40),
    (40, 50, 210),
    (230, 210, 40),
    (20, 20, 20),
    (240, 240, 240),
)


def photograph(width: int = 160, height: int = 120, *, alpha: bool = False) -> pyvips.Image:
    """Something that no coder can leave out: slopes in three directions, and grain."""
    across = pyvips.Image.xyz(width, height)
    grain = pyvips.Image.gaussnoise(width, height, mean=0, sigma=12, seed=7)
    red = across[0] * (200 / max(width, 2)) + grain + 20
    green = across[1] * (200 / max(height, 2)) + grain + 20
    blue = (across[0] + across[1]) * (200 / (width + height)) + grain + 20
    image = red.bandjoin([green, blue]).cast("uchar").copy(interpretation="srgb")
    return image.bandjoin(across[0].cast("uchar")) if alpha else image


def blocks(grid: Sequence[Sequence[Pixel]], side: int = 16) -> pyvips.Image:
    """One block of `side` pixels for each cell."""
    rows = b"".join(bytes(cell) for row in grid for cell in row)
    bands = len(grid[0][0])
    small = pyvips.Image.new_from_memory(rows, len(grid[0]), len(grid), bands, "uchar")
    return small.zoom(side, side).copy(interpretation="srgb")


def coded(image: pyvips.Image, kind: Kind, **options: Any) -> bytes:
    save = {
        "jpeg": image.jpegsave_buffer,
        "png": image.pngsave_buffer,
        "webp": image.webpsave_buffer,
        "gif": image.gifsave_buffer,
        "tiff": image.tiffsave_buffer,
        "avif": image.heifsave_buffer,
    }[kind]
    defaults: dict[str, Any] = {"avif": {"compression": "av1", "effort": 0}}.get(kind, {})
    return bytes(save(**(defaults | options)))


def animation(kind: Kind, frames: int = 4, side: int = 48, **fields: Any) -> bytes:
    strip = pyvips.Image.arrayjoin(
        [blocks([[COLOURS[n % len(COLOURS)]]], side) for n in range(frames)], across=1
    )
    strip = strip.copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.gint_type, "page-height", side)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [100] * frames)
    return coded(strip, kind, **fields)


def tagged(image: pyvips.Image, orientation: int = 1) -> pyvips.Image:
    """With a place, a camera and an orientation in its EXIF, and something in its XMP."""

    made, text = image.copy(), pyvips.GValue.gstr_type
    made.set_type(text, "exif-ifd0-Make", "SECRETCAMERA")
    made.set_type(text, "exif-ifd0-ImageDescription", "SECRETPLACE")
    made.set_type(text, "exif-ifd3-GPSLatitudeRef", "N")
    made.set_type(text, "exif-ifd3-GPSLatitude", "37/1 33/1 59/1")
    made.set_type(text, "exif-ifd3-GPSLongitude", "126/1 58/1 41/1")
    made.set_type(pyvips.GValue.blob_type, "xmp-data", b"<x:xmpmeta>SECRETXMP</x:xmpmeta>")
    made.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return made


def pixels(data: bytes, **options: Any) -> bytes:
    return bytes(pyvips.Image.new_from_buffer(data, "", **options).write_to_memory())


Grid = list[list[Pixel]]
UPRIGHT: Grid = [list(COLOURS[:3]), list(COLOURS[3:])]


def _clockwise(grid: Grid) -> Grid:
    return [list(row) for row in zip(*grid[::-1], strict=True)]


def _mirrored(grid: Grid) -> Grid:
    return [row[::-1] for row in grid]


def _turned(grid: Grid, quarters: int) -> Grid:
    for _ in range(quarters):
        grid = _clockwise(grid)
    return grid


# What is stored under each value, so that it shows upright (EXIF 2.32, 4.6.5, tag 274).
STORED: dict[int, Grid] = {
    1: UPRIGHT,
    2: _mirrored(UPRIGHT),
    3: _turned(UPRIGHT, 2),
    4: _mirrored(_turned(UPRIGHT, 2)),
    5: [list(row) for row in zip(*UPRIGHT, strict=True)],
    6: _turned(UPRIGHT, 3),
    # Its top row is the right column, read upwards.
    7: [[UPRIGHT[1 - x][2 - y] for x in range(2)] for y in range(3)],
    8: _turned(UPRIGHT, 1),
}


# --- by hand ---


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(data: bytes, *chunks: bytes) -> bytes:
    """The PNG with chunks put behind its IHDR."""
    return data[:33] + b"".join(chunks) + data[33:]


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + png_chunk(b"IEND", b"")
    )


def gif_claiming(width: int, height: int) -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00;"
    return b"GIF89a" + screen + frame


def tiff_claiming(width: int, height: int) -> bytes:
    entries = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 5),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, 4),
    ]
    table = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return (
        b"II*\0" + struct.pack("<I", 12) + b"\x80\0\0\0" + struct.pack("<H", 9) + table + b"\0" * 4
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    data = coded(photograph(16, 16), "jpeg")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def avif_claiming(width: int, height: int) -> bytes:
    data = coded(photograph(64, 64), "avif")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def webp_claiming(width: int, height: int) -> bytes:
    data = coded(photograph(16, 16), "webp", keep=pyvips.ForeignKeep.NONE)
    at = data.index(b"\x9d\x01\x2a") + 3
    return data[:at] + struct.pack("<HH", width, height) + data[at + 4 :]


def apng(frames: Sequence[pyvips.Image]) -> bytes:
    """An animation of frames that are all as large as the first."""
    each = {id(frame): frame.copy(interpretation="srgb") for frame in frames}
    ready = {known: coded(frame, "png", keep="none") for known, frame in each.items()}
    plain = [ready[id(frame)] for frame in frames]
    width, height = frames[0].width, frames[0].height
    chunks, number = [png_chunk(b"acTL", struct.pack(">II", len(plain), 0))], 0
    for at, data in enumerate(plain):
        told = struct.pack(">IIIIIHHBB", number, width, height, 0, 0, 1, 10, 0, 0)
        chunks.append(png_chunk(b"fcTL", told))
        number += 1
        start = data.index(b"IDAT")
        size = struct.unpack(">I", data[start - 4 : start])[0]
        pixels = data[start + 4 : start + 4 + size]
        if at == 0:
            chunks.append(png_chunk(b"IDAT", pixels))
        else:
            chunks.append(png_chunk(b"fdAT", struct.pack(">I", number) + pixels))
            number += 1
    return plain[0][:33] + b"".join(chunks) + png_chunk(b"IEND", b"")
