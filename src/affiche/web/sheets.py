"""A batch as a contact sheet: its works by reference, or in the cells of its grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from affiche.domain.batches import Place, place_of
from affiche.domain.subjects import subject_from
from affiche.domain.templates import Template
from affiche.studio import batches, templates
from affiche.studio.batches import Batch, Choice
from affiche.studio.failures import recalled
from affiche.studio.studio import Caller
from affiche.texts import Language
from affiche.web import cards
from affiche.web.cards import Card
from affiche.web.pages import Desk
from affiche.web.pages import address as query

MOST: Final = 96
"""Works on one page, or one row of the grid where that is more."""
SHOWN: Final[Mapping[str, tuple[tuple[str, ...], Choice | None]]] = {
    "all": ((), None),
    "done": (("completed",), None),
    "kept": ((), "kept"),
    "rejected": ((), "rejected"),
    "failed": (("failed",), None),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a batch is: works by state, which together are `works`."""

    works: int
    completed: int
    processing: int
    waiting: int
    failed: int
    cancelled: int
    kept: int
    rejected: int

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.cancelled

    @property
    def percent(self) -> int:
        return 100 * self.ended // max(1, self.works)

    @property
    def segments(self) -> list[tuple[str, int, int]]:
        """State, where it begins and how long it is, in works."""
        found, begin = [], 0
        for name in ("completed", "processing", "failed", "cancelled"):
            count = getattr(self, name)
            found.append((name, begin, count))
            begin += count
        return found


@dataclass(frozen=True, slots=True)
class Tile:
    """One work in its place. `why`: of one that failed."""

    card: Card
    place: Place
    position: int
    why: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What a group is after: the picture, and what is known of it."""

    number: int
    filename: str
    caption: str
    picture: UUID | None


@dataclass(frozen=True, slots=True)
class Side:
    label: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The grid of one variation: rows, each with its place on the axis y and the cells along x."""

    variation: int
    rows: Sequence[tuple[int, Sequence[Tile | None]]]


@dataclass(frozen=True, slots=True)
class Group:
    """The works of one reference; of a batch with a grid, in its `tables`."""

    heading: Heading | None
    tiles: Sequence[Tile]
    tables: Sequence[Table]


def tally(batch: Batch) -> Tally:
    count = batch.counts.get
    own = {name: count(name, 0) for name in ("completed", "processing", "failed", "cancelled")}
    waiting = count("pending", 0) + count("taken", 0)
    chosen = {name: count(name, 0) for name in ("kept", "rejected")}
    return Tally(works=batch.works, waiting=waiting, **own, **chosen)


def address(batch: Batch, show: str, first: int) -> str:
    asked = {"show": show if show != "all" else "", "first": first}
    return f"/batches/{batch.id}{query(asked)}"


async def of_batch(
    page: Desk, caller: Caller, batch: Batch, show: str, first: int
) -> dict[str, Any]:
    """The context of `batches/page.html` about its works from `first` on."""
    statuses, choice = SHOWN[show]
    shape, whole = batch.shape, show == "all"
    row = shape.columns if batch.grid else shape.variations
    first, limit = (first // row * row, max(1, MOST // row) * row) if whole else (first, MOST)
    found = await batches.works_of(
        page.studio,
        caller,
        batch.id,
        first=first,
        statuses=statuses,
        choice=choice,
        limit=limit + 1,
    )
    template = await templates.at_version(page.studio, batch.template_id, batch.template_version)
    last = first + limit if whole else batch.works
    shown = [work for work in found if (work.batch_position or 0) < last][:limit]
    previous = max(0, first - limit)
    if first and not whole:
        previous = await batches.before(
            page.studio, caller, batch.id, first, statuses=statuses, choice=choice, limit=limit
        )
    following = found[len(shown)].batch_position if len(found) > len(shown) else None
    made = await cards.of_works(page.studio, caller, shown, page.language)
    tiles = [_tile(batch, card, page.language) for card in made]
    person = next((subject_from(work.subject).character for work in shown if work.subject), None)
    return {
        "groups": _groups(batch, tiles, in_tables=whole and bool(batch.grid)),
        "x": _side(batch, template, "x", page.language),
        "y": _side(batch, template, "y", page.language),
        "show": show,
        "kinds": list(SHOWN),
        "address": address(batch, show, first),
        "asking": query({"show": show if not whole else "", "first": first}),
        "at_start": first == 0,
        "start": address(batch, show, 0),
        "previous": address(batch, show, previous),
        "following": address(batch, show, following) if following is not None else None,
        "template_title": template.title.say(page.language),
        "person": person.name if person else "",
    }


def _tile(batch: Batch, card: Card, language: Language) -> Tile:
    position = card.work.batch_position or 0
    why = ""
    if card.work.status == "failed":
        why = recalled(card.work.error_code or "", card.work.error_params).message(language)
    return Tile(card, place_of(position, batch.shape), position, why)


def _groups(batch: Batch, tiles: Sequence[Tile], *, in_tables: bool) -> list[Group]:
    found = []
    for reference, those in groupby(tiles, lambda tile: tile.place.reference):
        own = list(those)
        heading = _heading(reference, own[0]) if batch.reference_key else None
        found.append(Group(heading, own, _tables(batch, own) if in_tables else ()))
    return found


def _heading(reference: int, tile: Tile) -> Heading:
    known = subject_from(tile.card.work.subject).reference
    return Heading(
        reference + 1,
        known.filename if known else "",
        known.caption if known else "",
        tile.card.source,
    )


def _tables(batch: Batch, tiles: Sequence[Tile]) -> list[Table]:
    found = []
    for variation, those in groupby(tiles, lambda tile: tile.place.variation):
        rows = []
        for y, cells in groupby(those, lambda tile: tile.place.y):
            there = {tile.place.x: tile for tile in cells}
            rows.append((y, [there.get(x) for x in range(batch.shape.columns)]))
        found.append(Table(variation, rows))
    return found


def _side(batch: Batch, template: Template, name: str, language: Language) -> Side | None:
    axis = batch.grid.get(name)
    if axis is None:
        return None
    field = next((each for each in template.fields if axis["field"] in each.keys), None)
    words = {o.value: o.label.say(language) for o in field.options} if field else {}
    values = [words.get(each) or _value(each) for each in axis["values"]]
    return Side(field.label.say(language) if field else axis["field"], values)


def _value(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
