"""Who and what a work is to be about, as somebody asks: found in the work's project, and said
before anything is asked if it cannot be made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from affiche.domain import subjects as rules
from affiche.domain.fields import Field
from affiche.domain.forms import UploadedFile
from affiche.domain.prompts import Look
from affiche.domain.subjects import Subject
from affiche.domain.templates import Template
from affiche.errors import FieldProblem
from affiche.studio import characters, loras, references, sources, uploads
from affiche.studio.characters import Character
from affiche.studio.projects import project_of
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Named:
    """Values by field name, with character and reference by their ids, and the rows these are."""

    values: dict[str, Any]
    character: Character | None = None
    reference: Reference | None = None
    problems: list[FieldProblem] = field(default_factory=list)

    @property
    def subject(self) -> Subject:
        return subject_of(self.character, self.reference)


async def named(
    studio: Studio,
    caller: Caller,
    template: Template,
    values: Mapping[str, Any],
    given: Mapping[str, Any],
    project_id: UUID | None = None,
    *,
    checking: bool = True,
) -> Named:
    """`values` as `forms.check` gives them, `given` as they came. Of a template that asks for
    neither, they are as they were. Raises NotFound for a project and, `checking`, LoraUnset and
    LoraMissing."""
    kinds = {each.type: each for each in template.fields if each.type in ("character", "reference")}
    found, problems = dict(values), list[FieldProblem]()
    if not kinds:
        return Named(found)
    project = await project_of(studio, caller, project_id)
    character = reference = None
    if (who := kinds.get("character")) and who.name in found:
        character = await characters.find(studio, caller, str(found[who.name]), project.id)
        if character is None or character.archived_at is not None:
            problems.append(FieldProblem(who.name, "character_unknown"))
            character = None
        else:
            found[who.name] = str(character.id)
            found = rules.with_strength(template.fields, subject_of(character), found, given)
            if checking:
                await loras.check(studio, template, character)
    if (what := kinds.get("reference")) and isinstance(shown := found.get(what.name), UploadedFile):
        reference = await references.find(studio, caller, shown.id, project.id)
        if reference is not None:
            found[what.name] = str(reference.id)
            problems += await _misfit(studio, caller, what, reference)
    return Named(found, character, reference, problems)


def subject_of(character: Character | None, reference: Reference | None = None) -> Subject:
    """What the database keeps of both when a work is asked for (0023)."""
    return Subject(
        None if character is None else _kept_character(character),
        None if reference is None else _kept_reference(reference),
    )


def _kept_character(character: Character) -> rules.Character:
    return rules.Character(
        id=character.id,
        number=character.number,
        slug=character.slug,
        name=character.name,
        lora_file=character.lora_file,
        lora_strength=character.lora_strength,
        look=look_of(character),
    )


def look_of(character: Character) -> Look:
    """What a prompt says of it."""
    return Look(
        trigger_word=character.trigger_word,
        hair_color=character.hair_color,
        hair_style=character.hair_style,
        skin_tone=character.skin_tone,
        negative_prompt=character.negative_prompt,
    )


def _kept_reference(reference: Reference) -> rules.Reference:
    return rules.Reference(
        id=reference.id,
        number=reference.number,
        filename=reference.filename,
        category=reference.category,
        file_id=reference.file_id,
        caption=reference.vision_description or "",
    )


async def _misfit(
    studio: Studio, caller: Caller, field: Field, reference: Reference
) -> list[FieldProblem]:
    file = await uploads.get(studio, caller, reference.file_id)
    problem = sources.misfit(field, file)
    return [problem] if problem else []
