"""What a character may be called and hold: the limits are seed 003's. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from affiche.domain.numbers import is_number
from affiche.errors import FieldProblem

LONGEST: Final[Mapping[str, int]] = {
    "name": 100,
    "skin_tone": 50,
    "hair_color": 50,
    "hair_style": 200,
    "lora_file": 200,
    "trigger_word": 100,
    "negative_prompt": 2000,
}
"""Characters of each text."""
LONGEST_SLUG: Final = 50
STRENGTHS: Final = (0.3, 1.0)
STRENGTH: Final = 0.65
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LORA: Final = re.compile(r"[^\x00-\x1f\x7f]*\.(safetensors|sft|pt|pth|ckpt|bin)", re.IGNORECASE)


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Texts composed (NFC), on one line, without spaces at their ends; the rest as it is."""
    return {
        name: " ".join(unicodedata.normalize("NFC", value).split())
        if isinstance(value, str)
        else value
        for name, value in values.items()
    }


def problems(values: Mapping[str, Any]) -> list[FieldProblem]:
    """Everything that is wrong with the values, of those that are there."""
    found = []
    for name, limit in LONGEST.items():
        text = values.get(name, "")
        if len(text) > limit:
            found.append(FieldProblem(name, "too_long", (("limit", limit), ("length", len(text)))))
        elif any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
            found.append(FieldProblem(name, "control_characters"))
    if "name" in values and not values["name"]:
        found.append(FieldProblem("name", "required"))
    if "slug" in values and not is_slug(values["slug"]):
        found.append(FieldProblem("slug", "slug", (("limit", LONGEST_SLUG),)))
    if (file := values.get("lora_file")) and not is_lora(file):
        found.append(FieldProblem("lora_file", "lora_file"))
    strength = values.get("lora_strength", STRENGTH)
    low, high = STRENGTHS
    if not is_number(strength) or not low <= strength <= high:
        found.append(FieldProblem("lora_strength", "between", (("low", low), ("high", high))))
    return found


def is_slug(text: str) -> bool:
    """And not to be taken for an id."""
    return bool(len(text) <= LONGEST_SLUG and _SLUG.fullmatch(text) and not _ID.fullmatch(text))


def is_lora(file: str) -> bool:
    """A model file's name, perhaps in subfolders of ComfyUI's `models/loras`, and not out of it."""
    parts = file.replace("\\", "/").split("/")
    return bool(_LORA.fullmatch(file)) and all(part not in ("", ".", "..") for part in parts)


def slug_of(name: str) -> str:
    """“Milan Rossi” → “milan-rossi”; "" for a name without Latin letters or digits."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
