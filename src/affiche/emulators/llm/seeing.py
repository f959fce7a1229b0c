"""What a picture shows to somebody who knows colours and light, and no things. Blocks."""

import colorsys
from collections import Counter
from dataclasses import dataclass
from typing import Final

import pyvips

from affiche.emulators.llm.questions import Wrong
from affiche.pictures import sniff

_SIDE: Final = 32
# Hue from, in degrees: English, Korean as it stands before a noun.
_HUES: Final = (
    (0, "red", "붉은"), (18, "orange", "주황빛"), (45, "yellow", "노란"), (70, "green", "초록빛"),
    (165, "turquoise", "청록빛"), (195, "blue", "푸른"), (255, "violet", "보랏빛"),
    (300, "pink", "분홍빛"), (345, "red", "붉은"),
)  # fmt: skip
_GREYS: Final = ((0.2, "black", "검은"), (0.75, "grey", "회색빛"), (1.01, "white", "하얀"))


@dataclass(frozen=True, slots=True)
class Seen:
    """The same look, said three ways: a title in Korean of ten characters at most, a caption in
    English, one in Korean."""

    title: str
    caption: str
    korean: str


def seen(data: bytes) -> Seen:
    """Raises Wrong for what is no picture."""
    if sniff(data) is None:
        raise Wrong("you uploaded an unsupported image", "image_url", code="invalid_image")
    try:
        small = pyvips.Image.thumbnail_buffer(data, _SIDE, height=_SIDE, size="force")
        size = pyvips.Image.new_from_buffer(data, "")
        pixels = _pixels(small)
    except pyvips.Error:
        raise Wrong("the image cannot be read", "image_url", code="invalid_image") from None
    shape = _shape(size.width, size.height)
    light = sum(max(pixel) for pixel in pixels) / len(pixels) / 255
    colours = Counter(_colour(pixel) for pixel in pixels).most_common(2)
    (english, korean), touches = colours[0][0], colours[1:]
    mood = (
        ("dark", "어두운")
        if light < 0.35
        else ("bright", "밝은")
        if light > 0.7
        else ("soft", "은은한")
    )
    named = {"landscape": "풍경", "portrait": "순간", "square": "장면"}[shape]
    format_ko = {"landscape": "가로", "portrait": "세로", "square": "정사각형"}[shape]
    more = f", with touches of {touches[0][0][0]}" if touches else ""
    return Seen(
        title=f"{korean} {named}",
        caption=f"a {mood[0]} picture in {shape} format, mainly {english}{more}",
        korean=f"{korean} 색이 많은 {mood[1]} {format_ko} 그림",
    )


def _pixels(image: pyvips.Image) -> list[tuple[int, int, int]]:
    plain = image.colourspace("srgb")
    if plain.hasalpha():
        plain = plain.flatten(background=[255.0])
    raw = bytes(plain.cast("uchar").write_to_memory())
    return list(zip(raw[0::3], raw[1::3], raw[2::3], strict=True))


def _shape(width: int, height: int) -> str:
    if width > height * 1.1:
        return "landscape"
    return "portrait" if height > width * 1.1 else "square"


def _colour(pixel: tuple[int, int, int]) -> tuple[str, str]:
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in pixel))
    if saturation < 0.15 or value < 0.12:
        return next((en, ko) for most, en, ko in _GREYS if value < most)
    return [(en, ko) for least, en, ko in _HUES if hue * 360 >= least][-1]
