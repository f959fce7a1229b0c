"""libvips, shut down to six loaders, one thread per operation and no cache."""

from typing import Any, Final

import pyvips
from pyvips.voperation import concurrency_set

from affiche.errors import PictureBroken
from affiche.pictures.kinds import Kind

_CLASSES: Final = ("Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff")
_LOADERS: Final[dict[Kind, str]] = {
    "jpeg": "jpegload_buffer",
    "png": "pngload_buffer",
    "webp": "webpload_buffer",
    "gif": "gifload_buffer",
    "avif": "heifload_buffer",
    "tiff": "tiffload_buffer",
}


def _shut() -> None:
    # The order counts: each call overrules the ones before it for the classes below its own.
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in _CLASSES:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    pyvips.block_untrusted_set(True)
    # A cached operation would keep whole uploads in memory; a second thread would make one
    # picture faster and every other one slower.
    pyvips.cache_set_max(0)
    concurrency_set(1)


_shut()


def load(data: bytes, kind: Kind, *, access: str = "sequential", **options: Any) -> pyvips.Image:
    """The picture with its header read and its pixels not yet.

    Decoding what is truncated or corrupt raises pyvips.Error later, when pixels are asked for.
    Raises PictureBroken if the header cannot be read.
    """
    try:
        image: pyvips.Image = getattr(pyvips.Image, _LOADERS[kind])(
            data, access=access, fail_on="error", **options
        )
    except pyvips.Error as error:
        raise broken(error) from error
    if kind == "avif" and field(image, "heif-compression") != "av1":
        raise PictureBroken(detail="an AVIF brand around another codec")
    return image


def field(image: pyvips.Image, name: str) -> Any:
    """A header field, or None."""
    return image.get(name) if image.get_typeof(name) else None


def broken(error: pyvips.Error) -> PictureBroken:
    return PictureBroken(detail=" ".join(str(error).split())[:300])
