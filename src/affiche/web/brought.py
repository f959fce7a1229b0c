"""What a form is opened with: its defaults, the settings of a work, a preset, a picture."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from affiche.api.auth import SignedIn
from affiche.domain.fields import Field
from affiche.domain.templates import Template
from affiche.errors import NotFound
from affiche.studio import templates, uploads, works
from affiche.studio.uploads import File
from affiche.studio.works import Work
from affiche.web import fields
from affiche.web.pages import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the address says. `settings`: a work whose settings are taken, with another seed if
    `reseeded`; `picture`: of a file, or of a work whose first picture is meant; `brush`: to be
    painted on; `shown`: the work in the viewer."""

    settings: UUID | None = None
    reseeded: bool = False
    preset: str = ""
    picture: UUID | None = None
    brush: bool = False
    shown: UUID | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """`values` by request key. A draft of before goes before them where `yields`, save for the
    `fields` that were brought on purpose; `opened`: the settings are worth seeing. `outputs`: how
    many pictures are asked for."""

    values: dict[str, str]
    yields: bool = True
    opened: bool = False
    fields: list[str] = field(default_factory=list)
    outputs: int = 1


async def bring(
    page: Desk, caller: SignedIn, template: Template, wanted: Wanted, shown: Work | None
) -> Brought:
    """Raises NotFound for works and pictures that are not the caller's to see."""
    found = Brought(fields.defaults(template))
    if shown and not wanted.settings:
        # As the form was when it was sent, but for the seed, which is drawn anew each time.
        values = _unseeded(template, fields.of_work(template, shown.input_data))
        found = Brought(values, outputs=shown.output_count)
    if wanted.settings:
        work = await works.get(page.studio, caller, wanted.settings)
        values = fields.of_work(template, work.input_data)
        if wanted.reseeded:
            values = _unseeded(template, values)
        found = Brought(values, yields=False, opened=True, outputs=work.output_count)
    for offered in fields.presets(template, page.language):
        if offered.preset.slug == wanted.preset:
            values = {**found.values, **offered.values}
            found = replace(found, values=values, yields=False, opened=True)
    slot = first_picture(template)
    if wanted.picture and slot:
        file = await _picture(page, caller, wanted.picture)
        # A mask of before was painted over another.
        masks = [each.request_key for each in template.fields if each.target == slot.name]
        values = {**found.values, **dict.fromkeys(masks, ""), slot.request_key: str(file.id)}
        found = replace(found, values=values, fields=[slot.request_key, *masks])
    return found


async def brush_instead(page: Desk, caller: SignedIn, template: Template) -> str | None:
    """The slug of the first template on offer that paints over a picture, where this one does
    not."""
    if paints(template):
        return None
    for each in await templates.gallery(page.studio, caller):
        if paints(each.template):
            return each.template.slug
    return None


def paints(template: Template) -> bool:
    return any(each.type == "mask" for each in template.fields)


def first_picture(template: Template) -> Field | None:
    """The field that a picture from elsewhere goes into: what is painted over, else the first."""
    slots = [each for each in template.fields if each.type in ("file", "reference")]
    painted = {each.target for each in template.fields if each.type == "mask"}
    return next((each for each in slots if each.name in painted), next(iter(slots), None))


async def _picture(page: Desk, caller: SignedIn, id_: UUID) -> File:
    try:
        return await uploads.get(page.studio, caller, id_)
    except NotFound:
        made = await works.outputs(page.studio, caller, [id_])
        if not made:
            raise
        return made[0]


def _unseeded(template: Template, values: dict[str, str]) -> dict[str, str]:
    seeds = {each.request_key for each in template.fields if each.is_seed}
    return {key: "" if key in seeds else value for key, value in values.items()}
