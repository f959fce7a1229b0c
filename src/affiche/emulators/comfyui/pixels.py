"""Files to pixels and back, and the resizes of ComfyUI, with libvips."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import pyvips

Method = Literal["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "jpegload"),
    (0, b"\x89PNG", "pngload"),
    (8, b"WEBP", "webpload"),
    (0, b"GIF8", "gifload"),
    (0, b"II*\0", "tiffload"),
    (0, b"MM\0*", "tiffload"),
    (4, b"ftyp", "heifload"),
    (0, b"BM", "bmp"),
)
_KERNELS: Final = {"bilinear": "linear", "bicubic": "cubic", "lanczos": "lanczos3"}


# The row filter that suits painted pictures: small files at little cost.
_SUB: Final = 0x10


class Unreadable(Exception):
    """Bytes that are no picture, or not all of one; `kind` is the exception ComfyUI would raise."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def load(path: Path) -> pyvips.Image:
    """The picture at `path`, upright, 8-bit sRGB with or without alpha, in memory.

    Contents decide, not the name. Raises Unreadable for junk and for truncated files.
    """
    with path.open("rb") as file:
        head = file.read(16)
    loader = next((name for at, mark, name in _SIGNATURES if head[at:].startswith(mark)), None)
    if loader is None:
        raise Unreadable("PIL.UnidentifiedImageError", f"cannot identify image file {str(path)!r}")
    if loader == "bmp":
        return _bitmap(path)
    try:
        image = pyvips.Operation.call(loader, str(path), fail_on="error")
        return to_srgb(image.autorot()).copy_memory()
    except pyvips.Error as error:
        reason = str(error).strip().splitlines()[-1]
        raise Unreadable("OSError", f"image file is truncated ({reason})") from error


def _bitmap(path: Path) -> pyvips.Image:
    """A Windows bitmap of 24 or 32 bits, uncompressed: the kind that programs write. libvips has
    no loader for it."""
    data = path.read_bytes()
    try:
        start, _, width, height, _, bits, packed = struct.unpack_from("<I I i i H H I", data, 10)
    except struct.error as error:
        raise Unreadable("OSError", "Truncated File Read") from error
    stride, rows = (width * bits // 8 + 3) // 4 * 4, abs(height)
    if bits not in (24, 32) or packed not in (0, 3) or not 0 < width * rows <= 100_000_000:
        raise Unreadable("OSError", f"Unsupported BMP pixel depth ({bits})")
    if len(data) < start + stride * rows:
        raise Unreadable("OSError", f"image file is truncated ({len(data)} bytes)")
    lines = [data[start + i * stride : start + i * stride + width * bits // 8] for i in range(rows)]
    if height > 0:
        lines.reverse()
    image = pyvips.Image.new_from_memory(b"".join(lines), width, rows, bits // 8, "uchar")
    image = image[2].bandjoin(image[1]).bandjoin(image[0])
    return image.copy(interpretation="srgb").copy_memory()


def to_srgb(image: pyvips.Image) -> pyvips.Image:
    """Any interpretation (CMYK, grey, 16 bit) to 8-bit sRGB with three bands or four."""
    if image.interpretation in ("cmyk", "lab", "labs"):
        image = image.colourspace("srgb")
    elif image.format not in ("uchar",):
        wide = "grey16" if image.bands < 3 else "rgb16"
        image = image.copy(interpretation=wide).colourspace("srgb")
    if image.bands < 3:
        alpha = image[1:] if image.bands == 2 else None
        image = image[0].bandjoin(image[0]).bandjoin(image[0])
        image = image if alpha is None else image.bandjoin(alpha)
    return image[:4].cast("uchar").copy(interpretation="srgb")


def resize(image: pyvips.Image, width: int, height: int, method: Method) -> pyvips.Image:
    """To exactly `width` by `height`, in memory."""
    if (image.width, image.height) == (width, height):
        return image
    if method == "nearest-exact":
        return _nearest_exact(image, width, height).copy_memory()
    across, down = width / image.width, height / image.height
    if method == "area":
        kernel = "linear" if across >= 1 and down >= 1 else "mitchell"
    else:
        kernel = _KERNELS[method]
    scaled = image.resize(across, vscale=down, kernel=kernel)
    if (scaled.width, scaled.height) != (width, height):
        scaled = scaled.gravity("north-west", width, height, extend="copy")
    return scaled.copy_memory()


def _nearest_exact(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """The source pixel under the middle of each target pixel."""
    place = pyvips.Image.xyz(width, height)
    column = ((place[0] + 0.5) * (image.width / width)).floor()
    row = ((place[1] + 0.5) * (image.height / height)).floor()
    nearest = pyvips.Interpolate.new("nearest")
    return image.mapim(column.bandjoin(row), interpolate=nearest, extend="copy")


def scale(
    image: pyvips.Image, width: int, height: int, method: Method, crop: str = "disabled"
) -> pyvips.Image:
    """`ImageScale`: `crop="center"` first cuts to the target's proportions."""
    if crop == "center":
        before, after = image.width / image.height, width / height
        x = round((image.width - image.width * (after / before)) / 2) if before > after else 0
        y = round((image.height - image.height * (before / after)) / 2) if before < after else 0
        image = image.crop(x, y, image.width - 2 * x, image.height - 2 * y)
    return resize(image, width, height, method)


def png(image: pyvips.Image, texts: Mapping[str, Any] | None = None, compression: int = 4) -> bytes:
    """PNG bytes; `texts` become text chunks holding JSON (ASCII)."""
    image = image.copy()
    for index, (key, value) in enumerate((texts or {}).items()):
        image.set_type(pyvips.GValue.gstr_type, f"png-comment-{index}-{key}", json.dumps(value))
    data = image.pngsave_buffer(compression=compression, filter=_SUB)
    assert isinstance(data, bytes)
    return data


def solid(width: int, height: int, *values: int) -> pyvips.Image:
    """A picture of one colour (three values) or a mask of one shade (one)."""
    image = pyvips.Image.black(width, height, bands=len(values)) + list(values)
    kind = "srgb" if len(values) == 3 else "b-w"
    return image.cast("uchar").copy(interpretation=kind).copy_memory()
