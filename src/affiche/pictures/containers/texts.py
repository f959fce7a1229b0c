"""Texts that a picture holds beside its pixels, read and put in.

Where they are: PNG chunks (PNG 3rd edition, 11.3.3); ImageDescription, Make and Model in EXIF,
where ComfyUI's own WebP nodes put `prompt:{…}` and `workflow:{…}`, and UserComment, where other
programs put a whole page of settings (Exif 2.32, 4.6.5).
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from affiche.pictures.containers import exif, jpeg, png, webp
from affiche.pictures.kinds import Kind

LONGEST: Final = 4 * 2**20
"""Bytes of one text; what is longer is passed over."""
_MOST: Final = 50
_LONGEST_KEYWORD: Final = 79
_NAMED: Final = re.compile(r"([A-Za-z][\w -]{0,78}):\s*(?=[{\[])")
_SIGNATURE: Final = 8


def texts(data: bytes, kind: Kind) -> dict[str, str]:
    """By keyword, each the first of its name and at most fifty; "" holds what has no keyword.

    Raises PictureBroken for a container that is cut off or broken.
    """
    found: dict[str, str] = {}
    for keyword, text in _read(data, kind):
        if len(found) == _MOST:
            break
        if text.strip("\0 "):
            found.setdefault(keyword, text)
    return found


def with_text(data: bytes, kind: Kind, keyword: str, text: str) -> bytes:
    """The picture with a text in ASCII more; as it is, if its kind has no place for one. The pixels
    are the same bytes. Raises PictureBroken."""
    if kind == "png":
        chunk = png.chunk(b"tEXt", keyword.encode() + b"\0" + text.encode())
        head = _SIGNATURE + 25
        return data[:head] + chunk + data[head:]
    block = exif.described(f"{keyword}:{text}")
    if kind == "webp":
        return webp.with_exif(data, block)
    return jpeg.with_exif(data, block) if kind == "jpeg" else data


def _read(data: bytes, kind: Kind) -> Iterator[tuple[str, str]]:
    if kind == "png":
        for name, body in png.bodies(data, (b"tEXt", b"zTXt", b"iTXt", b"eXIf")):
            if name == b"eXIf":
                yield from _of_exif(body)
            elif found := _of_chunk(name, body):
                yield found
    elif kind in ("webp", "jpeg"):
        block = webp.exif(data) if kind == "webp" else jpeg.exif(data)
        yield from _of_exif(block)


def _of_exif(block: bytes) -> Iterator[tuple[str, str]]:
    for text in exif.texts(block[:LONGEST]):
        named = _NAMED.match(text)
        yield (named[1].lower(), text[named.end() :]) if named else ("", text)


def _of_chunk(kind: bytes, body: bytes) -> tuple[str, str] | None:
    keyword, _, rest = body.partition(b"\0")
    if not 0 < len(keyword) <= _LONGEST_KEYWORD:
        return None
    packed = kind == b"zTXt"
    coding = "latin-1"
    if packed:
        rest = rest[1:]
    elif kind == b"iTXt":
        packed, coding = rest[:1] == b"\1", "utf-8"
        # Method, language and the keyword's translation.
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    text = _unpacked(rest) if packed else rest
    if text is None or len(text) > LONGEST:
        return None
    return keyword.decode("latin-1"), _decoded(text, coding)


def _unpacked(data: bytes) -> bytes | None:
    """None for more than is read, and for what is not packed."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(data, LONGEST + 1)
    except zlib.error:
        return None
    return text if len(text) <= LONGEST else None


def _decoded(text: bytes, coding: str) -> str:
    """Programs write UTF-8 also where Latin-1 is asked for."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1" if coding == "latin-1" else "utf-8", errors="replace")
