"""Names of files: as somebody gave them, and as we hand them out. Pure.

Nothing is ever stored under such a name; it is shown, and proposed to whoever saves the file.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST: Final = 200
"""Characters of a name as it is kept."""
LONGEST_SAVED: Final = 180
"""Bytes of a proposed name in UTF-8, so that any disk takes it with a number behind."""
# More than a disk's longest name, and little enough to look at sign by sign.
_LOOKED_AT: Final = 1000
# Families and flags of emoji are joined by it; of itself it is not printable.
_JOINER: Final = "\u200d"
_OUTPUT: Final = re.compile(r"output(?P<number>-\d+)?\.\w+", re.ASCII)


def bare(name: str) -> str:
    """A name without folders and without what no name should hold; "" if nothing is left.

    Hangul comes out composed however it went in (a Mac sends its letters one by one), spaces of
    any kind are plain ones, and what turns the direction of writing or cannot be seen is gone.
    """
    last = name.replace("\\", "/").rpartition("/")[2][:_LOOKED_AT]
    composed = unicodedata.normalize("NFC", " ".join("".join(map(_kept, last)).split()))
    return composed.strip(f". {_JOINER}")[:LONGEST].strip(f". {_JOINER}")


def saved(name: str, extension: str, *, slug: str | None = None, number: int | None = None) -> str:
    """What a file is called when it is saved: after the work that made it, else as it came in.

    The ending is that of the true type, whatever the name said.
    """
    if slug is not None and number is not None:
        output = _OUTPUT.fullmatch(name)
        stem = f"{slug}-{number}{(output and output['number']) or ''}"
    else:
        stem = bare(name)
        stem = bare(stem.rpartition(".")[0]) or stem or "picture"
    room = LONGEST_SAVED - len(extension) - 1
    short = stem.encode()[:room].decode(errors="ignore").rstrip(f". {_JOINER}")
    return f"{short}.{extension}"


def output_index(name: str) -> int | None:
    """Which of a work's outputs is stored under that name, from 0; None for another picture."""
    found = _OUTPUT.fullmatch(name)
    return found and int((found["number"] or "-1")[1:]) - 1


def disposition(name: str, *, attachment: bool) -> str:
    """Content-Disposition with the name twice: for all, and as it is (RFC 6266, RFC 8187)."""
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "-_. " else "_" for c in name)
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _kept(sign: str) -> str:
    if sign.isprintable() or sign == _JOINER:
        return sign
    return " " if unicodedata.category(sign) == "Zs" else ""
