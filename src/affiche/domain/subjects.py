"""Who and what a work is about: a character and a reference, as they were when it was asked for.

A template with a field of kind `character` or `reference` need not ask for what follows from them:
its graph may name these variables, seed 003's, and they are filled in.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from affiche.domain.answers import is_blank
from affiche.domain.fields import Field
from affiche.domain.names import LONGEST_SAVED
from affiche.domain.prompts import Look, Prompts, build
from affiche.errors import FieldProblem, InvalidInputs

OF_CHARACTER: Final = ("lora_file", "positive_prompt", "negative_prompt", "model_name")
OF_REFERENCE: Final = ("reference_filename",)
SUFFIXES: Final = ("positive_prompt_suffix", "negative_prompt_suffix")
"""Fields of those names add to the prompts; they are what a person writes, in any language."""
STRENGTH: Final = "lora_strength"
"""A field of that name has the character's own as its default."""
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A character as a work keeps it; `lora_file` is empty where it has none."""

    id: UUID
    number: int
    slug: str
    name: str
    lora_file: str
    lora_strength: float
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A reference as a work keeps it; `caption` is in English, empty where there is none."""

    id: UUID
    number: int
    filename: str
    category: str
    file_id: UUID
    caption: str


@dataclass(frozen=True, slots=True)
class Subject:
    character: Character | None = None
    reference: Reference | None = None


def subject_from(kept: Mapping[str, Any] | None) -> Subject:
    """What `works.subject` holds (0023), read again."""
    kept = kept or {}
    character, reference = kept.get("character"), kept.get("reference")
    return Subject(
        character and _character(character),
        reference
        and Reference(
            id=UUID(reference["id"]),
            number=reference["number"],
            filename=reference["filename"],
            category=reference["category"],
            file_id=UUID(reference["file_id"]),
            caption=reference["caption"],
        ),
    )


def _character(kept: Mapping[str, Any]) -> Character:
    looks = ("trigger_word", "hair_color", "hair_style", "skin_tone", "negative_prompt")
    return Character(
        id=UUID(kept["id"]),
        number=kept["number"],
        slug=kept["slug"],
        name=kept["name"],
        lora_file=kept["lora_file"],
        lora_strength=kept["lora_strength"],
        look=Look(**{name: kept[name] for name in looks}),
    )


# --- what a template need not ask --------------------------------------------------------------


def check(fields: Iterable[Field], subject: Subject) -> None:
    """Raises InvalidInputs for a template that asks for a character where there is none: the work's
    project has none of that name, or it was archived."""
    for field in fields:
        if field.type == "character" and field.required and subject.character is None:
            raise InvalidInputs([FieldProblem(field.name, "character_unknown")])


def with_strength(
    fields: Iterable[Field], subject: Subject, values: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """`values` with the character's own strength where `given`, what was really asked, has none."""
    field = next((f for f in fields if f.name == STRENGTH), None)
    if field is None or subject.character is None:
        return dict(values)
    if any(not is_blank(given.get(key)) for key in field.keys):
        return dict(values)
    return {**values, STRENGTH: subject.character.lora_strength}


def provided(fields: Iterable[Field]) -> frozenset[str]:
    """The variables that follow from the fields' character and reference."""
    kinds = {field.type for field in fields}
    found = OF_CHARACTER if "character" in kinds else ()
    return frozenset((*found, *(OF_REFERENCE if "reference" in kinds else ())))


def feeding(fields: Iterable[Field]) -> frozenset[str]:
    """The names of fields that are used by way of those variables alone."""
    fields = tuple(fields)
    if not provided(fields):
        return frozenset()
    subjects = {f.name for f in fields if f.type in ("character", "reference")}
    written = {f.name for f in fields if f.name in SUFFIXES} if subjects else set()
    return frozenset(subjects | written)


def variables(
    fields: Iterable[Field], subject: Subject, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of `provided`. `values`: the work's by field name, the suffixes translated."""
    wanted = provided(fields)
    found: dict[str, Any] = {}
    if subject.character is not None:
        prompts = prompts_of(subject, values)
        found |= {
            "lora_file": subject.character.lora_file,
            "model_name": subject.character.slug,
            "positive_prompt": prompts.positive,
            "negative_prompt": prompts.negative,
        }
    found["reference_filename"] = stem(subject.reference)
    return {name: value for name, value in found.items() if name in wanted}


def prompts_of(subject: Subject, values: Mapping[str, Any]) -> Prompts:
    """Both prompts of a work about `subject`, as they go to the engine."""
    character, reference = subject.character, subject.reference
    return build(
        character.look if character else Look(),
        caption=reference.caption if reference else "",
        positive_suffix=str(values.get(SUFFIXES[0]) or ""),
        negative_suffix=str(values.get(SUFFIXES[1]) or ""),
    )


def stem(reference: Reference | None) -> str:
    """A reference's file name without its ending, in ASCII, as engines want names of files."""
    if reference is None:
        return "picture"
    name = unicodedata.normalize("NFKD", without_ending(reference.filename))
    return (
        _UNSAFE.sub("-", name).strip("-.")[:_LONGEST].strip("-.") or f"reference-{reference.number}"
    )


def without_ending(filename: str) -> str:
    before, dot, after = filename.rpartition(".")
    return before if dot and before and re.fullmatch(r"[A-Za-z0-9]{1,5}", after) else filename


def output_name(subject: Subject, number: int, index: int, extension: str) -> str | None:
    """`{character}_{reference}_{counter}.png`, as a picture is called when it is saved: seed 003's
    name, with the work's number for a counter, because no other work has it. `index`: of the
    output, from 0. None for a work without a character."""
    if subject.character is None:
        return None
    again = str(index + 1) if index else ""
    start, end = f"{subject.character.slug}_", f"_{number:05}_{again}.{extension}"
    room = LONGEST_SAVED - len(start.encode()) - len(end.encode())
    shown = without_ending(subject.reference.filename) if subject.reference else "picture"
    return start + shown.encode(errors="ignore")[:room].decode(errors="ignore") + end
