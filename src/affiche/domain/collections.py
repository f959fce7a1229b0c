"""What lies in a folder or an archive that somebody brings as references: which of it is a picture,
of which category, with which words beside it. Pure; paths are names here and nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from affiche.domain.names import bare

PICTURES: Final = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff")
)
LONGEST_CATEGORY: Final = 100
LONGEST_CAPTION: Final = 2000
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# What systems leave lying about.
_LEFT: Final = frozenset(("__macosx", "thumbs.db", "desktop.ini", ".ds_store"))


@dataclass(frozen=True, slots=True)
class Found:
    """A picture: `path` as its container names it, and those of the captions beside it
    (`photo.txt` in English, `photo.ko.txt` in Korean)."""

    path: str
    filename: str
    category: str
    caption: str | None = None
    caption_ko: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """`strange`: paths that lead out of their container; `passed_over`: what is no picture."""

    pictures: tuple[Found, ...]
    strange: tuple[str, ...]
    passed_over: int


def listing(paths: Iterable[str], *, category: str | None = None, root: str = "") -> Listing:
    """`paths` with slashes. Without a `category` a picture's is the folder that it is in, or at the
    top `root`."""
    kept = [path for path in paths if not path.endswith("/")]
    beside = {path.lower(): path for path in kept}
    pictures, strange, passed = [], [], 0
    for path in kept:
        if leads_out(path):
            strange.append(path)
        elif is_picture(path):
            stem = path[: path.rindex(".")].lower()
            pictures.append(
                Found(
                    path,
                    bare(path) or "picture",
                    category_of(path, root) if category is None else category,
                    beside.get(f"{stem}.txt"),
                    beside.get(f"{stem}.ko.txt"),
                )
            )
        else:
            passed += 1
    return Listing(tuple(pictures), tuple(strange), passed)


def leads_out(path: str) -> bool:
    """Absolute, with a drive, or upwards: no honest archive names its entries so."""
    slashed = path.replace("\\", "/")
    return (
        slashed.startswith("/")
        or bool(_DRIVE.match(slashed))
        or ".." in slashed.split("/")
        or "\0" in path
    )


def is_picture(path: str) -> bool:
    """By its ending; what it is, is told from its content later."""
    parts = [part.lower() for part in path.replace("\\", "/").split("/")]
    if any(part in _LEFT or part.startswith("._") for part in parts) or parts[-1].startswith("."):
        return False
    return PurePosixPath(parts[-1]).suffix in PICTURES


def category_of(path: str, root: str = "") -> str:
    above = path.replace("\\", "/").rstrip("/").split("/")[:-1]
    return checked_category(above[-1] if above else root)


def checked_category(name: str) -> str:
    """Composed (NFC), without what no name should hold, and not too long."""
    return bare(name)[:LONGEST_CATEGORY].strip()


def caption_from(data: bytes) -> str | None:
    """The words of a text beside a picture; None if there are none, or they are no text."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return caption(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return None


def caption(text: str) -> str | None:
    """As it is kept: on one line, composed, without control characters; None if nothing is left."""
    shown = "".join(_visible(unicodedata.normalize("NFC", text)))
    return " ".join(shown.split())[:LONGEST_CAPTION].strip() or None


def _visible(text: str) -> Iterator[str]:
    for sign in text:
        category = unicodedata.category(sign)
        yield " " if sign in "\r\n\t" else "" if category in ("Cc", "Cs", "Cn") else sign
