"""Faces of what is shown until the typeface is there, in its measures, so that nothing moves then.

Only the standard library: the build reads this file.
"""

from collections.abc import Mapping
from typing import Final

WIDTHS: Final = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
ARIAL: Final = {chr(32 + n): int(width) / 1000 for n, width in enumerate(WIDTHS.split())}
"""In parts of its size, of ASCII from the space on: Helvetica's, by its metrics (Adobe, AFM), to
whose widths Arial and Liberation Sans are made."""
LATIN: Final = ("Arial", "Liberation Sans", "Arimo", "Helvetica")
HANGUL: Final = ("Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR", "Noto Sans KR")


def faces(widths: Mapping[str, float], ascent: float, descent: float, text: str) -> list[str]:
    """Of Latin, as wide as `text` is in the typeface, and of Hangul, which stands in squares
    everywhere. `widths` by letter, `ascent` and `descent` are the typeface's, in parts of its
    size."""
    counted = [letter for letter in text if letter in ARIAL and letter in widths] or [" "]
    wide = sum(widths[each] for each in counted) / sum(ARIAL[each] for each in counted)
    return [
        _face("Latin until then", LATIN, (ascent, descent), wide, "U+20-7e"),
        _face(
            "Hangul until then", HANGUL, (ascent, descent), 1, "U+1100-11ff,U+3130-318f,U+ac00-d7a3"
        ),
    ]


def _face(
    name: str, local: tuple[str, ...], heights: tuple[float, float], size: float, letters: str
) -> str:
    # The heights are taken of the adjusted size.
    ascent, descent = (f"{height / size:.2%}" for height in heights)
    return (
        f"@font-face {{ font-family: '{name}'; src: {', '.join(f'local({n!r})' for n in local)}; "
        f"size-adjust: {size:.2%}; ascent-override: {ascent}; descent-override: {descent}; "
        f"line-gap-override: 0%; unicode-range: {letters}; }}\n"
    )
