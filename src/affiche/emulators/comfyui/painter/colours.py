"""Colours as OKLab sees them, so that mixing and turning keeps their weight."""

import math
from typing import NamedTuple


class Colour(NamedTuple):
    """Gamma-encoded sRGB, 0..1 each."""

    red: float
    green: float
    blue: float


def colour(text: str) -> Colour:
    """`#rrggbb`."""
    return Colour(*(int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _encoded(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return value * 12.92 if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def to_oklab(c: Colour) -> tuple[float, float, float]:
    """Björn Ottosson's OKLab: lightness 0..1, a, b."""
    r, g, b = (_linear(v) for v in c)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def from_oklab(lightness: float, a: float, b: float) -> Colour:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Colour(
        _encoded(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _encoded(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _encoded(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of `second`, 0..1."""
    one, two = to_oklab(first), to_oklab(second)
    return from_oklab(*(x + (y - x) * share for x, y in zip(one, two, strict=True)))


def turned(c: Colour, degrees: float = 0.0, chroma: float = 1.0, light: float = 0.0) -> Colour:
    """Its hue turned, its chroma multiplied, its lightness moved."""
    lightness, a, b = to_oklab(c)
    angle = math.atan2(b, a) + math.radians(degrees)
    reach = math.hypot(a, b) * chroma
    return from_oklab(
        min(1.0, max(0.0, lightness + light)), reach * math.cos(angle), reach * math.sin(angle)
    )


def toward(c: Colour, aim: Colour, share: float) -> Colour:
    """`c` with the hue and chroma of `aim`, by `share`; the lightness stays."""
    lightness, a, b = to_oklab(c)
    _, aim_a, aim_b = to_oklab(aim)
    return from_oklab(lightness, a + (aim_a - a) * share, b + (aim_b - b) * share)


def lightness(c: Colour) -> float:
    return to_oklab(c)[0]
