"""From what was sent to what was asked: form fields, the answers to them, and their problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.answers import Answer, Wrong, answer, is_blank
from affiche.domain.field_definitions import fields_from
from affiche.domain.fields import (
    MAX_FILE,
    MAX_TEXT,
    Field,
    FieldType,
    Option,
    form_fields,
    request_dto,
    with_english,
)
from affiche.domain.numbers import MAX_WHOLE, is_whole, on_step
from affiche.domain.seeds import MAX_SEED
from affiche.domain.uploads import (
    InlinePicture,
    PictureAddress,
    UploadedFile,
    UploadReference,
    megabytes,
)
from affiche.errors import FieldProblem, InvalidInputs
from affiche.texts import Language, say

__all__ = [
    "MAX_FILE",
    "MAX_TEXT",
    "Answer",
    "Checked",
    "Field",
    "FieldType",
    "InlinePicture",
    "Option",
    "PictureAddress",
    "UploadReference",
    "UploadedFile",
    "check",
    "describe",
    "fields_from",
    "form_fields",
    "request_dto",
    "validate",
    "with_english",
]

_CONTROL: Final = r"\x00-\x1f\x7f-\x9f"
_UNKNOWN_NAMED: Final = 20
"""How many unknown fields are named before the rest is counted out."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`values` by field name, of the fields that are right; `problems`, all there are."""

    values: dict[str, Answer]
    problems: tuple[FieldProblem, ...]


def validate(
    fields: Sequence[Field], data: Mapping[str, Any], *, lenient: bool = False
) -> dict[str, Answer]:
    """The values of `check`; raises InvalidInputs with every problem at once."""
    checked = check(fields, data, lenient=lenient)
    if checked.problems:
        raise InvalidInputs(checked.problems)
    return checked.values


def check(fields: Sequence[Field], data: Mapping[str, Any], *, lenient: bool = False) -> Checked:
    """`data`, by request key, alias or field name, read as `fields` say.

    Of several keys of one field, the first in `Field.keys` that is not blank counts. A field
    without an answer gets its default, or has no value at all; a seed stays without a value, so
    that one is drawn (`affiche.domain.seeds.settle`); a checkbox without either is False.
    `lenient` is for HTML forms, where everything is text and an unset checkbox is not sent.
    Beside a text that is translated its English words may come (`fields.with_english`).
    Inline pictures are decoded from base64, at some 6 ms a megabyte: not on the event loop.
    """
    fields = with_english(fields)
    values: dict[str, Answer] = {}
    problems: list[FieldProblem] = []
    for field in fields:
        try:
            value = _value(field, data, lenient)
        except Wrong as wrong:
            problems.append(FieldProblem(field.name, wrong.code, tuple(wrong.params.items())))
        else:
            if value is not None:
                values[field.name] = value
    known = {key for field in fields for key in field.keys}
    strange = [key for key in data if key not in known]
    problems += [FieldProblem(str(key)[:100], "unknown") for key in strange[:_UNKNOWN_NAMED]]
    return Checked(values, tuple(problems))


def _value(field: Field, data: Mapping[str, Any], lenient: bool) -> Answer | None:
    given = [data[key] for key in field.keys if not is_blank(data.get(key))]
    if given:
        found: Answer | None = answer(field, given[0], lenient=lenient)
    elif field.type == "checkbox":
        found = False if lenient else bool(field.default)
    else:
        found = None if field.is_seed else field.default
    if field.required and not field.is_seed and (found is None or found is False):
        raise Wrong("required")
    return found


# --- describing -------------------------------------------------------------------------------


def describe(fields: Sequence[Field], language: Language = "en") -> dict[str, Any]:
    """The JSON schema (2020-12) of what `check` accepts, as near as a schema can say it."""
    fields = with_english(fields)
    properties: dict[str, Any] = {}
    together: list[dict[str, Any]] = []
    required: list[str] = []
    for field in fields:
        for key in field.keys:
            properties[key] = _property(field, language)
        if field.needs_answer:
            if len(field.keys) == 1:
                required.append(field.request_key)
            else:
                together.append({"anyOf": [{"required": [key]} for key in field.keys]})
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {**schema, "allOf": together} if together else schema


def _property(field: Field, language: Language) -> dict[str, Any]:
    text = field.description or field.upload_description
    found: dict[str, Any] = {
        "title": field.label.say(language),
        "description": text.say(language) if text else None,
        "default": field.default,
        **_shape(field, language),
    }
    return {key: value for key, value in found.items() if value is not None}


def _shape(field: Field, language: Language) -> dict[str, Any]:
    if field.is_seed:
        return {"type": "number", "maximum": MAX_SEED}
    if field.type in ("number", "slider"):
        return _numeric(field)
    if field.type == "checkbox":
        return {"const": True} if field.required else {"type": "boolean"}
    if field.type == "select":
        return {"enum": [option.value for option in field.options]}
    if field.is_picture:
        size = megabytes(field.max_size or MAX_FILE)
        said = [say(language, "forms.file_value", size=size)]
        if field.type == "mask":
            said.append(say(language, "forms.mask_value"))
        return {"type": "string", "pattern": r"\S", "description": " ".join(said)}
    if field.type == "character":
        return {"type": "string", "pattern": r"^\s*[A-Za-z0-9]+(-[A-Za-z0-9]+)*\s*$"}
    return {
        "type": "string",
        "maxLength": field.max_length or MAX_TEXT,
        "pattern": _pattern(field),
    }


def _numeric(field: Field) -> dict[str, Any]:
    low = -MAX_WHOLE if field.minimum is None else field.minimum
    high = MAX_WHOLE if field.maximum is None else field.maximum
    found: dict[str, Any] = {
        "type": "integer" if field.is_integral else "number",
        "minimum": low,
        "maximum": high,
    }
    step = field.step
    # Only whole ones: of 0.1, validators that divide in binary say that 0.3 is no multiple.
    if step is not None and is_whole(step) and step != 1 and on_step(0, step, field.minimum):
        found["multipleOf"] = step
    return found


def _pattern(field: Field) -> str:
    """Text without control characters (a textarea's lines and tabs apart), and not only spaces
    where an answer is needed."""
    control = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f" if field.type == "textarea" else _CONTROL
    return f"^[^{control}]*[^{control}\\s][^{control}]*$" if field.required else f"^[^{control}]*$"
