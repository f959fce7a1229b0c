"""One thing behind another's name, two things in one file, and things that are no picture."""

import io
import struct
import zipfile
from collections.abc import Callable
from functools import partial

from tests.pictures.samples import coded, photograph, png_chunk, png_with

from .pictures_cases import BROKEN, JPEG, MARK, PNG, TYPE, UNKNOWN, WEBP, Case, Fine, Refused

PAGE = b"<html><body><script>alert('" + MARK + b"')</script></body></html>"
SCRIPT = b"*/=1;alert('" + MARK + b"');//"
SIZE = 160, 120


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as opened:
        opened.writestr(zipfile.ZipInfo("index.html"), PAGE)
    return held.getvalue()


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog/" + MARK + b">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def picture(kind: str) -> bytes:
    return coded(photograph(), kind, keep="none")  # type: ignore[arg-type]


def jpeg_with(body: bytes, marker: int = 0xFE) -> bytes:
    data = picture("jpeg")
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def jpeg_between() -> bytes:
    """Between two segments, where decoders pass over whatever is no marker."""
    data = picture("jpeg")
    at = data.index(b"\xff\xc0")
    return data[:at] + PAGE + data[at:]


def jpeg_thumbnail() -> bytes:
    """A picture of 8 x 8 in the JFIF head, as it was before somebody cut the large one."""
    head = b"JFIF\0\1\1\0\0\1\0\1\x08\x08" + (MARK + b"...." * 64)[:192]
    return jpeg_with(head, 0xE0)


def gif_script() -> bytes:
    """GIF89a is a name in JavaScript too; its width is the beginning of a comment. Decoders take
    such a width for a mistake, and go by the first frame's."""
    return b"GIF89a/*" + picture("gif")[8:] + SCRIPT


def gif_comment() -> bytes:
    data = picture("gif")
    return data[:-1] + b"!\xfe" + bytes([len(MARK)]) + MARK + b"\0;" + SCRIPT


def gif_application() -> bytes:
    data = picture("gif")
    return data[:-1] + b"!\xff\x0bNETSCAPE2.0" + bytes([200]) + MARK * 33 + b"..\0;"


def webp_unknown() -> bytes:
    data = picture("webp")
    body = data[8:] + b"HTML" + struct.pack("<I", len(PAGE)) + PAGE + b"\0" * (len(PAGE) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body + PAGE


def svg_behind_xml() -> bytes:
    return b"<?xml version='1.0'?><!--" + b" " * 3000 + b"--><svg onload='x()'/>"


def riff(name: bytes) -> bytes:
    return b"RIFF\x24\0\0\0" + name + b"\0" * 32


def claims(kind: str, other: str) -> bytes:
    """The head of one, the body of another."""
    head = {"png": 8, "gif": 6, "jpeg": 3, "tiff": 4, "webp": 12, "avif": 32}[kind]
    return picture(kind)[:head] + picture(other)


def cases() -> dict[str, Case]:
    fine: dict[str, tuple[Callable[[], bytes], str]] = {
        "PNG and ZIP": (lambda: picture("png") + archive(), PNG),
        "PNG with a page in a text": (
            lambda: png_with(picture("png"), png_chunk(b"tEXt", b"x\0" + PAGE)),
            PNG,
        ),
        "PNG with a page in a chunk of its own": (
            lambda: png_with(picture("png"), png_chunk(b"paGe", PAGE)),
            PNG,
        ),
        "JPEG and ZIP": (lambda: picture("jpeg") + archive(), JPEG),
        "JPEG and PDF": (lambda: jpeg_with(pdf()) + pdf(), JPEG),
        "JPEG and page": (lambda: jpeg_with(PAGE) + PAGE, JPEG),
        "JPEG and script": (lambda: jpeg_with(b"*/=1;" + SCRIPT, 0xEF), JPEG),
        "JPEG with a page between segments": (jpeg_between, JPEG),
        "JPEG with a thumbnail": (jpeg_thumbnail, JPEG),
        "GIF and script": (gif_script, PNG),
        "GIF and comment": (gif_comment, PNG),
        "GIF and application": (gif_application, PNG),
        "WebP and page": (webp_unknown, WEBP),
        "TIFF and ZIP": (lambda: picture("tiff") + archive(), PNG),
        "AVIF and page": (lambda: picture("avif") + PAGE, JPEG),
    }
    foreign: dict[str, tuple[bytes | Callable[[], bytes], Refused]] = {
        "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", TYPE),
        "SVG behind XML": (svg_behind_xml, TYPE),
        "SVG packed": (b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + bytes(40), UNKNOWN),
        "PDF": (pdf, TYPE),
        "PDF with a JPEG in it": (lambda: pdf() + picture("jpeg"), TYPE),
        "page": (PAGE, UNKNOWN),
        "page with a PNG in it": (lambda: PAGE + picture("png"), UNKNOWN),
        "MP4": (b"\0\0\0\x1cftypisom\0\0\2\0isomiso2mp41" + bytes(64), TYPE),
        "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), TYPE),
        "AVIF brand around HEVC": (
            lambda: picture("avif").replace(b"av01", b"hvc1").replace(b"av1C", b"hvcC"),
            BROKEN,
        ),
        "AVIF brand around nothing": (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", BROKEN),
        "BMP": (b"BM\x9a\0\0\0" + bytes(64), TYPE),
        "PSD": (b"8BPS\0\1" + bytes(64), TYPE),
        "ICO": (b"\0\0\1\0\1\0" + bytes(64), TYPE),
        "JPEG XL": (b"\xff\x0a" + bytes(64), TYPE),
        "ZIP": (archive, TYPE),
        "WAV": (partial(riff, b"WAVE"), UNKNOWN),
        "ImageMagick": (b"push graphic-context\nfill 'url(https://x/|id)'", UNKNOWN),
        "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run", UNKNOWN),
        "a program": (b"\x7fELF" + bytes(200), UNKNOWN),
        "nothing": (b"", Refused("picture_empty")),
        "one byte": (b"\xff", UNKNOWN),
        "zeros": (bytes(100_000), UNKNOWN),
        "too many bytes": (
            lambda: picture("png") + bytes(20 * 2**20),
            Refused("picture_too_large"),
        ),
    }
    crossed = {
        f"{kind} around {other}": Case(partial(claims, kind, other), BROKEN)
        for kind in ("png", "gif", "jpeg", "tiff", "webp", "avif")
        for other in ("png", "jpeg", "gif")
        if kind != other
    }
    return (
        {name: Case(make, Fine(*SIZE, media_type)) for name, (make, media_type) in fine.items()}
        | {
            name: Case(made if callable(made) else partial(bytes, made), outcome)
            for name, (made, outcome) in foreign.items()
        }
        | crossed
    )
