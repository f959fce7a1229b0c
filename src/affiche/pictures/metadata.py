"""Metadata taken off at the byte level, so that not one pixel changes. Pure.

EXIF (with the place a photograph was taken), XMP, comments and text chunks (ComfyUI writes prompt
and workflow there) go; what decides how pixels look (colour profile, gamma, transparency,
animation) stays. Whatever follows the picture's own end goes too: phones append films there.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# PNG 3rd edition, 11.3: ancillary chunks that change how the pixels look.
_PNG_KEPT: Final = {
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD"),
    *(b"pHYs", b"acTL", b"fcTL", b"fdAT"),
}
_WEBP_KEPT: Final = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_EXIF_OR_XMP: Final = 0x08 | 0x04
_JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def strip_png(data: bytes) -> bytes:
    """Without text, EXIF and any other ancillary chunk that does not change the pixels.

    Raises PictureBroken for a chunk that is cut off or fails its CRC.
    """
    kept = [_PNG_SIGNATURE]
    for kind, start, end in _png_chunks(data):
        critical = not kind[0] & 0x20
        if critical or kind in _PNG_KEPT:
            kept.append(data[start:end])
    return _joined(kept, data)


def png_is_whole(data: bytes) -> bool:
    """Whether every chunk up to IEND is there and fits its CRC."""
    try:
        for _ in _png_chunks(data):
            pass
    except PictureBroken:
        return False
    return True


def strip_webp(data: bytes) -> bytes:
    """Without EXIF, XMP and unknown chunks (WebP container specification). Raises PictureBroken."""
    end = min(8 + int.from_bytes(data[4:8], "little"), len(data))
    kept, at = [], 12
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        after = at + 8 + size + size % 2
        if at + 8 + size > end:
            raise PictureBroken(detail="a WebP chunk is cut off")
        kind, chunk = data[at : at + 4], data[at:after]
        if kind == b"VP8X" and size >= 10:
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_EXIF_OR_XMP]) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        at = after
    body = b"WEBP" + b"".join(kept)
    return _joined([b"RIFF", len(body).to_bytes(4, "little"), body], data)


def strip_jpeg(data: bytes) -> bytes:
    """Without APP segments and comments, but for JFIF, colour profile and Adobe's transform.

    Segments as in ITU-T T.81, B.1. Raises PictureBroken for a segment that is cut off.
    """
    kept, at = [data[:2]], 2
    while True:
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            raise PictureBroken(detail="a JPEG without its end")
        marker, start = data[found.start() + 1], found.start()
        kept.append(data[at:start])
        if marker == 0xD9:
            return _joined([*kept, data[start : start + 2]], data)
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if at > len(data) or at < start + 4:
            raise PictureBroken(detail="a JPEG segment is cut off")
        segment = data[start:at]
        if _kept_in_jpeg(marker, segment[4:]):
            kept.append(segment)


def _kept_in_jpeg(marker: int, body: bytes) -> bool:
    if marker == 0xFE:
        return False
    if 0xE0 <= marker <= 0xEF:
        return (
            (marker == 0xE0 and body.startswith(b"JFIF\0"))
            or (marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"))
            or (marker == 0xEE and body.startswith(b"Adobe"))
        )
    return True


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each chunk up to IEND."""
    at = len(_PNG_SIGNATURE)
    view = memoryview(data)
    while True:
        body = at + 8
        after = body + int.from_bytes(data[at : at + 4], "big") + 4
        if after > len(data):
            raise PictureBroken(detail="a PNG chunk is cut off")
        if zlib.crc32(view[at + 4 : after - 4]) != int.from_bytes(data[after - 4 : after], "big"):
            raise PictureBroken(detail="a PNG chunk fails its CRC")
        kind = data[at + 4 : body]
        yield kind, at, after
        if kind == b"IEND":
            return
        at = after


def _joined(parts: list[bytes], original: bytes) -> bytes:
    """The parts as one, or the original object itself where nothing was dropped."""
    return original if sum(map(len, parts)) == len(original) else b"".join(parts)
