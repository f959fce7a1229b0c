"""The words of a character in a form: what each is called, how long it may be, what is wrong."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.characters import LONGEST, LONGEST_SLUG, STRENGTH
from affiche.errors import AfficheError, CharacterTaken, InvalidInputs
from affiche.studio.characters import Character
from affiche.texts import Language

GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "named": ("name", "slug"),
    "look": ("hair_style", "hair_color", "skin_tone", "negative_prompt"),
    "lora": ("lora_file", "lora_strength", "trigger_word"),
}
NAMES: Final = tuple(name for names in GROUPS.values() for name in names)
LONG: Final = frozenset(("negative_prompt",))


@dataclass(frozen=True, slots=True)
class Trait:
    """One control: `limit` in characters, None for the strength."""

    name: str
    value: str
    limit: int | None
    problem: str | None

    @property
    def is_long(self) -> bool:
        return self.name in LONG


def of_character(character: Character | None) -> dict[str, str]:
    """What the form begins with."""
    if character is None:
        return {name: f"{STRENGTH:g}" if name == "lora_strength" else "" for name in NAMES}
    values = {name: getattr(character, name) for name in NAMES}
    return {name: f"{v:g}" if isinstance(v, float) else str(v) for name, v in values.items()}


def values(sent: Mapping[str, str]) -> dict[str, Any]:
    """What was sent, as the studio takes it; a strength that is no number stays as it was typed,
    and an empty short name is left to the studio."""
    found: dict[str, Any] = {name: sent[name] for name in NAMES if name in sent}
    if "lora_strength" in found:
        with suppress(ValueError):
            found["lora_strength"] = float(found["lora_strength"].strip().replace(",", "."))
    if not found.get("slug", "").strip():
        found.pop("slug", None)
    return found


def views(
    shown: Mapping[str, str], error: AfficheError | None, language: Language
) -> dict[str, list[Trait]]:
    """By group, in the order of the form."""
    wrong = problems(error, language)
    limits = {**LONGEST, "slug": LONGEST_SLUG}
    return {
        group: [
            Trait(name, shown.get(name, ""), limits.get(name), wrong.get(name)) for name in names
        ]
        for group, names in GROUPS.items()
    }


def problems(error: AfficheError | None, language: Language) -> dict[str, str]:
    """By field; a short name that is taken is wrong with its field."""
    match error:
        case InvalidInputs():
            return {each.field: each.message(language) for each in error.problems}
        case CharacterTaken():
            return {"slug": error.message(language)}
    return {}
