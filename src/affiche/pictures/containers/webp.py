"""WebP chunks (WebP container specification, RFC 9649, 2)."""

from typing import Final

from affiche.errors import PictureBroken

_KEPT: Final = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_HAS_EXIF_OR_XMP: Final = 0x08 | 0x04


def stripped(data: bytes) -> bytes:
    """Without EXIF, XMP and unknown chunks. Raises PictureBroken for a chunk that is cut off."""
    kept, at = [b"WEBP"], 12
    end = 8 + int.from_bytes(data[4:8], "little")
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        after = at + 8 + size
        if after > len(data):
            raise PictureBroken(detail="a WebP chunk is cut off")
        kind, chunk = data[at : at + 4], data[at:after] + b"\0" * (size % 2)
        if kind == b"VP8X" and size >= 10:
            chunk = chunk[:8] + bytes([chunk[8] & ~_HAS_EXIF_OR_XMP]) + chunk[9:]
        if kind in _KEPT:
            kept.append(chunk)
        at = after + size % 2
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
