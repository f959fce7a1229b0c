"""Presets as the bench shows them: each with what it sets, and the one that is open as entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from affiche.catalog.drafts import good_fields
from affiche.domain import drafts as edits
from affiche.domain import preset_drafts as presets
from affiche.domain.drafts import Content
from affiche.domain.fields import Field
from affiche.studio.drafts import Draft
from affiche.texts import LANGUAGES, Language

NEW: Final = "+"
"""In the place of a slug: one that there is not yet."""


@dataclass(frozen=True, slots=True)
class Row:
    slug: str
    title: str
    told: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One field that the preset may set. `usual`: what it has without it."""

    name: str
    label: str
    type: str
    usual: str
    choices: Sequence[tuple[str, str]]


def settable(content: Content) -> list[Field]:
    """The fields that a preset may set: no pictures, no people, no chance."""
    return [
        each
        for each in good_fields(content)
        if not (each.is_picture or each.is_seed or each.type == "character")
    ]


def shown(
    draft: Draft, slug: str, sent: Mapping[str, str] | None, language: Language
) -> dict[str, Any]:
    """`sent`: the form of the one that is open, where it was refused."""
    content = draft.content
    found = presets.preset(content, slug)
    there = _entries(found) if found else {}
    fields = settable(content)
    labels = {each.name: each.label.say(language) for each in fields}
    return {
        "preset_rows": [_row(each, labels, language) for each in content["presets"]],
        "preset_of": found,
        "preset_new": slug == NEW,
        "preset_fields": [_entry(each, language) for each in fields],
        "preset_entries": dict(sent) if sent is not None else there,
        "preset_stored": there,
        "preset_seen": edits.seal(found),
    }


def _row(preset: Mapping[str, Any], labels: Mapping[str, str], language: Language) -> Row:
    values = preset["values"].items()
    told = " · ".join(f"{labels.get(name, name)} {_text(value)}" for name, value in values)
    return Row(preset["slug"], _phrase(preset["title"], language) or preset["slug"], told)


def _entry(field: Field, language: Language) -> Entry:
    choices = [(_text(each.value), each.label.say(language)) for each in field.options]
    usual = "" if field.default is None else _text(field.default)
    usual = dict(choices).get(usual, usual)
    return Entry(field.name, field.label.say(language), field.type, usual, choices)


def _entries(preset: Mapping[str, Any]) -> dict[str, str]:
    found = {f"title.{each}": _phrase(preset["title"], each) for each in LANGUAGES}
    seconds = preset.get("estimated_time")
    found["seconds"] = str(seconds) if seconds else ""
    return found | {f"value.{name}": _text(value) for name, value in preset["values"].items()}


def _phrase(text: Any, language: Language) -> str:
    return str(text.get(language) or "") if isinstance(text, Mapping) else str(text or "")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
