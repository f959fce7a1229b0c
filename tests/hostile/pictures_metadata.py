"""What pictures say of themselves: which way is up, where and by whom, and nonsense."""

import struct
from collections.abc import Callable
from functools import partial

import pyvips
from tests.pictures.samples import (
    STORED,
    blocks,
    coded,
    photograph,
    png_chunk,
    png_with,
    tagged,
)

from affiche.pictures import Kind

from .pictures_cases import JPEG, MARK, PNG, WEBP, Case, Fine

SIZE = 160, 120
TURNED = 120, 160
LATITUDE = struct.pack("<6I", 37, 1, 33, 1, 59, 1)
"""37° 33′ 59″, as EXIF has it."""
Entry = tuple[int, int, int, int]
SHORT, LONG, RATIONAL, ASCII = 3, 4, 5, 2


def exif(*entries: Entry, more: bytes = b"", following: int = 0) -> bytes:
    """One directory in Intel's order: tag, type, count, value; `more` lies behind it."""
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return head + table + struct.pack("<I", following) + more


def turned(value: int, kind: int = SHORT, count: int = 1) -> bytes:
    return exif((274, kind, count, value))


def motorola(value: int) -> bytes:
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 274, SHORT, 1, value, 0, 0)


def placed() -> bytes:
    """GPS, a camera's number and a maker's note, each with the mark."""
    text = MARK + b"-PLACE\0"
    at = 8 + 2 + 3 * 12 + 4
    gps = struct.pack("<H", 2) + struct.pack("<HHII", 1, ASCII, 2, ord("N"))
    gps += struct.pack("<HHII", 2, RATIONAL, 3, at + len(text) + 2 + 24 + 4) + bytes(4) + LATITUDE
    return exif(
        (271, ASCII, len(text), at),
        (305, ASCII, len(text), at),
        (34853, LONG, 1, at + len(text)),
        more=text + gps,
    )


def second_directory() -> bytes:
    """Nothing of the picture, but of its thumbnail that it lies on its side."""
    thumbnail = struct.pack("<HHHII", 1, 274, SHORT, 1, 6) + bytes(4)
    return exif((282, SHORT, 1, 72), more=thumbnail, following=8 + 2 + 12 + 4)


def held(kind: Kind, make: Callable[[], bytes]) -> bytes:
    """A picture with what `make` gives where its kind keeps EXIF."""
    body = make()
    data = coded(photograph(*SIZE), kind, keep="none")
    if kind == "jpeg":
        segment = b"Exif\0\0" + body
        return data[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(segment) + 2) + segment + data[2:]
    if kind == "png":
        return png_with(data, png_chunk(b"eXIf", body))
    head = struct.pack("<4sIB3x", b"VP8X", 10, 0x08)
    head += (SIZE[0] - 1).to_bytes(3, "little") + (SIZE[1] - 1).to_bytes(3, "little")
    chunk = b"EXIF" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    whole = b"WEBP" + head + data[12:] + chunk
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def upright(kind: Kind, orientation: int) -> bytes:
    """Six fields of colour, stored so that they show the same way up under any value."""
    return coded(tagged(blocks(STORED[orientation], 32), orientation), kind)


def comment(kind: Kind) -> bytes:
    """64 KB less the bytes that say so."""
    text = (MARK + b" ") * 9362
    data = coded(photograph(), kind, keep="none")
    if kind == "jpeg":
        return data[:2] + struct.pack(">BBH", 0xFF, 0xFE, 0xFFFF) + text[:65_533] + data[2:]
    if kind == "png":
        return png_with(data, png_chunk(b"tEXt", b"Comment\0" + text[:65_528]))
    pieces = (text[at : at + 255] for at in range(0, len(text), 255))
    return data[:-1] + b"!\xfe" + b"".join(bytes([len(p)]) + p for p in pieces) + b"\0;"


def described() -> bytes:
    """A TIFF whose description is 5 MB."""
    image = photograph().copy()
    image.set_type(pyvips.GValue.gstr_type, "image-description", MARK.decode() * 800_000)
    return coded(image, "tiff")


def iptc() -> bytes:
    body = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x78\0\x06" + MARK + b"\0\0\0"
    data = coded(photograph(), "jpeg", keep="none")
    return data[:2] + struct.pack(">BBH", 0xFF, 0xED, len(body) + 2) + body + data[2:]


KEPT: dict[Kind, str] = {"jpeg": JPEG, "png": PNG, "webp": WEBP, "tiff": PNG, "avif": JPEG}
HELD: tuple[Kind, ...] = ("jpeg", "png", "webp")
# By EXIF: what it holds, and whether the picture is to be turned for it.
ODD: dict[str, tuple[Callable[[], bytes], bool]] = {
    "orientation 6": (partial(turned, 6), True),
    "orientation 6 in Motorola's order": (partial(motorola, 6), True),
    "orientation 0": (partial(turned, 0), False),
    "orientation 9": (partial(turned, 9), False),
    "orientation 65,535": (partial(turned, 65_535), False),
    "orientation as a text": (partial(turned, 0x36363636, ASCII, 4), False),
    "orientation of the thumbnail": (second_directory, False),
    "EXIF of nothing": (lambda: b"", False),
    "EXIF of noise": (lambda: bytes(range(256)) * 4, False),
    "EXIF cut off": (lambda: turned(1)[:15], False),
    "EXIF that points far away": (lambda: b"II*\0\xff\xff\xff\x7f", False),
    "EXIF that points at itself": (lambda: exif((34665, LONG, 1, 8), following=8), False),
    "EXIF of endless counts": (lambda: exif((271, ASCII, 2**32 - 1, 26)), False),
    "EXIF of 65,535 entries": (lambda: b"II*\0\x08\0\0\0\xff\xff" + turned(1)[10:], False),
    "a place": (placed, False),
}


def cases() -> dict[str, Case]:
    made: dict[str, Case] = {}
    for kind in KEPT:
        values = range(1, 9) if kind != "avif" else [1]
        for value in values:
            media_type = JPEG if kind == "webp" and value > 1 else KEPT[kind]
            case = Case(partial(upright, kind, value), Fine(96, 64, media_type))
            made[f"{kind} stored under {value}"] = case
    for kind in HELD:
        for name, (body, turns) in ODD.items():
            media_type = JPEG if kind == "webp" and turns else KEPT[kind]
            size = TURNED if turns else SIZE
            made[f"{kind} {name}"] = Case(partial(held, kind, body), Fine(*size, media_type))
    for kind in ("jpeg", "png"):
        made[f"{kind} comment of 64 KB"] = Case(partial(comment, kind), Fine(*SIZE, KEPT[kind]))
    made["gif comment of 64 KB"] = Case(partial(comment, "gif"), Fine(*SIZE, PNG))
    made["tiff description of 5 MB"] = Case(described, Fine(*SIZE, PNG))
    made["jpeg IPTC"] = Case(iptc, Fine(*SIZE, JPEG))
    return made
