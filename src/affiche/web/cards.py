"""Works as they hang on the wall: a small picture, a line of words, how it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from affiche.domain.templates import Template
from affiche.studio import templates, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.studio.works import Work
from affiche.texts import Language

SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "all": (),
    "running": ("pending", "taken", "processing"),
    "done": ("completed",),
    "ended": ("failed", "cancelled"),
}
"""Kinds of works that a list is narrowed down to, each with its states."""
ROUNDED: Final = 0.06
"""By how much a model's sides may differ from those of the source (0012)."""


@dataclass(frozen=True, slots=True)
class Card:
    """`picture` is the result once there is one; `source` the id of what it is made from. `frame`:
    width and height of the place that it takes, from the start as the source has it, so that
    nothing moves when the result comes; None where nobody can know yet."""

    work: Work
    words: str
    picture: File | None
    source: UUID | None
    frame: tuple[int, int] | None = None

    @property
    def address(self) -> str:
        return f"/works/{self.work.id}"

    @property
    def percent(self) -> int:
        return percent(self.work)


async def of_works(
    studio: Studio, caller: Caller, found: Sequence[Work], language: Language
) -> list[Card]:
    done = [work.id for work in found if work.status == "completed"]
    first: dict[UUID, File] = {}
    for file in await works.outputs(studio, caller, done) if done else ():
        if file.work_id:
            first.setdefault(file.work_id, file)
    known: dict[tuple[UUID, int | None], Template] = {}
    cards = []
    for work in found:
        version = (work.template_id, work.template_version)
        if version not in known:
            known[version] = await templates.at_version(studio, *version)
        template = known[version]
        source = next(iter(sources(work, template)), None)
        cards.append(Card(work, words(work, template, language), first.get(work.id), source))
    wanted = [card.source for card in cards if card.source]
    sizes = await uploads.sizes(studio, caller, wanted) if wanted else {}
    return [replace(card, frame=frame(card, sizes)) for card in cards]


def frame(card: Card, sizes: Mapping[UUID, tuple[int, int]]) -> tuple[int, int] | None:
    """Width and height for the card. A result that differs from its source by as little as models
    round to has the source's."""
    width, height = (card.work.input_data.get(side) for side in ("width", "height"))
    asked = None
    if isinstance(width, int) and isinstance(height, int) and min(width, height) > 0:
        asked = width, height
    source = sizes.get(card.source) if card.source else None
    if not card.picture:
        return source or asked
    own = card.picture.width, card.picture.height
    if source and abs(source[0] * own[1] / (source[1] * own[0]) - 1) <= ROUNDED:
        return source
    return own


def words(work: Work, template: Template, language: Language) -> str:
    """What was asked, or else the work's title."""
    prompt = work.input_data.get("prompt")
    return str(prompt) if prompt else work.title or template.title.say(language)


def sources(work: Work, template: Template) -> Iterable[UUID]:
    """The pictures that the work is made from; one at an address is known once it is fetched."""
    if work.subject and (shown := work.subject.get("reference")):
        yield UUID(shown["file_id"])
    for field in template.fields:
        if field.type in ("file", "reference"):
            try:
                yield UUID(str(work.input_data.get(field.request_key)))
            except ValueError:
                continue


def percent(work: Work) -> int:
    found = (work.progress or {}).get("percent", 0)
    return min(100, max(0, int(found))) if isinstance(found, int | float) else 0
