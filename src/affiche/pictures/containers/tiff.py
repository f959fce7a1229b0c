"""TIFF's chain of pages (TIFF 6.0, section 2; BigTIFF as libtiff has it)."""

from typing import Literal


def pages(data: bytes, most: int) -> int:
    """How many pages there are, counted to `most` + 1; a chain that is cut off ends there.

    For each page decoders keep where it lies, and follow a chain of 170,000 for seconds.
    """
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"

    def number(start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], order)

    if number(2, 2) == 43:
        at, entries, entry, offset = number(8, 8), 8, 20, 8
    else:
        at, entries, entry, offset = number(4, 4), 2, 12, 4
    found = 0
    while 0 < at < len(data) and found <= most:
        found += 1
        at = number(at + entries + number(at, entries) * entry, offset)
    return found
