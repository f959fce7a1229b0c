"""Texts in an EXIF block (TIFF 6.0, 2; Exif 2.32, 4.6.4 and 4.6.5)."""

import struct
from collections.abc import Iterator
from typing import Final

_DESCRIPTION, _EXIF, _COMMENT = 0x010E, 0x8769, 0x9286
# ImageDescription, Make, Model.
_TEXTS: Final = (_DESCRIPTION, 0x010F, 0x0110, _COMMENT)
_ASCII, _LONG = 2, 4
_HEADS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_MOST: Final = 200
_CODES: Final = 8


def described(text: str) -> bytes:
    """A block that holds nothing but that text, in ASCII, as its description."""
    value = text.encode("ascii") + b"\0"
    # Up to four bytes would stand in the entry itself.
    value += b"\0" * max(0, 5 - len(value))
    first = struct.pack("<4sIH", b"II*\0", 8, 1)
    entry = struct.pack("<HHII", _DESCRIPTION, _ASCII, len(value), 26)
    return first + entry + struct.pack("<I", 0) + value


def texts(block: bytes) -> Iterator[str]:
    """Description, make, model and comment, in the block's order; nothing of what is no block."""
    block = block.removeprefix(b"Exif\0\0")
    order = _HEADS.get(block[:4])
    if order is None or len(block) < 8:
        return
    (start,) = struct.unpack_from(order + "I", block, 4)
    inner = 0
    for tag, value in _entries(block, order, start):
        if tag == _EXIF and len(value) >= 4:
            (inner,) = struct.unpack_from(order + "I", value)
        elif tag in _TEXTS:
            yield _text(tag, value, order)
    for tag, value in _entries(block, order, inner) if inner else ():
        if tag in _TEXTS:
            yield _text(tag, value, order)


def _entries(block: bytes, order: str, at: int) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each entry of the directory at `at`, of bytes, texts and addresses."""
    if at < 8 or at + 2 > len(block):
        return
    (number,) = struct.unpack_from(order + "H", block, at)
    for index in range(min(number, _MOST)):
        place = at + 2 + 12 * index
        if place + 12 > len(block):
            return
        tag, kind, size = struct.unpack_from(order + "HHI", block, place)
        length = 4 if kind == _LONG and size == 1 else size
        if kind not in (_ASCII, _LONG, 1, 7) or (kind == _LONG and size != 1):
            continue
        if length <= 4:
            yield tag, block[place + 8 : place + 8 + length]
        else:
            (start,) = struct.unpack_from(order + "I", block, place + 8)
            yield tag, block[start : start + length]


def _text(tag: int, value: bytes, order: str) -> str:
    if tag == _COMMENT:
        code, value = value[:_CODES], value[_CODES:]
        if code == b"UNICODE\0":
            return value.decode("utf-16-be" if order == ">" else _utf16(value), errors="replace")
    return value.rstrip(b"\0").decode("utf-8", errors="replace")


def _utf16(value: bytes) -> str:
    """Programs write it big-endian into little-endian blocks too: then the first byte is empty."""
    return "utf-16-be" if value[:1] == b"\0" else "utf-16-le"
