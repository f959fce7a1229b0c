"""One picture painted onto another, of which everything stays as it is but what is painted over.

A canvas is a decoded picture in which colours can be compared and mixed: three bands or four, of 8
or 16 bits, with its own colour profile or in sRGB. Uploads are 8-bit sRGB; what an engine made
earlier may be anything.
"""

from dataclasses import dataclass
from typing import Final

import pyvips

from affiche.pictures.loaders import field
from affiche.pictures.normalisation import as_srgb

_PROFILE: Final = "icc-profile-data"
_BENT: Final = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """`image`: "srgb" in uchar or "rgb16" in ushort, with alpha or without."""

    image: pyvips.Image
    profile: bytes | None

    def is_like(self, other: "Canvas") -> bool:
        """Whether their pixels mean the same where they are the same."""

        def told(each: Canvas) -> tuple[object, ...]:
            image = each.image
            return image.width, image.height, image.bands, image.format, each.profile

        return told(self) == told(other)


def canvas(image: pyvips.Image) -> Canvas:
    """`image` as a canvas. Grey becomes three equal colours. What PNG cannot hold with three
    colours (CMYK, grey with a profile of its own) is read as 8-bit sRGB, as an upload is."""
    profile = field(image, _PROFILE)
    plain = _with_profile(image, None)
    match image.interpretation, image.format:
        case ("srgb", "uchar") if image.bands in (3, 4):
            return Canvas(plain, profile)
        case ("rgb16", "ushort") if image.bands in (3, 4):
            return Canvas(plain, profile)
        case ("b-w", "uchar") if profile is None:
            return Canvas(_coloured(plain, "srgb"), None)
        case ("grey16", "ushort") if profile is None:
            return Canvas(_coloured(plain, "rgb16"), None)
    return Canvas(_with_profile(as_srgb(image), None), None)


def painted_over(ground: Canvas, picture: pyvips.Image, weights: pyvips.Image) -> pyvips.Image:
    """`ground` with as much of `picture` as `weights` say (one band, 0 to 255, as large as it).

    Transparency stays that of the ground; through what is transparent in the picture the ground
    is seen. Raises pyvips.Error.
    """
    image = ground.image
    above = fitted(as_srgb(picture), image.width, image.height)
    if above.bands == 4:
        weights = (weights * above[3] / 255).rint().cast("uchar")
    colours = _in_space_of(ground, above[:3])
    below = image[:3]
    mixed = ((below * weights.invert() + colours * weights) / 255).rint().cast(image.format)
    # Not left to arithmetic: where there is no weight, the ground's own pixels are passed on.
    made = weights.relational_const("equal", [0]).ifthenelse(below, mixed)
    if image.bands == 4:
        made = made.bandjoin(image[3])
    made = made.copy(interpretation=image.interpretation)
    return _with_profile(made, ground.profile)


def fitted(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """At that size. With about its proportions (six per cent, since models work on multiples of 16
    pixels) it is stretched, else scaled to cover all of it, and cut evenly on both sides."""
    across, down = width / image.width, height / image.height
    if abs(across / down - 1) > _BENT:
        across = down = max(across, down)
    if across != 1 or down != 1:
        image = image.resize(across, vscale=down, kernel="lanczos3")
    if (image.width, image.height) == (width, height):
        return image
    return image.gravity("centre", width, height, extend="copy")


def _coloured(grey: pyvips.Image, interpretation: str) -> pyvips.Image:
    colours = grey[0].bandjoin(grey[0]).bandjoin(grey[0])
    made = colours.bandjoin(grey[1]) if grey.bands > 1 else colours
    return made.copy(interpretation=interpretation)


def _in_space_of(ground: Canvas, colours: pyvips.Image) -> pyvips.Image:
    """sRGB colours in the ground's own depth and profile."""
    deep = ground.image.format == "ushort"
    if ground.profile is None:
        return colours * 257 if deep else colours
    lab = colours.icc_import(input_profile="srgb", intent="relative", pcs="lab")
    exported = _with_profile(lab, ground.profile)
    return exported.icc_export(intent="relative", depth=16 if deep else 8)


def _with_profile(image: pyvips.Image, profile: bytes | None) -> pyvips.Image:
    """With that one, or without any."""
    made = image.copy()
    if field(made, _PROFILE) is not None:
        made.remove(_PROFILE)
    if profile is not None:
        made.set_type(pyvips.GValue.blob_type, _PROFILE, profile)  # type: ignore[arg-type]
    return made
