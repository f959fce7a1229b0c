"""JPEG segments (ITU-T T.81, B.1)."""

import re
from typing import Final

from affiche.errors import PictureBroken

# In coded pixels 0xFF stands only before 0x00, before a restart marker, or as filling.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _COMMENT = 0xD9, 0xFE
_APPLICATIONS: Final = range(0xE0, 0xF0)
# JFIF's density, the colour profile, and Adobe's word on how colours are coded.
_KEPT: Final = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))


def stripped(data: bytes) -> bytes:
    """Without comments and application segments that do not change the pixels.

    Raises PictureBroken for a segment that is cut off or a picture without its end.
    """
    kept, at = [data[:2]], 2
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            raise PictureBroken(detail="a JPEG without its end")
        start, marker = found.start(), data[found.start() + 1]
        kept.append(data[at:start])
        if marker == _END:
            return b"".join([*kept, data[start : start + 2]])
        size = int.from_bytes(data[start + 2 : start + 4], "big")
        at = start + 2 + size
        if size < 2 or at > len(data):
            raise PictureBroken(detail="a JPEG segment is cut off")
        if _is_kept(marker, data[start + 4 : start + 18]):
            kept.append(data[start:at])


def _is_kept(marker: int, body: bytes) -> bool:
    if marker in _APPLICATIONS:
        return any(marker == known and body.startswith(name) for known, name in _KEPT)
    return marker != _COMMENT
