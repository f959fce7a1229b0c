"""Characters and references as a form offers them."""

from collections.abc import Mapping
from typing import Final

from affiche.domain.templates import Template
from affiche.studio import characters, references
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

MOST: Final = 50
LONGEST: Final = 80


async def offered(
    studio: Studio,
    caller: Caller,
    template: Template,
    values: Mapping[str, str],
    language: Language,
) -> dict[str, list[tuple[str, str]]]:
    """By field, ids and what people call them: all characters, and the newest references with the
    one that is chosen."""
    found: dict[str, list[tuple[str, str]]] = {}
    for field in template.fields:
        if field.type == "character":
            there = await characters.listed(studio, caller)
            found[field.name] = [(str(each.id), each.name) for each in there]
        elif field.type == "reference":
            shown = await references.page(studio, caller, limit=MOST)
            chosen = values.get(field.request_key, "")
            if chosen and all(str(each.id) != chosen for each in shown):
                other = await references.find(studio, caller, chosen)
                shown = [other, *shown] if other else shown
            found[field.name] = [(str(each.id), _called(each, language)) for each in shown]
    return found


def _called(reference: Reference, language: Language) -> str:
    """By its caption, in the reader's language where there is one, else by its file."""
    ko, en = reference.caption_ko, reference.vision_description
    words = (ko or en) if language == "ko" else (en or ko)
    text = words or reference.filename
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
