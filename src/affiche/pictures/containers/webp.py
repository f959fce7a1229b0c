"""WebP chunks (WebP container specification, RFC 9649, 2)."""

from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken
from affiche.pictures.containers.kept import MOST_EXIF, Kept, count

_PIXELS: Final = {b"VP8 ", b"VP8L", b"ALPH"}
_KEPT: Final = _PIXELS | {b"ANIM"}
_EXIF, _XMP, _ICC, _ALPHA = 0x08, 0x04, 0x20, 0x10
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


def exif(data: bytes) -> bytes:
    """The first block of EXIF, or nothing. Raises PictureBroken."""
    found = (body for kind, body in _chunks(data, 12, len(data)) if kind == b"EXIF")
    return next(found, b"")


def with_exif(data: bytes, block: bytes) -> bytes:
    """With that block of EXIF; as it is where its head has no place for one (RFC 9649, 2.5: a still
    picture of the simple kind). Raises PictureBroken."""
    parts = [(kind, body) for kind, body in _chunks(data, 12, len(data)) if kind != b"EXIF"]
    if not parts or parts[0][0] != b"VP8X":
        head = _head(*parts[0]) if parts else b""
        if not head:
            return data
        parts.insert(0, (b"VP8X", head))
    flags = parts[0][1]
    parts[0] = b"VP8X", bytes([flags[0] | _EXIF]) + flags[1:]
    whole = b"WEBP" + b"".join(_chunk(*part) for part in [*parts, (b"EXIF", block)])
    return b"RIFF" + len(whole).to_bytes(4, "little") + whole


def _head(kind: bytes, body: bytes) -> bytes:
    """The extended head of a picture that has none: its flags, and its size less one."""
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif kind == b"VP8 " and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        width, height, alpha = width - 1, height - 1, 0
    else:
        return b""
    size = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return bytes([_ALPHA if alpha else 0]) + b"\0" * 3 + size


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
