"""GIF blocks (GIF89a specification, 12 to 27)."""

from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken
from affiche.pictures.containers.kept import count

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
# The two that make an animation loop; all others carry data of the program that made it.
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
# Encoders fill their pieces of 255 bytes: 200 MB of pixels are 800,000.
_MOST: Final = 1_000_000


def stripped(data: bytes) -> bytes:
    """Without comments, texts and what applications left, and without what follows the end.

    Raises PictureBroken for a block that is cut off, and for more than a million pieces.
    """
    kept = []
    for kind, start, end in _blocks(data):
        if kind == _EXTENSION:
            label, name = data[start + 1], data[start + 3 : start + 14]
            if label != _CONTROL and not (label == _APPLICATION and name in _LOOPS):
                continue
            # Loops and delays are of a few bytes; more is somebody's own.
            if end - start > 32:
                continue
        kept.append(data[start:end])
    return b"".join(kept)


def frames(data: bytes) -> int:
    """How many pictures there are; raises as `stripped` does."""
    return sum(kind == _IMAGE for kind, _, _ in _blocks(data))


def canvas(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the head says."""
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _blocks(data: bytes) -> Iterator[tuple[int | None, int, int]]:
    """Kind, start and end of each block up to the trailer; the kind of the head is None."""
    try:
        at, pieces = 13 + _table(data[10]), 0
        yield None, 0, at
        kind = None
        while kind != _TRAILER:
            start, kind = at, data[at]
            if kind == _EXTENSION:
                at, more = _after(data, start + 2)
            elif kind == _IMAGE:
                at, more = _after(data, start + 11 + _table(data[start + 9]))
            elif kind == _TRAILER:
                at, more = start + 1, 0
            else:
                raise PictureBroken(detail=f"a GIF block of kind {kind}")
            pieces += more + 1
            count(pieces, _MOST, "GIF pieces")
            yield kind, start, at
    except IndexError:
        raise PictureBroken(detail="a GIF block is cut off") from None


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after(data: bytes, at: int) -> tuple[int, int]:
    """Where the sub-blocks that start at `at` end, and how many they are."""
    number = 0
    while size := data[at]:
        at += size + 1
        number += 1
        count(number, _MOST, "GIF pieces")
    return at + 1, number
