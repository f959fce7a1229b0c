"""PNG chunks (PNG 3rd edition, 5 and 11)."""

import zlib
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from affiche.errors import PictureBroken
from affiche.pictures.containers.kept import MOST_EXIF, Kept, count

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Ancillary chunks that change how the pixels look.
_LOOKS: Final = {
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs"),
}
_CRITICAL: Final = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_FRAMES: Final = {b"acTL", b"fcTL", b"fdAT"}
# Decoders keep each ancillary chunk by itself: a million took them half a minute.
_MOST_ANCILLARY: Final = 1000
# A picture of 200 MB in the usual pieces of 8 KB has a quarter of it.
_MOST: Final = 100_000


def stripped(data: bytes, keep: Kept = Kept.PROFILE | Kept.FRAMES) -> bytes:
    """Without text and any other chunk that does not change the pixels.

    Raises PictureBroken for a chunk that is cut off, fails its CRC or is not known and critical,
    and for more than a thousand chunks that are neither pixels nor frames.
    """
    kept, ancillary = [_SIGNATURE], 0
    for kind, start, end in _chunks(data):
        ancillary += kind not in _CRITICAL and kind not in _FRAMES
        count(ancillary, _MOST_ANCILLARY, "PNG chunks")
        if not kind[0] & 0x20 and kind not in _CRITICAL:
            raise PictureBroken(detail="an unknown PNG chunk")
        if _is_kept(kind, end - start, keep):
            kept.append(data[start:end])
            keep &= ~Kept.EXIF if kind == b"eXIf" else keep
    return b"".join(kept)


def _is_kept(kind: bytes, size: int, keep: Kept) -> bool:
    if kind == b"iCCP":
        return Kept.PROFILE in keep
    if kind == b"eXIf":
        return Kept.EXIF in keep and size <= MOST_EXIF
    return kind in _CRITICAL or kind in _LOOKS or (kind in _FRAMES and Kept.FRAMES in keep)


def bodies(data: bytes, kinds: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of the chunks of those types. Raises PictureBroken."""
    for kind, start, end in _chunks(data):
        if kind in kinds:
            yield kind, data[start + 8 : end - 4]


class Frame(NamedTuple):
    """One frame of an APNG as a PNG of its own; `width` and `height` in pixels."""

    width: int
    height: int
    parts: list[bytes]

    def png(self, shared: list[bytes]) -> bytes:
        head = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        first = chunk(b"IHDR", head + shared[0][16:21])
        pixels = chunk(b"IDAT", b"".join(self.parts))
        return b"".join([_SIGNATURE, first, *shared[1:], pixels, chunk(b"IEND", b"")])


def frames(data: bytes) -> tuple[list[bytes], list[Frame]]:
    """The chunks that all frames of an APNG share, and its frames; none of a still picture.

    Raises PictureBroken for a frame outside of the picture, or pixels without their frame.
    """
    shared, found = list[bytes](), list[Frame]()
    if b"acTL" not in data:
        return shared, found
    moves = False
    for kind, start, end in _chunks(data):
        moves |= kind == b"acTL"
        if kind in (b"IHDR", b"PLTE", b"tRNS"):
            shared.append(data[start:end])
        elif kind == b"fcTL" and moves:
            found.append(_frame(data[start + 8 : end - 4], shared))
        elif kind == b"fdAT" and moves:
            if not found:
                raise PictureBroken(detail="APNG pixels without a frame")
            found[-1].parts.append(data[start + 12 : end - 4])
        elif kind == b"IDAT" and found:
            found[-1].parts.append(data[start + 8 : end - 4])
    return shared, found


def _frame(body: bytes, shared: list[bytes]) -> Frame:
    width, height, x, y = (int.from_bytes(body[at : at + 4], "big") for at in range(4, 20, 4))
    across, down = (int.from_bytes(shared[0][at : at + 4], "big") for at in (8, 12))
    if not (width and height and x + width <= across and y + height <= down):
        raise PictureBroken(detail="an APNG frame outside of the picture")
    return Frame(width, height, [])


def chunk(kind: bytes, body: bytes) -> bytes:
    """A whole chunk, with its length and CRC."""
    crc = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + crc


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each chunk up to IEND; the first is IHDR."""
    view, at = memoryview(data), len(_SIGNATURE)
    kind, number = b"", 0
    while kind != b"IEND":
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise PictureBroken(detail="a PNG chunk is cut off")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise PictureBroken(detail="a PNG chunk fails its CRC")
        if (number == 0) != (kind == b"IHDR"):
            raise PictureBroken(detail="a PNG whose head is not its first chunk")
        number += 1
        count(number, _MOST, "PNG chunks")
        yield kind, at, end
        at = end
