"""Whether a character's LoRA lies where its works would run: read from the engine's own
`/object_info`, and kept for a minute, so that asking a thousand times asks it once.

Only a ComfyUI server says what it has. Of one that does not answer nothing is known, and nothing is
refused: the works wait for it, and fail there if the file is missing after all.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.endpoints import Endpoint
from affiche.domain.templates import Template
from affiche.errors import AfficheError, EngineError, LoraMissing, LoraUnset
from affiche.graphs.models import folder_of
from affiche.graphs.schemas import declared
from affiche.studio import access
from affiche.studio.characters import Character
from affiche.studio.shelves import Shelf
from affiche.studio.studio import Studio

SECONDS: Final = 5.0
"""For one look at an engine."""
KEPT: Final = 60.0
KEPT_UNKNOWN: Final = 10.0
PLACEHOLDER: Final = "{{lora_file}}"
log = logging.getLogger(__name__)


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
    schemas = await _schemas(studio, row)
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


async def _schemas(studio: Studio, row: Endpoint) -> Mapping[str, Any] | None:
    """None for an engine that paints under any name, or that does not say what it has."""
    if row.kind != "comfyui":
        return None
    shelf = studio.shelves.seen.setdefault((row.id, row.url), Shelf())
    clock = asyncio.get_running_loop().time
    async with shelf.looking:
        if clock() > shelf.until:
            shelf.schemas = await _look(studio, row)
            shelf.until = clock() + (KEPT if shelf.schemas is not None else KEPT_UNKNOWN)
    return shelf.schemas


async def _look(studio: Studio, row: Endpoint) -> Mapping[str, Any] | None:
    try:
        engine = access.engine(row, studio.settings)
    except AfficheError as error:
        log.info("endpoint %s cannot be asked what it has: %s", row.name, error)
        return None
    try:
        async with asyncio.timeout(SECONDS):
            return await engine.schemas()
    except (EngineError, TimeoutError) as error:
        log.info("endpoint %s does not say what it has: %s", row.name, error)
        return None
    finally:
        await engine.close()
