"""PNG chunks (PNG 3rd edition, 5 and 11)."""

import zlib
from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Ancillary chunks that change how the pixels look, or move.
_KEPT: Final = {
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD"),
    *(b"pHYs", b"acTL", b"fcTL", b"fdAT"),
}


_PIXELS: Final = {b"IDAT", b"fcTL", b"fdAT"}
# Decoders keep each by itself: a million took them half a minute.
_MOST_ANCILLARY: Final = 1000


def stripped(data: bytes) -> bytes:
    """Without text, EXIF and any other chunk that does not change the pixels.

    Raises PictureBroken for a chunk that is cut off or fails its CRC.
    """
    kept = [_SIGNATURE]
    for kind, start, end in _chunks(data):
        is_critical = not kind[0] & 0x20
        if is_critical or kind in _KEPT:
            kept.append(data[start:end])
    return b"".join(kept)


def check(data: bytes) -> None:
    """Raises PictureBroken unless every chunk up to IEND is there and fits its CRC.

    Also for more than a thousand chunks that are neither pixels nor frames.
    """
    ancillary = 0
    for kind, _, _ in _chunks(data):
        ancillary += kind not in _PIXELS
        if ancillary > _MOST_ANCILLARY:
            raise PictureBroken(detail="too many PNG chunks")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each chunk up to IEND."""
    view, at = memoryview(data), len(_SIGNATURE)
    kind = b""
    while kind != b"IEND":
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise PictureBroken(detail="a PNG chunk is cut off")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise PictureBroken(detail="a PNG chunk fails its CRC")
        yield kind, at, end
        at = end
