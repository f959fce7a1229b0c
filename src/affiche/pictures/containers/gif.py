"""GIF blocks (GIF89a specification, 12 to 27)."""

from collections.abc import Iterator
from typing import Final

from affiche.errors import PictureBroken

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF
# The two that make an animation loop; all others carry data of the program that made it.
_KEPT_APPLICATIONS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def stripped(data: bytes) -> bytes:
    """Without comments and what applications left. Raises PictureBroken for a cut-off block."""
    kept = []
    for kind, start, end in _blocks(data):
        if kind == _EXTENSION:
            label, name = data[start + 1], data[start + 3 : start + 14]
            if label == _COMMENT or (label == _APPLICATION and name not in _KEPT_APPLICATIONS):
                continue
        kept.append(data[start:end])
    return b"".join(kept)


def check(data: bytes) -> None:
    """Raises PictureBroken unless every block up to the trailer is there.

    Decoders show what there is of an animation that was cut off.
    """
    for _ in _blocks(data):
        pass


def _blocks(data: bytes) -> Iterator[tuple[int | None, int, int]]:
    """Kind, start and end of each block up to the trailer; the kind of the head is None."""
    try:
        at = 13 + _table(data[10])
        yield None, 0, at
        kind = None
        while kind != _TRAILER:
            start, kind = at, data[at]
            if kind == _EXTENSION:
                at = _after(data, start + 2)
            elif kind == _IMAGE:
                at = _after(data, start + 11 + _table(data[start + 9]))
            elif kind == _TRAILER:
                at = start + 1
            else:
                raise PictureBroken(detail=f"a GIF block of kind {kind}")
            yield kind, start, at
    except IndexError:
        raise PictureBroken(detail="a GIF block is cut off") from None


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after(data: bytes, at: int) -> int:
    """Where the sub-blocks that start at `at` end."""
    while size := data[at]:
        at += size + 1
    return at + 1
