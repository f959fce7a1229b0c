"""Masks: which of their values mean "paint this anew", which pictures they lie on, and what they
promise. Here is what is decided; the pixels are the business of `affiche.pictures.masks`.

Which value it is follows ComfyUI's own nodes (`LoadImage` and `LoadImageMask` give 1 - alpha, and
take colours as they are) and seed 004, whose mask is an alpha channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.fields import Field
from affiche.errors import MaskEmpty, MaskFull, MaskMisfit
from affiche.texts import Language, say

Channel = Literal["alpha", "luminance"]
Size = tuple[int, int]
"""Width and height in pixels."""

THRESHOLD: Final = 128
"""Of 255: from here on a pixel is painted anew, below it is kept. There is nothing between."""
FEATHER: Final = 8
"""Pixels of the target, where a template asks for none."""
MOST_FEATHER: Final = 128
FULL: Final = 255
_BENT: Final = 0.02


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise that was held against what was stored: of `outside_pixels`, those that the mask
    does not cover, `changed_outside` differ from the target's. `feather`: pixels, as it was used;
    less than was asked for where the mask is nowhere so broad."""

    outside_pixels: int
    changed_outside: int
    feather: int

    def record(self) -> dict[str, Any]:
        """As a work keeps it. Only what was kept is ever recorded."""
        return {
            "promise": "kept",
            "outside_pixels": self.outside_pixels,
            "changed_outside": self.changed_outside,
            "feather": self.feather,
        }

    def say(self, language: Language) -> str:
        return say(language, "works.mask.kept", pixels=f"{self.outside_pixels:,}")


def kept_in(metadata: Mapping[str, Any] | None) -> Kept | None:
    """The promise of a work as its record has it, if there was one and it was kept."""
    told = (metadata or {}).get("mask")
    if not isinstance(told, Mapping) or told.get("promise") != "kept":
        return None
    return Kept(told["outside_pixels"], told["changed_outside"], told["feather"])


def reading(least_alpha: int | None) -> Channel:
    """What of a mask counts: its alpha where anything shows through it (`least_alpha` of 255, None
    without that channel), and then what is transparent is painted anew; else its luminance, and
    then what is white is."""
    return "luminance" if least_alpha is None or least_alpha == FULL else "alpha"


def lies_on(mask: Size, target: Size) -> bool:
    """Whether the mask has the target's proportions: within two per cent, or as near as whole
    pixels come. Then it is stretched to the target's size; it is never cut or moved."""
    across, along = mask[0] * target[1], mask[1] * target[0]
    return abs(across - along) <= max(_BENT * along, *target)


def check_size(mask: Size, target: Size) -> None:
    """Raises MaskMisfit for a mask of another picture."""
    if not lies_on(mask, target):
        raise MaskMisfit(
            width=mask[0], height=mask[1], target_width=target[0], target_height=target[1]
        )


def check_cover(painted: int, total: int) -> None:
    """`painted` pixels of `total` are covered. Raises MaskEmpty, MaskFull."""
    if painted == 0:
        raise MaskEmpty
    if painted == total:
        raise MaskFull


def weight(depth: int, deepest: int) -> int:
    """How much of the engine's picture is seen, of 255, `depth` pixels within the mask: 0 outside
    and nowhere else, all of it from `deepest` on."""
    return 0 if depth == 0 else max(1, round(FULL * min(depth, deepest) / deepest))


def promised(fields: Sequence[Field]) -> Field | None:
    """The mask whose promise is to be kept, where the form has one."""
    return next((f for f in fields if f.type == "mask" and f.promise), None)


def feather(field: Field, values: Mapping[str, Any]) -> int:
    """In pixels, as the form was answered (`values` by field name)."""
    asked = values.get(field.feather)
    return FEATHER if asked is None else min(MOST_FEATHER, max(0, int(asked)))


def used_without_binding(fields: Sequence[Field]) -> frozenset[str]:
    """The fields of which the studio itself makes use: no graph has to take them."""
    kept = promised(fields)
    return (
        frozenset(n for n in (kept.name, kept.target, kept.feather) if n) if kept else frozenset()
    )


def check_fields(fields: Sequence[Field], where: str) -> None:
    """Raises DefinitionInvalid for a mask that lies on no picture of the form, for a feather that
    is no number of pixels, and for a second promise, since one picture can keep only one."""
    by_name = {field.name: field for field in fields}
    promises = 0
    for at, field in enumerate(fields):
        if field.type != "mask":
            continue
        path = f"{where}[{at}]"
        target = by_name.get(field.target)
        if target is None or target.type != "file":
            raise DefinitionInvalid(f"{path}.target", "must name a file field of this form")
        if field.feather:
            _check_feather(by_name.get(field.feather), f"{path}.feather")
        promises += field.promise
        if promises > 1:
            raise DefinitionInvalid(f"{path}.promise", "is another mask's already")


def _check_feather(field: Field | None, where: str) -> None:
    if field is None or field.type not in ("number", "slider") or not field.is_integral:
        raise DefinitionInvalid(where, "must name a field for whole numbers of this form")
    low, high = field.minimum, field.maximum
    if low is None or low < 0 or high is None or high > MOST_FEATHER:
        raise DefinitionInvalid(where, f"must name a field within 0 and {MOST_FEATHER}")
