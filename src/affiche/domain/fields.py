"""Form fields: what a template asks, in the keys that seeds 000 and 001 give them.

A definition is a list of tables such as
`{"type": "textarea", "name": "prompt", "label": "…", "required": true, "max_length": 500}`.
Every phrase may be one string or a table `{ko, en}`. Beside the seeds' keys there is `aliases`:
further request keys under which a value may come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from affiche.domain.numbers import is_whole
from affiche.domain.wording import Text
from affiche.texts import Language, say

FieldType = Literal[
    "file",
    "mask",
    "character",
    "reference",
    "textarea",
    "text",
    "number",
    "slider",
    "select",
    "checkbox",
]
FIELD_TYPES: Final[tuple[str, ...]] = (
    "file",
    "mask",
    "character",
    "reference",
    "textarea",
    "text",
    "number",
    "slider",
    "select",
    "checkbox",
)
MAX_FILE: Final = 20 * 1024 * 1024
"""Bytes of an upload where a field names no other limit; seed 000's."""
MAX_TEXT: Final = 10_000
"""Code points of a text where a field names no other limit."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""What `accept` may name, by extension or by media type."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select."""

    value: str | int | float
    label: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `minimum`, `maximum` include their ends; `max_length` counts code points,
    `max_size` bytes; `accept` holds extensions or media types, lower case, empty for all.

    Of a mask, `target` names the field whose picture it lies on and `feather` the one that says
    how soft its edge is; with `promise`, nothing but what it covers is changed
    (`affiche.domain.masks`). A `character` is answered by its id or slug, a `reference` by its id
    or, like a file, by any picture (`affiche.domain.subjects`). What a text says goes to the image
    model in English where it is to `translate`; words that are printed as they stand are not."""

    type: FieldType
    name: str
    label: Text
    request_key: str
    request_value_type: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    placeholder: Text | None = None
    description: Text | None = None
    max_length: int | None = None
    rows: int | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    step: int | float | None = None
    default: str | int | float | bool | None = None
    accept: tuple[str, ...] = ()
    max_size: int | None = None
    upload_label: Text | None = None
    upload_description: Text | None = None
    options: tuple[Option, ...] = ()
    target: str = ""
    feather: str = ""
    promise: bool = False
    translate: bool = False

    @property
    def is_picture(self) -> bool:
        """It is answered with a picture."""
        return self.type in ("file", "mask", "reference")

    @property
    def is_seed(self) -> bool:
        """The seed has rules of its own (`affiche.domain.seeds`)."""
        return self.type == "number" and self.request_key == "seed"

    @property
    def needs_answer(self) -> bool:
        """There is nothing that could stand in for one."""
        nothing = self.default is None or self.default is False
        return self.required and not self.is_seed and nothing

    @property
    def is_integral(self) -> bool:
        """Only whole numbers are on its steps."""
        return (
            self.step is not None
            and is_whole(self.step)
            and (self.minimum is None or is_whole(self.minimum))
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys under which a value may come; the first that holds one counts."""
        return tuple(dict.fromkeys((self.request_key, self.name, *self.aliases)))

    def media_types(self) -> frozenset[str]:
        """The media types that `accept` lets in; empty for every type that Affiche reads."""
        return frozenset(
            media_type
            for wanted in self.accept
            for suffix, media_type in MEDIA_TYPES.items()
            if wanted in (suffix, media_type)
        )


PROMPTS: Final = ("prompt", "negative_prompt")
"""Names of textareas that are translated where a template does not say otherwise."""


def is_prompt(kind: str, name: str) -> bool:
    return kind == "textarea" and name in PROMPTS


def with_english(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Behind each text that is translated one for its English words, `prompt_en` for `prompt`: for
    whoever brings them along. No stage uses it, and no template names it."""
    taken = {key for field in fields for key in field.keys}
    found: list[Field] = []
    for field in fields:
        found.append(field)
        own = english_of(field)
        if own is not None and not taken & set(own.keys):
            found.append(own)
    return tuple(found)


def english_of(field: Field) -> Field | None:
    if not field.translate:
        return None
    return Field(
        type="textarea",
        name=f"{field.name}_en",
        label=Text(
            say("ko", "forms.in_english", field=field.label.ko),
            say("en", "forms.in_english", field=field.label.en),
        ),
        description=Text(say("ko", "forms.in_english_hint"), say("en", "forms.in_english_hint")),
        request_key=f"{field.request_key}_en",
        request_value_type="string",
        # English takes more letters than Korean for the same.
        max_length=min(4 * (field.max_length or MAX_TEXT), MAX_TEXT),
        rows=field.rows,
    )


def form_fields(fields: Sequence[Field], language: Language | None = None) -> list[dict[str, Any]]:
    """The definition of `fields`, which `field_definitions.fields_from` reads again.

    Given a language, every phrase is one string in it, as the seeds have them and pages want.
    """
    return [_definition(field, language) for field in fields]


def request_dto(fields: Sequence[Field]) -> dict[str, str]:
    """Request key → "string", "number" or "boolean", as seed 000 keeps it beside a template."""
    return {field.request_key: field.request_value_type for field in fields}


def _definition(field: Field, language: Language | None) -> dict[str, Any]:
    def phrase(text: Text | None) -> Any:
        if text is None:
            return None
        return text.say(language) if language else text.definition()

    options = [{"value": o.value, "label": phrase(o.label)} for o in field.options]
    whole: dict[str, Any] = {
        "type": field.type,
        "name": field.name,
        "label": phrase(field.label),
        "request_key": field.request_key,
        "request_value_type": field.request_value_type,
        "required": field.required,
        "aliases": list(field.aliases) or None,
        "placeholder": phrase(field.placeholder),
        "max_length": field.max_length,
        "rows": field.rows,
        "min": field.minimum,
        "max": field.maximum,
        "step": field.step,
        "default_value": field.default,
        "description": phrase(field.description),
        "accept": ",".join(field.accept) or None,
        "max_size": field.max_size,
        "upload_label": phrase(field.upload_label),
        "upload_description": phrase(field.upload_description),
        "options": options or None,
        "target": field.target or None,
        "feather": field.feather or None,
        "promise": field.promise if field.type == "mask" else None,
        "translate": field.translate
        if field.translate != is_prompt(field.type, field.name)
        else None,
    }
    return {key: value for key, value in whole.items() if value is not None}
