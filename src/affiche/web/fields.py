"""Form fields as a page shows them: each with its words, its value and what is wrong with it."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from affiche.domain.fields import Field, with_english
from affiche.domain.masks import FEATHER
from affiche.domain.templates import Preset, Template
from affiche.domain.wording import Text
from affiche.errors import FieldProblem, NotFound
from affiche.pictures.kinds import ALL, KINDS
from affiche.studio import sources, uploads
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.texts import Language, say
from affiche.web import subjects

LABELS: Final = {facts.media_type: facts.label for facts in KINDS.values()}
Group = Literal["pictures", "words", "english", "settings"]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """`value` is the text in the control, `picture` the file held already, `limit` in MB."""

    field: Field
    label: str
    description: str
    placeholder: str
    upload_label: str
    value: str
    problem: str | None
    picture: File | None
    limit: int
    choices: tuple[Choice, ...]
    is_english: bool = False

    @property
    def name(self) -> str:
        return self.field.request_key

    @property
    def group(self) -> Group:
        """Pictures and words are what a work is about, which may be brought along in English; all
        else has a default."""
        if self.field.is_picture:
            return "pictures"
        if self.is_english:
            return "english"
        needed = self.field.required and self.field.default is None
        return "words" if needed or self.field.type in ("textarea", "text") else "settings"

    @property
    def held(self) -> str:
        """Of a picture, what was uploaded or named by its address; a reference is chosen apart."""
        return "" if any(choice.value == self.value for choice in self.choices) else self.value

    @property
    def softness(self) -> int:
        """Pixels of a mask's edge, where no other field says."""
        return FEATHER

    @property
    def count(self) -> int:
        """Code points, as the limit counts them."""
        return len(unicodedata.normalize("NFC", self.value.replace("\r\n", "\n")))

    @property
    def taken(self) -> list[str]:
        """Media types."""
        kinds = sources.accepted(self.field) or ALL
        return [facts.media_type for kind, facts in KINDS.items() if kind in kinds]

    @property
    def accepted(self) -> str:
        """The same for people."""
        return ", ".join(LABELS[media_type] for media_type in self.taken)


@dataclass(frozen=True, slots=True)
class PresetView:
    preset: Preset
    title: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """What is in the form: text by request key, and what is wrong, in the form's order. `front`: it
    is asked for before all else of one's own. `outputs`: how many pictures, as it was typed."""

    values: Mapping[str, str]
    problems: tuple[FieldProblem, ...] = ()
    front: bool = False
    outputs: str = ""


def defaults(template: Template) -> dict[str, str]:
    """A seed of 0 asks for a random one, as an empty field does."""
    shown = {f.request_key: _text(f.default) for f in template.fields if f.default is not None}
    return {key: "" if key == "seed" and value == "0" else value for key, value in shown.items()}


def of_work(template: Template, input_data: Mapping[str, Any]) -> dict[str, str]:
    """The values of a work, as far as the template still asks for them."""
    asked = {field.request_key for field in with_english(template.fields)}
    return defaults(template) | {
        key: _text(value) for key, value in input_data.items() if key in asked
    }


def presets(template: Template, language: Language) -> list[PresetView]:
    keys = {field.name: field.request_key for field in template.fields}
    return [
        PresetView(
            preset,
            preset.title.say(language),
            {keys[name]: _text(value) for name, value in preset.values.items() if name in keys},
        )
        for preset in template.presets
    ]


def same(one: str, other: str) -> bool:
    """Whether both texts stand for one value: 1 and 1.0 do."""
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


async def views(
    studio: Studio, caller: Caller, template: Template, answers: Answers, language: Language
) -> list[FieldView]:
    found = []
    offered = await subjects.offered(studio, caller, template, answers.values, language)
    names = {field.name for field in template.fields}
    for field in with_english(template.fields):
        value = answers.values.get(field.request_key, "")
        picture = await _held(studio, caller, value) if field.is_picture else None
        kept = ("http:", "https:", *(id_ for id_, _ in offered.get(field.name, ())))
        if field.is_picture and picture is None and not value.startswith(kept):
            value = ""
        found.append(
            FieldView(
                field,
                field.label.say(language),
                _phrase(field.description or field.upload_description, language),
                _phrase(field.placeholder, language),
                _phrase(field.upload_label or field.label, language),
                value,
                problem(field, answers.problems, language),
                picture,
                sources.limits_of(studio, field).megabytes,
                tuple(Choice(_text(o.value), o.label.say(language)) for o in field.options)
                + tuple(Choice(*each) for each in offered.get(field.name, ())),
                is_english=field.name not in names,
            )
        )
    return found


def problem(field: Field, problems: Iterable[FieldProblem], language: Language) -> str | None:
    """The first thing that is wrong with the field."""
    for found in problems:
        if found.field in field.keys:
            if field.is_picture and found.code == "required":
                painted = field.type == "mask"
                key = "brush.said.required" if painted else "web.form.picture_required"
                return say(language, key)
            return found.message(language)
    return None


async def _held(studio: Studio, caller: Caller, value: str) -> File | None:
    try:
        return await uploads.get(studio, caller, UUID(value))
    except (ValueError, NotFound):
        return None


def _phrase(text: Text | None, language: Language) -> str:
    return text.say(language) if text else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
