"""JPEG segments (ITU-T T.81, B.1)."""

import itertools
import re
from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken
from affiche.pictures.containers.kept import MOST_EXIF, Kept, count

# In coded pixels 0xFF stands only before 0x00, before a restart marker, or as filling.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END, _SCAN = 0xD9, 0xDA
_JFIF, _EXIF, _ICC, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
# Frames, tables, restart interval, scans and number of lines: what pixels are made from.
_CODING: Final = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xDE)}) - {0xC8}
# Decoders keep each by itself; the largest profile takes 255.
_MOST: Final = 5000
# Each scan passes over the whole picture. Encoders make up to 20.
_MOST_SCANS: Final = 64


def stripped(data: bytes, keep: Kept = Kept.PROFILE) -> bytes:
    """Without comments, thumbnails, application segments, and bytes between the segments.

    JFIF's density and Adobe's word on how colours are coded stay. Raises PictureBroken for a
    segment that is cut off, more than 5,000 of them, more than 64 scans, or no end.
    """
    kept, last, scans = [data[:2]], (0, 0), 0
    for marker, start, end in _segments(data):
        if last[0] == _SCAN:
            kept.append(data[last[1] : start])
        scans += marker == _SCAN
        count(scans, _MOST_SCANS, "JPEG scans")
        last = marker, end
        if marker in _CODING or marker == _END:
            kept.append(data[start:end])
        elif segment := _told(marker, data[start + 4 : end], keep):
            kept.append(b"\xff%c%b%b" % (marker, (len(segment) + 2).to_bytes(2, "big"), segment))
            keep &= ~Kept.EXIF if marker == _EXIF else keep
    return b"".join(kept)


def exif(data: bytes) -> bytes:
    """The first block of EXIF, or nothing. Raises PictureBroken."""
    for marker, start, end in _segments(data):
        if marker == _EXIF and data.startswith(b"Exif\0", start + 4):
            return data[start + 4 : end]
        if marker == _SCAN:
            break
    return b""


def with_exif(data: bytes, block: bytes) -> bytes:
    """With that block of EXIF, which the picture has none of; as it is where the block is too long
    for a segment."""
    body = b"Exif\0\0" + block
    if len(body) > 0xFFFF - 2:
        return data
    segment = b"\xff%c%b%b" % (_EXIF, (len(body) + 2).to_bytes(2, "big"), body)
    return data[:2] + segment + data[2:]


def _told(marker: int, body: bytes, keep: Kept) -> bytes:
    """What of a segment's body decides how the pixels look; nothing of most."""
    if marker == _JFIF and body.startswith(b"JFIF\0") and len(body) >= 14:
        return body[:12] + b"\0\0"
    if marker == _ADOBE and body.startswith(b"Adobe") and len(body) >= 12:
        return body[:12]
    if marker == _ICC and body.startswith(b"ICC_PROFILE\0") and Kept.PROFILE in keep:
        return body
    if marker == _EXIF and body.startswith(b"Exif\0") and Kept.EXIF in keep:
        return body[:MOST_EXIF]
    return b""


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the end of the picture."""
    at = 2
    for number in itertools.count(1):
        count(number, _MOST, "JPEG segments")
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
