"""A field of a draft as a form of the workshop has it, and read again from what was sent."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from affiche.graphs.suggestions import KINDS

PHRASES: Final = ("label", "description", "placeholder")
NUMBERS: Final = ("min", "max", "step", "max_length", "rows")
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "textarea": ("placeholder", "default_value", "max_length", "rows", "translate"),
    "text": ("placeholder", "default_value", "max_length", "translate"),
    "number": ("default_value", "min", "max", "step"),
    "slider": ("default_value", "min", "max", "step"),
    "seed": (),
    "select": ("default_value", "options"),
    "checkbox": ("default_value",),
    "file": (),
    "reference": (),
    "mask": ("target",),
    "character": (),
}
"""What a kind has beside its name, its words and whether it is required. What a definition has
beyond that is kept as it is."""


@dataclass(frozen=True, slots=True)
class Read:
    """`problems`: by entry, keys under `workshop.entries`."""

    definition: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)


def kind_of(definition: Mapping[str, Any]) -> str:
    """The field's type, save that a seed goes by its own name."""
    request_key = definition.get("request_key", definition["name"])
    seed = definition["type"] == "number" and request_key == "seed"
    return "seed" if seed else str(definition["type"])


def siblings(kind: str) -> tuple[str, ...]:
    """The kinds that the field may become without being bound anew."""
    return next((group for group in KINDS.values() if kind in group), (kind,))


def entries(definition: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the form, by the names of its controls."""
    found = {"name": str(definition["name"]), "kind": kind_of(definition)}
    for key in PHRASES:
        text = definition.get(key)
        for language in ("ko", "en"):
            words = text.get(language, "") if isinstance(text, Mapping) else text
            found[f"{key}.{language}"] = str(words or "")
    for key in (*NUMBERS, "default_value", "target"):
        found[key] = _text(definition.get(key))
    found["required"] = "on" if definition.get("required") else ""
    found["translate"] = "on" if definition.get("translate", _prompt(definition)) else ""
    found["options"] = "\n".join(_option(each) for each in definition.get("options", ()))
    return found


def read(sent: Mapping[str, str], before: Mapping[str, Any]) -> Read:
    """`before` with what was sent; what another kind has no use for falls away."""
    kind = sent.get("kind") or kind_of(before)
    own = OWN.get(kind, ())
    dropped = {key for keys in OWN.values() for key in keys} - set(own)
    if kind == "seed" and kind_of(before) == "seed":
        dropped.discard("default_value")
    found = {key: value for key, value in before.items() if key not in dropped}
    problems: dict[str, str] = {}
    name = sent.get("name", "").strip()
    if found.get("request_key") == found["name"]:
        found["request_key"] = name
    found |= {"type": "number" if kind == "seed" else kind, "name": name}
    found.pop("request_value_type", None)
    for key in ("label", "description", *(("placeholder",) if "placeholder" in own else ())):
        _put(found, key, _phrase(sent, key))
    found["required"] = bool(sent.get("required"))
    for key in NUMBERS:
        if key in own:
            _number(found, key, sent.get(key, ""), problems, whole=key in ("max_length", "rows"))
    if "options" in own:
        _put(found, "options", _options(sent.get("options", "")))
    if "target" in own:
        found["target"] = sent.get("target", "")
    if "translate" in own:
        found["translate"] = bool(sent.get("translate"))
    if "default_value" in own:
        _default(found, kind, sent.get("default_value", ""), problems)
    if kind == "seed":
        found |= {"request_key": "seed", "min": 0, "max": 2**53 - 1, "step": 1}
    if kind in ("file", "mask", "reference"):
        found.setdefault("max_size", 20 * 1024 * 1024)
    return Read(found, problems)


# --- one entry --------------------------------------------------------------------------------


def _phrase(sent: Mapping[str, str], key: str) -> dict[str, str] | None:
    words = {language: sent.get(f"{key}.{language}", "").strip() for language in ("ko", "en")}
    return words if any(words.values()) else None


def _put(found: dict[str, Any], key: str, value: object) -> None:
    found.pop(key, None)
    if value:
        found[key] = value


def _number(
    found: dict[str, Any], key: str, text: str, problems: dict[str, str], *, whole: bool = False
) -> None:
    found.pop(key, None)
    if not text.strip():
        return
    number = _parsed(text)
    if number is None or (whole and not isinstance(number, int)):
        problems[key] = "not_whole" if whole else "not_number"
    else:
        found[key] = number


def _default(found: dict[str, Any], kind: str, text: str, problems: dict[str, str]) -> None:
    found.pop("default_value", None)
    if kind == "checkbox":
        found["default_value"] = bool(text)
    elif not text.strip():
        return
    elif kind in ("number", "slider"):
        _number(found, "default_value", text, problems)
    elif kind == "select":
        values = {str(_value(each)): _value(each) for each in found.get("options", ())}
        if text.strip() in values:
            found["default_value"] = values[text.strip()]
        else:
            problems["default_value"] = "not_option"
    else:
        found["default_value"] = text


def _options(text: str) -> list[Any]:
    """One to a line: the value alone, or `value | Korean | English`."""
    found: list[Any] = []
    for line in text.splitlines():
        value, *labels = (part.strip() for part in line.split("|"))
        number = _parsed(value)
        plain: str | int | float = value if number is None else number
        if value and len(labels) == 2 and all(labels):
            found.append({"value": plain, "label": {"ko": labels[0], "en": labels[1]}})
        elif value:
            found.append(plain)
    return found


def _option(option: Any) -> str:
    label = option.get("label") if isinstance(option, Mapping) else None
    if isinstance(label, Mapping):
        return f"{_text(option['value'])} | {label['ko']} | {label['en']}"
    if isinstance(label, str) and label != str(option["value"]):
        return f"{_text(option['value'])} | {label} | {label}"
    return _text(_value(option))


def _value(option: Any) -> Any:
    return option["value"] if isinstance(option, Mapping) else option


def _parsed(text: str) -> int | float | None:
    try:
        found = json.loads(text.strip())
    except ValueError:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if math.isfinite(found) else None


def _prompt(definition: Mapping[str, Any]) -> bool:
    prompts = ("prompt", "negative_prompt")
    return definition["type"] == "textarea" and definition["name"] in prompts


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    return "on" if value is True else str(value)
