"""Little that becomes much: in memory, in time, or in both."""

import struct
import zlib
from functools import partial
from itertools import chain

import pyvips
from tests.pictures.samples import (
    animation,
    apng,
    avif_claiming,
    coded,
    gif_claiming,
    jpeg_claiming,
    photograph,
    png_chunk,
    png_claiming,
    png_with,
    tiff_claiming,
    webp_claiming,
)

from .pictures_cases import BROKEN, FRAMES, JPEG, PIXELS, PNG, WEBP, Case, Fine

KEPT_PNG = Fine(160, 120, PNG)
KEPT_JPEG = Fine(160, 120, JPEG)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def packed(size: int) -> bytes:
    """Zeros, a thousandth as long."""
    return zlib.compress(bytes(size), 9)


def png(*chunks: bytes) -> bytes:
    return png_with(coded(photograph(), "png"), *chunks)


def jpeg(*segments: bytes) -> bytes:
    data = coded(photograph(), "jpeg")
    return data[:2] + b"".join(segments) + data[2:]


def texts_of_png() -> bytes:
    """Two gigabytes, once they are unpacked."""
    text = packed(50_000_000)
    return png(*(png_chunk(b"zTXt", b"t%d\0\0" % n + text) for n in range(40)))


def international_texts_of_png() -> bytes:
    text = packed(7_900_000)
    return png(*(png_chunk(b"iTXt", b"t%d\0\1\0\0\0" % n + text) for n in range(300)))


def profile_of_png() -> bytes:
    return png(png_chunk(b"iCCP", b"p\0\0" + packed(100_000_000)))


def pixels_of_png_past_their_end() -> bytes:
    """The head says four pixels, the coded rows go on for a gigabyte."""
    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = png_chunk(b"IDAT", packed(100_000_000))
    return SIGNATURE + png_chunk(b"IHDR", head) + pixels + png_chunk(b"IEND", b"")


def crumbs_of_png() -> bytes:
    head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    crumbs = png_chunk(b"IDAT", b"") * 400_000
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(52)))
    return SIGNATURE + png_chunk(b"IHDR", head) + crumbs + pixels + png_chunk(b"IEND", b"")


def frames_of_png(count: int, side: int) -> bytes:
    return apng([pyvips.Image.black(side, side, bands=3)] * count)


def frame_of_png_past_its_edge() -> bytes:
    """The second frame says 60,000 pixels a side."""
    data = frames_of_png(2, 16)
    at = data.rindex(b"fcTL")
    body = bytearray(data[at + 4 : at + 30])
    body[4:12] = struct.pack(">II", 60_000, 60_000)
    return data[: at - 4] + png_chunk(b"fcTL", bytes(body)) + data[at + 34 :]


def scans_of_jpeg(count: int) -> bytes:
    """Each scan of a few bytes passes over the whole picture."""
    data = coded(pyvips.Image.black(4000, 3000).copy(interpretation="b-w"), "jpeg", interlace=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * count + data[-2:]


def gif(screen: tuple[int, int], *frames: tuple[int, int]) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + b"".join(gif_frame(*size) for size in frames) + b";"


def gif_frame(width: int, height: int) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00"


def crumbs_of_gif() -> bytes:
    return gif((4, 4), (4, 4))[:-1] + b"!\xfe\x00" * 1_500_000 + b";"


def tiff_pages(count: int, *, closed: bool = False) -> bytes:
    """Each of one pixel; `closed`: the last one points back to the first."""
    tags = (
        (256, 1),
        (257, 1),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, 1),
        (279, 1),
    )
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    size = 2 + len(entries) + 4
    pages = (
        struct.pack("<H", len(tags)) + entries + struct.pack("<I", 12 + (n + 1) * size)
        for n in range(count - 1)
    )
    end = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 12 if closed else 0)
    return b"".join(chain([b"II*\0" + struct.pack("<I", 12) + b"\x80\0\0\0"], pages, [end]))


def tiff_tagged(extra: dict[int, int]) -> bytes:
    """One with tags that promise more than there is: tag to value."""
    tags = {256: 64, 257: 64, 258: 8, 259: 1, 262: 1, 277: 1} | extra
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in sorted(tags))
    head = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags))
    return head + entries + b"\0" * 4 + b"\x80" * 4096


def flat(width: int, height: int, kind: str, **options: object) -> bytes:
    image = pyvips.Image.black(width, height, bands=3).copy(interpretation="srgb")
    return coded(image, kind, **options)  # type: ignore[arg-type]


def deep_avif() -> bytes:
    """Within the pixels, and past what 12 bits and alpha would take of memory for them."""
    image = photograph(64, 64, alpha=True).colourspace("rgb16")
    data = coded(image, "avif", bitdepth=12, subsample_mode="off")
    return data.replace(struct.pack(">II", 64, 64), struct.pack(">II", 5200, 5000))


