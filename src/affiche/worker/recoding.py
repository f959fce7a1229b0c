"""Making pictures smaller, so that a result fits through; libvips is loaded for that alone."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from affiche.worker.outputs import Made
from affiche.worker.results import Delivered

# Lossless first; then as little loss as there must be. More effort takes twice the time for a few
# percent, and a card is waiting.
WAYS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("lossless", {"lossless": True, "effort": 0}),
    ("95", {"Q": 95, "effort": 2}),
    ("90", {"Q": 90, "effort": 2}),
    ("80", {"Q": 80, "effort": 2}),
)
_LARGEST_WEBP: Final = 16_383
_log = logging.getLogger(__name__)


def smaller(made: Sequence[Made], fits: Callable[[Sequence[Made]], bool]) -> list[Delivered] | None:
    """The files with as many of the pictures coded anew as it takes until all of them fit, the
    largest first and every one without loss before any with; None if that is not enough.

    CPU work: some 200 ms a megapixel for each way. Animations and what is no picture stay.
    """
    found = [Delivered(each) for each in made]
    order = sorted(range(len(made)), key=lambda at: -len(made[at].data))
    for name, options in WAYS:
        for at in order:
            if fits([each.made for each in found]):
                return found
            found[at] = _better(made[at], found[at], name, options)
    return found if fits([each.made for each in found]) else None


def _better(original: Made, present: Delivered, way: str, options: dict[str, Any]) -> Delivered:
    coded = next(_coded(original, options), None)
    if coded is None or len(coded) >= len(present.made.data):
        return present
    _log.info("%s coded anew as WebP (%s)", original.filename, way)
    changed = replace(
        original,
        filename=f"{original.filename.rpartition('.')[0] or original.filename}.webp",
        media_type="image/webp",
        data=coded,
    )
    return Delivered(changed, before=(original.media_type, len(original.data)))


def _coded(made: Made, options: dict[str, Any]) -> Iterator[bytes]:
    """The picture as WebP, without metadata; nothing for what is no still picture."""
    if made.media_type not in ("image/png", "image/jpeg", "image/webp"):
        return
    import pyvips

    try:
        image = pyvips.Image.new_from_buffer(made.data, "", access="sequential", fail_on="error")
        still = not image.get_typeof("n-pages") or image.get("n-pages") == 1
        if still and max(image.width, image.height) <= _LARGEST_WEBP:
            yield image.webpsave_buffer(keep=pyvips.ForeignKeep.NONE, **options)
    except pyvips.Error as error:
        _log.warning("%s could not be coded anew: %s", made.filename, error)
