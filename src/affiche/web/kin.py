"""What a work came from, what came of it, and what its picture may yet become."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from affiche.studio import lineage, templates
from affiche.studio.studio import Caller
from affiche.studio.uploads import File
from affiche.studio.works import Work
from affiche.web import cards
from affiche.web.cards import Card
from affiche.web.pages import Desk


@dataclass(frozen=True, slots=True)
class Kin:
    """`pictures`: uploads; `before`: works that it was made from; `after`: those made of it."""

    pictures: Sequence[File]
    before: Sequence[Card]
    after: Sequence[Card]

    @property
    def any(self) -> bool:
        return bool(self.pictures or self.before or self.after)


@dataclass(frozen=True, slots=True)
class Use:
    """A form that takes the picture, at `address`; with `brush` it is then painted on."""

    kind: Literal["input", "brush"]
    title: str
    address: str


async def of_work(page: Desk, caller: Caller, work: Work, outputs: Sequence[File]) -> Kin:
    found = await lineage.of_work(page.studio, caller, work, [file.id for file in outputs])
    around = [*found.before, *found.after]
    hung = await cards.of_works(page.studio, caller, around, page.language)
    split = len(found.before)
    return Kin(found.pictures, hung[:split], hung[split:])


async def uses(page: Desk, caller: Caller, picture: File) -> list[Use]:
    """Of the templates on offer those that take a picture, and those where it is painted on."""
    found = []
    for each in await templates.gallery(page.studio, caller):
        template, title = each.template, each.template.title.say(page.language)
        address = f"/templates/{template.slug}?input={picture.id}"
        kinds = {field.type for field in template.fields}
        if "mask" in kinds:
            found.append(Use("brush", title, f"{address}&brush=1"))
        if kinds & {"file", "reference"}:
            found.append(Use("input", title, address))
    return found
