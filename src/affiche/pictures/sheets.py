"""Contact sheets: small pictures in rows, group by group, with what they are below each."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar

import pyvips

from affiche.pictures import loaders  # noqa: F401 - shuts libvips down to six loaders

COLUMNS: Final = 6
SIDE: Final = 240
GAP: Final = 12
LABEL: Final = 40
HEADING: Final = 44
WIDTH: Final = GAP + COLUMNS * (SIDE + GAP)
HIGHEST: Final = 2_400
"""Pixels: a page is no higher, so that any viewer opens it, and it takes 11 MB to paint."""
_ROW: Final = SIDE + LABEL + GAP
# What is there decides: Pango goes on to the next family, and to another for a missing letter.
_FONT: Final = "Noto Sans CJK KR, Noto Sans KR, Apple SD Gothic Neo, Malgun Gothic, sans"
_PAPER, _INK, _FAINT, _EMPTY = (255,) * 3, (24,) * 3, (110,) * 3, (228,) * 3
_FRAMES: Final = {"kept": (22, 132, 72), "rejected": (176, 60, 52)}
_LONGEST: Final = 300
FRAME: Final = 5
Choice = Literal["kept", "rejected"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """`picture`: a JPEG, PNG or WebP, as a thumbnail is; None where there is none. `label` and
    `note` are the two lines below it."""

    picture: bytes | None
    label: str
    note: str = ""
    choice: Choice | None = None


@dataclass(slots=True)
class Page(Generic[T]):
    """Rows from the top: a heading, or up to COLUMNS of whatever becomes a cell."""

    rows: list[str | list[T]] = field(default_factory=list)

    @property
    def height(self) -> int:
        return GAP + sum(HEADING if isinstance(row, str) else _ROW for row in self.rows)


class Layout(Generic[T]):
    """Pages filled one by one, so that nobody holds more than one. A group begins a row, and its
    heading, if it has one, stands above it on each page; no page is higher than HIGHEST."""

    def __init__(self) -> None:
        self.page: Page[T] = Page()
        self._heading: str | None = None

    def add(self, heading: str, item: T) -> Page[T] | None:
        """The page that is full and does not hold `item` any more, if so."""
        page, row = self.page, self.page.rows[-1] if self.page.rows else ""
        if heading == self._heading and isinstance(row, list) and len(row) < COLUMNS:
            row.append(item)
            return None
        full = None
        wanted = _ROW + (HEADING if heading and heading != self._heading else 0)
        if page.rows and page.height + wanted > HIGHEST:
            full, self.page, self._heading = page, Page(), None
        if heading and heading != self._heading:
            self.page.rows.append(heading)
        self.page.rows.append([item])
        self._heading = heading
        return full


def painted(page: Page[Cell]) -> bytes:
    """The page as a JPEG whose letters are not blurred. A picture that cannot be read is a grey
    square. On a picture thread, never on the loop."""
    sheet = _blank(WIDTH, GAP, _PAPER)
    for row in page.rows:
        # Each row is done with before the next: what waits is letters and frames, not pictures.
        strip = (_heading(row) if isinstance(row, str) else _row(row)).copy_memory()
        sheet = sheet.join(strip, "vertical", expand=True, background=list(_PAPER))
    data: bytes = sheet.jpegsave_buffer(Q=88, subsample_mode="off", keep=pyvips.ForeignKeep.NONE)
    return data


def _heading(text: str) -> pyvips.Image:
    line = _line(text, WIDTH - 2 * GAP, HEADING, 18, _INK)
    return line.embed(GAP, 10, WIDTH, HEADING, extend="background", background=list(_PAPER))


def _row(cells: Sequence[Cell]) -> pyvips.Image:
    row = pyvips.Image.arrayjoin(
        [_cell(cell) for cell in cells],
        across=len(cells),
        shim=GAP,
        background=list(_PAPER),
    )
    return row.embed(GAP, 0, WIDTH, _ROW, extend="background", background=list(_PAPER))


def _cell(cell: Cell) -> pyvips.Image:
    framed = SIDE if cell.choice is None else SIDE - 2 * FRAME
    picture = _small(cell.picture, framed)
    if cell.choice is not None:
        picture = picture.embed(
            FRAME,
            FRAME,
            picture.width + 2 * FRAME,
            picture.height + 2 * FRAME,
            extend="background",
            background=list(_FRAMES[cell.choice]),
        )
    paper: dict[str, Any] = {"extend": "background", "background": list(_PAPER)}
    shown = picture.gravity("centre", SIDE, SIDE, **paper)
    label = _line(cell.label, SIDE, LABEL // 2, 11.5, _INK)
    note = _line(cell.note, SIDE, LABEL // 2, 10.5, _FAINT)
    for line in (label, note):
        shown = shown.join(line.embed(0, 2, SIDE, LABEL // 2, **paper), "vertical")
    return shown.copy_memory()


def _small(data: bytes | None, side: int) -> pyvips.Image:
    if data is not None:
        try:
            image = pyvips.Image.thumbnail_buffer(data, side, height=side, size="down")
            if image.hasalpha():
                image = image.flatten(background=list(_PAPER))
            image = image.colourspace("srgb").cast("uchar")
            return image.extract_band(0, n=3).copy_memory()
        except pyvips.Error:
            pass
    return _blank(side, side, _EMPTY)


def _line(text: str, width: int, height: int, size: float, ink: Sequence[int]) -> pyvips.Image:
    """One line on paper, cut where the room ends; empty where no font is there at all."""
    plain = " ".join(text.split())[:_LONGEST]
    if plain:
        try:
            mask = pyvips.Image.text(
                html.escape(plain, quote=False), font=f"{_FONT} {size}", dpi=72, wrap="none"
            )
        except pyvips.Error:
            pass
        else:
            mask = mask.crop(0, 0, min(width, mask.width), min(height, mask.height))
            slope = [(i - p) / 255 for i, p in zip(ink, _PAPER, strict=True)]
            drawn = mask.bandjoin(mask).bandjoin(mask).linear(slope, list(_PAPER))
            return drawn.cast("uchar").copy(interpretation="srgb")
    return _blank(1, 1, _PAPER)


def _blank(width: int, height: int, color: Sequence[int]) -> pyvips.Image:
    image = pyvips.Image.black(width, height, bands=3) + list(color)
    return image.cast("uchar").copy(interpretation="srgb")
