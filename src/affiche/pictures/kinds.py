"""What kinds of picture there are, told from the content alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["jpeg", "png", "webp", "gif", "avif", "tiff"]


@dataclass(frozen=True, slots=True)
class KindFacts:
    """`extension` is without its dot, `label` what people call it."""

    media_type: str
    extension: str
    label: str


KINDS: Final[dict[Kind, KindFacts]] = {
    "jpeg": KindFacts("image/jpeg", "jpg", "JPEG"),
    "png": KindFacts("image/png", "png", "PNG"),
    "webp": KindFacts("image/webp", "webp", "WebP"),
    "gif": KindFacts("image/gif", "gif", "GIF"),
    "avif": KindFacts("image/avif", "avif", "AVIF"),
    "tiff": KindFacts("image/tiff", "tiff", "TIFF"),
}
EXTENSIONS: Final = {facts.media_type: facts.extension for facts in KINDS.values()}
"""By media type."""
ALL: Final[frozenset[Kind]] = frozenset(KINDS)

_STARTS: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
_FOREIGN: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "PDF"),
    (b"8BPS", "PSD"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x1aE\xdf\xa3", "WebM"),
    (b"PK\x03\x04", "ZIP"),
    (b"BM", "BMP"),
)
_SVG: Final = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS: Final = {b"avif", b"avis"}


def sniff(data: bytes) -> Kind | None:
    """The kind that the first bytes show, or None for anything that we do not read."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "avif" if _brands(data) & _AVIF_BRANDS else None


def foreign(data: bytes) -> str | None:
    """What people call a kind that `sniff` does not know, if we can tell."""
    brands = _brands(data)
    if brands:
        return "HEIC" if brands & _HEIC_BRANDS else "MP4"
    for start, label in _FOREIGN:
        if data.startswith(start):
            return label
    return "SVG" if _SVG.search(data[:4096]) else None


def accepted_kinds(accept: Iterable[str]) -> frozenset[Kind]:
    """The kinds that entries of an HTML `accept` allow: `image/*`, `image/png`, `.jpg`, `png`."""
    found: set[Kind] = set()
    for entry in accept:
        name = entry.strip().lower().removeprefix(".")
        if name in ("*", "*/*", "image/*"):
            return ALL
        for kind, facts in KINDS.items():
            if name in (kind, facts.media_type, facts.extension) or (kind, name) in _ALIASES:
                found.add(kind)
    return frozenset(found)


_ALIASES: Final = {("jpeg", "image/jpg"), ("jpeg", "jpe"), ("jpeg", "jfif"), ("tiff", "tif")}


def _brands(data: bytes) -> set[bytes]:
    """Major and compatible brands of an ISO base media file (ISO/IEC 14496-12, box `ftyp`)."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), 256, len(data))
    return {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
