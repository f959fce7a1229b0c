"""Whether a character's LoRA lies where its works would run: read from the engine's own
`/object_info`.

Of an engine that does not answer nothing is known, and nothing is refused: the works wait for it,
and fail there if the file is missing after all.
"""

from dataclasses import dataclass
from typing import Final

from affiche.domain.endpoints import Endpoint
from affiche.domain.templates import Template
from affiche.errors import LoraMissing, LoraUnset
from affiche.graphs.models import folder_of
from affiche.graphs.schemas import declared
from affiche.studio import equipment
from affiche.studio.characters import Character
from affiche.studio.studio import Studio

PLACEHOLDER: Final = "{{lora_file}}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a character stands with a template: `endpoint` is where its works would run, None where
    there is none; `known`, that it said what it has, and `there`, that the file is among it."""

    endpoint: str | None
    known: bool
    there: bool


def loads(template: Template) -> list[tuple[str, str]]:
    """Class and input of every node that loads the character's LoRA."""
    return [
        (node.class_type, name)
        for stage in template.stages
        for node in stage.workflow.graph.nodes.values()
        for name, value in node.inputs.items()
        if value == PLACEHOLDER and folder_of(node.class_type, name) == "loras"
    ]


async def standing(studio: Studio, template: Template, file: str) -> Standing:
    """Never raises for an engine that is not well."""
    async with studio.database.singly() as service:
        row = await service.maybe(Endpoint, "characters.endpoint", template_id=template.id)
    if row is None:
        return Standing(None, False, False)
    schemas = await equipment.schemas(studio, row)
    if schemas is None:
        return Standing(row.name, False, False)
    for class_type, name in loads(template):
        choices = declared(schemas.get(class_type, {})).get(name)
        if choices is not None and choices.choices is not None and file not in choices.choices:
            return Standing(row.name, True, False)
    return Standing(row.name, True, True)


async def check(studio: Studio, template: Template, character: Character) -> None:
    """Raises LoraUnset for a character without a file, where the template loads one, and
    LoraMissing where the engine has said that it has none of that name."""
    if not loads(template):
        return
    if not character.lora_file:
        raise LoraUnset(character=character.name)
    found = await standing(studio, template, character.lora_file)
    if found.known and not found.there:
        raise LoraMissing(
            character=character.name, file=character.lora_file, endpoint=found.endpoint
        )
