"""JPEG segments (ITU-T T.81, B.1)."""

import re
from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken

# In coded pixels 0xFF stands only before 0x00, before a restart marker, or as filling.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
_APPLICATIONS: Final = range(0xE0, 0xF0)
# JFIF's density, the colour profile, and Adobe's word on how colours are coded.
_KEPT: Final = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))
# Decoders keep each by itself; the largest profile takes 255.
_MOST: Final = 5000


def stripped(data: bytes) -> bytes:
    """Without comments and application segments that do not change the pixels.

    Raises PictureBroken for a segment that is cut off, more than 5,000 of them, or no end.
    """
    kept, at = [data[:2]], 2
    for marker, start, end in _segments(data):
        kept.append(data[at:start])
        if _is_kept(marker, data[start + 4 : start + 18]):
            kept.append(data[start:end])
        at = end
    return b"".join(kept)


def check(data: bytes) -> None:
    """Raises PictureBroken as `stripped` does, for what stands before the first pixels."""
    for marker, _, _ in _segments(data):
        if marker == _SCAN:
            return


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the end of the picture."""
    at = 2
    for _ in range(_MOST):
        found = _MARKER.search(data, at)
        if found is None:
            raise PictureBroken(detail="a JPEG without its end")
        start, marker = found.start(), data[found.start() + 1]
        if marker == _END:
            yield marker, start, start + 2
            return
        size = int.from_bytes(data[start + 2 : start + 4], "big")
        at = start + 2 + size
        if size < 2 or at > len(data):
            raise PictureBroken(detail="a JPEG segment is cut off")
        yield marker, start, at
    raise PictureBroken(detail="too many JPEG segments")


def _is_kept(marker: int, body: bytes) -> bool:
    if marker in _APPLICATIONS:
        return any(marker == known and body.startswith(name) for known, name in _KEPT)
    return marker != _COMMENT
