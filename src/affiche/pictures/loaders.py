"""libvips, shut down to six loaders, one thread per operation and no cache.

Decoders are shown only what decides the pixels, and EXIF for its orientation: what is packed into
comments, texts and foreign blocks is never unpacked.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pyvips
from pyvips.voperation import concurrency_set

from affiche.errors import PictureBroken, PictureError
from affiche.pictures import decodings
from affiche.pictures.containers import gif, jpeg, png, webp
from affiche.pictures.containers.kept import Kept
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
_SEEN: Final = Kept.EXIF | Kept.PROFILE
_SHOWN: Final[dict[Kind, Callable[[bytes], bytes]]] = {
    "jpeg": partial(jpeg.stripped, keep=_SEEN),
    "png": partial(png.stripped, keep=_SEEN),
    "webp": partial(webp.stripped, keep=_SEEN),
    "gif": gif.stripped,
}
# Each image of a pipeline would have its own copy of the texts.
_HEAVY: Final = ("image-description", "xmp-data", "iptc-data", "photoshop-data", "exif-data")
# The largest in use, for presses, have three.
_MOST_PROFILE: Final = 8 * 2**20


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


def shown(data: bytes, kind: Kind) -> bytes:
    """What decoders are given of a picture. Raises PictureBroken where its container is broken:
    a decoder lets pass a bad CRC, an animation cut off between two frames, a million comments."""
    return _SHOWN[kind](data) if kind in _SHOWN else data


def load(data: bytes, kind: Kind, *, access: str = "sequential", **options: Any) -> pyvips.Image:
    """The picture with its header read and its pixels not yet; `data` as `shown` gives it.

    Decoding what is truncated or corrupt raises pyvips.Error later, when pixels are asked for.
    Raises PictureBroken if the header cannot be read, PictureTooSlow where the call was stopped.
    """
    try:
        image: pyvips.Image = getattr(pyvips.Image, _LOADERS[kind])(
            data, access=access, fail_on="error", **options
        )
    except pyvips.Error as error:
        raise broken(error) from error
    decodings.watch(image)
    if kind == "avif" and field(image, "heif-compression") != "av1":
        raise PictureBroken(detail="an AVIF brand around another codec")
    return _light(image)


def field(image: pyvips.Image, name: str) -> Any:
    """A header field, or None."""
    return image.get(name) if image.get_typeof(name) else None


def broken(error: pyvips.Error) -> PictureError:
    """What libvips says as an error of ours; raises PictureTooSlow where the call was stopped."""
    decodings.check()
    return PictureBroken(detail=" ".join(str(error).split())[:300])


def _light(image: pyvips.Image) -> pyvips.Image:
    """Without the fields that nobody here reads, and without a profile larger than any."""
    profile = field(image, "icc-profile-data")
    surplus = [name for name in _HEAVY if image.get_typeof(name)]
    if profile is not None and len(profile) > _MOST_PROFILE:
        surplus.append("icc-profile-data")
    if not surplus:
        return image
    light = image.copy()
    for name in surplus:
        light.remove(name)
    return light
