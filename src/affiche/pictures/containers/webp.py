"""WebP chunks (WebP container specification, RFC 9649, 2)."""

from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken
from affiche.pictures.containers.kept import MOST_EXIF, Kept, count

_PIXELS: Final = {b"VP8 ", b"VP8L", b"ALPH"}
_KEPT: Final = _PIXELS | {b"ANIM"}
_EXIF, _XMP, _ICC = 0x08, 0x04, 0x20
# Frames, and what stands beside them.
_MOST: Final = 100_000


def stripped(data: bytes, keep: Kept = Kept.PROFILE) -> bytes:
    """Without EXIF, XMP and unknown chunks, also of frames.

    Raises PictureBroken for a chunk that is cut off, and for more than 100,000 of them.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + 1:
        raise PictureBroken(detail="a WebP that is shorter than it says")
    parts, flags = [b"WEBP"], 0
    for kind, body in _chunks(data, 12, end):
        if kind == b"VP8X" and len(body) >= 10:
            flags = len(parts)
        elif kind == b"ANMF":
            frame = (_chunk(k, b) for k, b in _chunks(body, 16, len(body)) if k in _PIXELS)
            body = body[:16] + b"".join(frame)
        elif not _is_kept(kind, len(body), keep):
            continue
        keep &= ~Kept.EXIF if kind == b"EXIF" else keep
        parts.append(_chunk(kind, body))
    if flags:
        parts[flags] = _flagged(parts[flags], {part[:4] for part in parts[1:]})
    whole = b"".join(parts)
    return b"RIFF" + len(whole).to_bytes(4, "little") + whole


def _is_kept(kind: bytes, size: int, keep: Kept) -> bool:
    if kind == b"ICCP":
        return Kept.PROFILE in keep
    if kind == b"EXIF":
        return Kept.EXIF in keep and size <= MOST_EXIF
    return kind in _KEPT


def _flagged(head: bytes, kinds: set[bytes]) -> bytes:
    """VP8X that promises no more than there is."""
    promised = (_XMP, b"XMP "), (_EXIF, b"EXIF"), (_ICC, b"ICCP")
    absent = sum(flag for flag, kind in promised if kind not in kinds)
    return head[:8] + bytes([head[8] & ~absent]) + head[9:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def _chunks(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk from `at` to `end`."""
    number = 0
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        after = at + 8 + size
        if after > len(data):
            raise PictureBroken(detail="a WebP chunk is cut off")
        number += 1
        count(number, _MOST, "WebP chunks")
        yield data[at : at + 4], data[at + 8 : after]
        at = after + size % 2
