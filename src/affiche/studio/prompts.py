"""What an engine would be told, said before anything is asked: the prompts as they would go, what
was translated for them, and what there is to know about who and what they are of."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from affiche.domain import subjects as rules
from affiche.domain.fields import english_of
from affiche.domain.forms import check
from affiche.domain.templates import Template
from affiche.domain.translation import Rendered
from affiche.errors import (
    AfficheError,
    InvalidInputs,
    LoraMissing,
    LoraUnset,
    ReferenceUncaptioned,
)
from affiche.studio import loras, subjects, templates, translations
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Preview:
    """`translated` by field name. `notices`: what does not keep anybody from asking, and what does
    (LoraMissing, LoraUnset)."""

    positive: str
    negative: str
    translated: Mapping[str, Rendered]
    notices: Sequence[AfficheError]


async def preview(
    studio: Studio,
    caller: Caller,
    template: str,
    inputs: Mapping[str, Any],
    *,
    project_id: UUID | None = None,
    lenient: bool = False,
) -> Preview:
    """Of inputs as far as they are filled in: what is missing yet is no problem here.

    Raises NotFound, and InvalidInputs for what is wrong with what is there.
    """
    found = (await templates.find(studio, caller, template)).template
    checked = await asyncio.to_thread(check, found.fields, inputs, lenient=lenient)
    problems = [each for each in checked.problems if each.code != "required"]
    named = await subjects.named(
        studio, caller, found, checked.values, inputs, project_id, checking=False
    )
    problems += named.problems
    if problems:
        raise InvalidInputs(problems)
    project = await project_of(studio, caller, project_id)
    translated = await _translated(studio, found, named.values, project.id)
    english = {**named.values, **{name: each.english for name, each in translated.items()}}
    positive, negative = _prompts(found, named, english)
    return Preview(positive, negative, translated, await _notices(studio, found, named))


def _prompts(
    template: Template, named: subjects.Named, english: Mapping[str, Any]
) -> tuple[str, str]:
    if rules.provided(template.fields) >= set(rules.OF_CHARACTER):
        made = rules.prompts_of(named.subject, english)
        return made.positive, made.negative
    return str(english.get("prompt") or ""), str(english.get("negative_prompt") or "")


async def _translated(
    studio: Studio, template: Template, values: Mapping[str, Any], project_id: UUID
) -> dict[str, Rendered]:
    found = {}
    for field in template.fields:
        own, text = english_of(field), values.get(field.name)
        if own is None or not isinstance(text, str) or not text.strip():
            continue
        if brought := values.get(own.name):
            found[field.name] = Rendered("edited", str(brought))
        else:
            found[field.name] = await translations.translate(studio, text, project_id)
    return found


async def _notices(studio: Studio, template: Template, named: subjects.Named) -> list[AfficheError]:
    found: list[AfficheError] = []
    if named.character is not None:
        try:
            await loras.check(studio, template, named.character)
        except (LoraMissing, LoraUnset) as error:
            found.append(error)
    if named.reference is not None and not named.reference.vision_description:
        found.append(ReferenceUncaptioned(name=named.reference.filename))
    return found