def lying_avif() -> bytes:
    data = coded(photograph(1000, 1000), "avif")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 64, 64) + data[at + 8 :]


def cases() -> dict[str, Case]:
    long = b"\xff\xfe\xff\xff" + bytes(65_533)
    return {
        "PNG of 60,000 a side": Case(partial(png_claiming, 60_000, 60_000), PIXELS),
        "PNG of 2^31 a side": Case(partial(png_claiming, 2**31 - 1, 2**31 - 1), BROKEN),
        "PNG of no width": Case(partial(png_claiming, 0, 10), BROKEN),
        "PNG texts": Case(texts_of_png, KEPT_PNG),
        "PNG international texts": Case(international_texts_of_png, KEPT_PNG),
        "PNG profile": Case(profile_of_png, KEPT_PNG),
        "PNG pixels past their end": Case(pixels_of_png_past_their_end, Fine(2, 2, PNG)),
        "PNG crumbs": Case(crumbs_of_png, BROKEN),
        "PNG million texts": Case(lambda: png(png_chunk(b"tEXt", b"") * 400_000), BROKEN),
        "PNG EXIF of 6 MB": Case(
            lambda: png(png_chunk(b"eXIf", b"II*\0" + bytes(6_000_000))), KEPT_PNG
        ),
        "APNG of 2,000 frames": Case(partial(frames_of_png, 2000, 2), FRAMES),
        "APNG of 60 megapixels": Case(partial(frames_of_png, 15, 2000), FRAMES),
        "APNG past its edge": Case(frame_of_png_past_its_edge, BROKEN),
        "JPEG of 60,000 a side": Case(partial(jpeg_claiming, 60_000, 60_000), PIXELS),
        "JPEG scans": Case(partial(scans_of_jpeg, 1000), BROKEN),
        "JPEG comments": Case(lambda: jpeg(long * 60), KEPT_JPEG),
        "JPEG million segments": Case(lambda: jpeg(b"\xff\xe1\x00\x02" * 500_000), BROKEN),
        "JPEG fill": Case(lambda: jpeg(b"\xff" * 4_000_000), KEPT_JPEG),
        "GIF of 60,000 a side": Case(partial(gif_claiming, 60_000, 60_000), PIXELS),
        "GIF of a huge first frame": Case(partial(gif, (4, 4), (60_000, 60_000)), PIXELS),
        "GIF of a huge second frame": Case(
            partial(gif, (4, 4), (4, 4), (60_000, 60_000)), Fine(4, 4, PNG)
        ),
        "GIF of 5,000 frames": Case(lambda: gif((1, 1), *[(1, 1)] * 5000), FRAMES),
        "GIF of a huge canvas and 5,000 frames": Case(
            lambda: gif((65_000, 65_000), *[(1, 1)] * 5000), FRAMES
        ),
        "GIF of 60 megapixels": Case(lambda: gif((2000, 2000), *[(1, 1)] * 15), FRAMES),
        "GIF crumbs": Case(crumbs_of_gif, BROKEN),
        "WebP of 16,000 a side": Case(partial(webp_claiming, 16_000, 16_000), PIXELS),
        "WebP of 300 frames": Case(partial(animation, "webp", 300, 16), Fine(16, 16, JPEG)),
        "WebP of 1,001 frames": Case(partial(animation, "webp", 1001, 4), FRAMES),
        "TIFF of 60,000 a side": Case(partial(tiff_claiming, 60_000, 60_000), PIXELS),
        "TIFF of 2^32 a side": Case(partial(tiff_claiming, 2**32 - 1, 2**32 - 1), BROKEN),
        "TIFF of one endless strip": Case(
            lambda: tiff_tagged({273: 200, 278: 2**32 - 1, 279: 2**32 - 1}), BROKEN
        ),
        "TIFF of a huge tile": Case(
            lambda: tiff_tagged({322: 65_520, 323: 65_520, 324: 200, 325: 4096}), BROKEN
        ),
        "TIFF of 60,000 bands": Case(lambda: tiff_tagged({273: 200, 277: 60_000}), BROKEN),
        "TIFF of 40,000 pages": Case(partial(tiff_pages, 40_000), BROKEN),
        "TIFF that goes round": Case(partial(tiff_pages, 2, closed=True), BROKEN),
        "AVIF of 60,000 a side": Case(partial(avif_claiming, 60_000, 60_000), PIXELS),
        "AVIF smaller than it is": Case(lying_avif, BROKEN),
        "AVIF of 12 bits and alpha": Case(deep_avif, PIXELS),
        "50 megapixels of black": Case(partial(flat, 10_000, 5000, "png"), Fine(10_000, 5000, PNG)),
        "a row more of it": Case(partial(flat, 10_000, 5001, "png"), PIXELS),
        "16 megapixels of black WebP": Case(
            partial(flat, 4000, 4000, "webp", lossless=True, effort=0), Fine(4000, 4000, WEBP)
        ),
    }
