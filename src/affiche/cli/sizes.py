"""Sizes and times as people write them: 5GB, 300 MB, none, default."""

import re
from typing import Final

from affiche.cli.endings import CommandError

UNITS: Final = {"": 1024**3, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
MOST: Final = 2**62
_SIZE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(MB|GB|TB)?", re.IGNORECASE | re.ASCII)
NONE, DEFAULT = "none", "default"


def size_of(text: str) -> int | None:
    """Bytes; 0 for none, None for the studio's. Raises CommandError."""
    if text in (NONE, DEFAULT):
        return 0 if text == NONE else None
    found = _SIZE.fullmatch(text.strip())
    size = round(float(found[1]) * UNITS[(found[2] or "").upper()]) if found else 0
    if not 0 < size <= MOST:
        raise CommandError("no_size", size=text)
    return size


def days_of(text: str) -> int | None:
    """Whole days; 0 for ever, None for the studio's. Raises CommandError."""
    if text in (NONE, DEFAULT):
        return 0 if text == NONE else None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 36_500:
        raise CommandError("no_days", days=text)
    return int(text)


def shown(size: int) -> str:
    """In the unit that suits it."""
    for unit in ("TB", "GB"):
        if size >= UNITS[unit]:
            return f"{size / UNITS[unit]:,.1f} {unit}"
    return f"{size / UNITS['MB']:,.1f} MB"
