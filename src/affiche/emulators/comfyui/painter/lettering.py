"""Type as fields: set by Pango, so crisp at every size, and 1 where ink is."""

import html
from dataclasses import dataclass
from typing import Final, Literal

import pyvips

from affiche.emulators.comfyui.painter.canvas import Field

Face = Literal["serif", "sans", "light"]
# What is there decides: Pango goes on to the next family, and to another for a missing letter.
_FACES: Final[dict[Face, str]] = {
    "serif": "Noto Serif CJK KR, Noto Serif KR, AppleMyungjo, Batang, Georgia, serif Bold",
    "sans": "Noto Sans CJK KR, Noto Sans KR, Apple SD Gothic Neo, Malgun Gothic, sans Bold",
    "light": "Noto Sans CJK KR, Noto Sans KR, Apple SD Gothic Neo, Malgun Gothic, sans",
}
_TRIED: Final = 100
SMALLEST: Final = 6
"""Pixels: what is smaller than this would be dirt, not type."""


@dataclass(frozen=True, slots=True)
class Style:
    """`spaced`: between letters, in thousandths of their size; `leading`: what is added between
    lines, in their size."""

    face: Face
    spaced: int = 0
    leading: float = 0.0


def line(text: str, style: Style, width: float, height: float) -> Field | None:
    """One line, as large as fits; None where it would be too small, or no font has its letters."""
    tried = _set(text, style, _TRIED)
    if tried is None:
        return None
    size = _TRIED * min(width / tried.width, height / tried.height)
    return _set(text, style, size) if size >= SMALLEST else None


def block(text: str, style: Style, width: float, height: float) -> Field | None:
    """Several lines, broken between words where that lets them be larger."""
    words, best = text.split(), None
    for count in range(1, min(4, len(words)) + 1):
        set_ = line("\n".join(_rows(words, count)), style, width, height)
        if set_ is not None and (best is None or _weight(set_, count) > _weight(*best)):
            best = set_, count
    return best[0] if best else None


def _weight(set_: Field, rows: int) -> float:
    """How large its letters are."""
    return float(set_.height) / rows


def _rows(words: list[str], count: int) -> list[str]:
    """The words in `count` rows, as equal in length as their order allows."""
    rows: list[str] = []
    whole, row = len(" ".join(words)), ""
    for at, word in enumerate(words):
        left = count - len(rows)
        full = len(row) + len(word) / 2 > whole / count
        if row and left > 1 and (full or len(words) - at < left):
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    return [*rows, row]


def _set(text: str, style: Style, size: float) -> Field | None:
    markup = html.escape(text, quote=False)
    if style.spaced:
        # In 1024ths of a point.
        spacing = round(size * style.spaced * 1.024)
        markup = f'<span letter_spacing="{spacing}">{markup}</span>'
    try:
        mask = pyvips.Image.text(
            markup,
            font=f"{_FACES[style.face]} {size:.2f}",
            dpi=72,
            spacing=round(size * style.leading),
            wrap="none",
        )
        left, top, width, height = mask.find_trim(background=[0], threshold=40)
        if not width or not height:
            return None
        ink = mask.crop(left, top, width, height).cast("float") * (1 / 255)
        return ink.copy_memory()
    except pyvips.Error:
        return None
