"""The part of a file that a client asks for (RFC 9110, 14). Pure."""

import re
from typing import Final

# One range: what asks for several is given the whole, which the standard allows.
_RANGE: Final = re.compile(r"bytes\s*=\s*(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


class Unsatisfiable(ValueError):
    """The range begins behind the file's end."""


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last, or None for the whole of the `size` bytes.

    Raises Unsatisfiable. What is no range of bytes is as if it was not there.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        last = int(found[2])
        if last == 0:
            raise Unsatisfiable
        return max(0, size - last), size
    start, end = int(found[1]), int(found[2]) + 1 if found[2] else size
    if end <= start and found[2]:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(end, size)
