"""What kind of field an input of a node would make, guessed from its schema and its value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.numbers import MAX_WHOLE
from affiche.domain.seeds import MAX_SEED
from affiche.domain.wording import Text
from affiche.domain.workflows import BindingType, Graph, Node
from affiche.graphs.bindings import has_placeholder, placeholders
from affiche.graphs.schemas import Declared, Schemas, declared
from affiche.texts import has, say

KINDS: Final[Mapping[BindingType, tuple[str, ...]]] = {
    "string": ("textarea", "text", "select"),
    "integer": ("number", "slider", "seed", "select"),
    "number": ("slider", "number", "select"),
    "boolean": ("checkbox",),
    "picture": ("file", "mask", "reference"),
}
"""What a person may make of a binding's type, the likeliest first; a seed is a number that is drawn
anew where nobody says one."""
STEPS: Final = 400
"""More than these on a slider cannot be met with a thumb."""
LONG: Final = 500
PICTURE: Final = 20 * 1024 * 1024
_NAMES: Final = {"text": "prompt", "noise_seed": "seed", "clip_l": "prompt", "t5xxl": "prompt"}
_CHOICES: Final = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind` of KINDS; `field`: as a definition has it; `binding`: the same, but for its name."""

    kind: str
    type: BindingType
    field: dict[str, Any]
    binding: dict[str, Any]


def suggest(
    graph: Graph, schemas: Schemas, node_id: str, name: str, kind: str | None = None
) -> Suggestion | None:
    """A field for input `name` of the node, of that `kind` where it may be; None for an input that
    is fed by another node, holds placeholders, or what no field could give."""
    node = graph.nodes.get(node_id)
    if node is None or name not in node.inputs or node.link(name):
        return None
    if has_placeholder(node.inputs[name]):
        return None
    known = declared_input(schemas, node, name)
    value = node.inputs[name]
    type_ = binding_type(node, name, known)
    if type_ is None:
        return None
    offered = kinds(type_, known)
    chosen = kind if kind in offered else _likely(node, name, type_, known, offered)
    called = _name(node, name)
    return Suggestion(
        chosen,
        type_,
        _field(chosen, called, node, value, known, whole=type_ == "integer"),
        {"node": node.id, "class": node.class_type, "input": name, "type": type_},
    )


def declared_input(schemas: Schemas, node: Node, name: str) -> Declared | None:
    schema = schemas.get(node.class_type)
    return declared(schema).get(name) if schema else None


def variables(graph: Graph, node_id: str, name: str) -> list[str]:
    """The placeholders in that input, sorted."""
    node = graph.nodes[node_id]
    return sorted(placeholders(Graph({node_id: Node(node_id, _only(node, name))})))


def suggest_variable(
    graph: Graph, schemas: Schemas, node_id: str, name: str, variable: str
) -> dict[str, Any] | None:
    """A field for a placeholder in that input; None where it is not there. Where it is all that the
    input holds, it is of the input's type, and else it is words among others."""
    node = graph.nodes.get(node_id)
    if node is None or name not in node.inputs or variable not in variables(graph, node_id, name):
        return None
    known = declared_input(schemas, node, name)
    alone = re.fullmatch(r"\{\{[^{}]*\}\}", str(node.inputs[name]).strip())
    type_ = (binding_type(node, name, known) if alone else None) or "string"
    kind = _likely(node, name, type_, known if alone else None, kinds(type_, known))
    whole = type_ == "integer"
    return _field(kind, variable, node, None, known if alone else None, whole=whole)


def _only(node: Node, name: str) -> dict[str, Any]:
    return {**node.raw, "inputs": {name: node.inputs[name]}}


def kinds(type_: BindingType, known: Declared | None) -> tuple[str, ...]:
    """Of KINDS those that make sense; a list is chosen from, and else nothing is."""
    listed = bool(known and known.choices)
    if listed and type_ == "string":
        return ("select",)
    return tuple(kind for kind in KINDS[type_] if kind != "select" or listed)


def binding_type(node: Node, name: str, known: Declared | None) -> BindingType | None:
    """By the schema, or where there is none by the value."""
    if known is not None and known.type == "COMBO":
        if known.is_upload:
            return "picture"
        numbers = [c for c in known.choices or () if not isinstance(c, str)]
        return "number" if numbers and len(numbers) == len(known.choices or ()) else "string"
    by_schema: dict[str, BindingType] = {
        "STRING": "string",
        "INT": "integer",
        "FLOAT": "number",
        "BOOLEAN": "boolean",
    }
    if known is not None:
        return by_schema.get(known.type)
    value = node.inputs[name]
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else None


def called(name: str) -> Text:
    """What people call an input of that name; where nobody has a word for it, as it is written."""
    stem = re.sub(r"_\d+$", "", name)
    if has(f"workshop.guess.{stem}"):
        return Text(say("ko", f"workshop.guess.{stem}"), say("en", f"workshop.guess.{stem}"))
    written = stem.replace("_", " ").strip().capitalize() or name
    return Text(written, written)


# --- the guess --------------------------------------------------------------------------------


def _likely(
    node: Node, name: str, type_: BindingType, known: Declared | None, offered: tuple[str, ...]
) -> str:
    if type_ == "integer" and (
        name in ("seed", "noise_seed") or (known and known.options.get("control_after_generate"))
    ):
        return "seed"
    if type_ == "picture" and "mask" in node.class_type.lower():
        return "mask"
    if type_ in ("integer", "number") and known is not None:
        low, high = known.options.get("min"), known.options.get("max")
        step = known.options.get("step") or 1
        if isinstance(low, int | float) and isinstance(high, int | float):
            return "slider" if (high - low) / step <= STEPS else "number"
        return "number"
    if type_ == "string" and known is not None and known.type == "STRING":
        return "textarea" if known.options.get("multiline") else "text"
    return "number" if type_ in ("integer", "number") else offered[0]


def _name(node: Node, name: str) -> str:
    if name in _NAMES:
        title = (node.title or "").lower()
        return "negative_prompt" if name == "text" and "negative" in title else _NAMES[name]
    if name == "image" and "mask" in node.class_type.lower():
        return "mask"
    found = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:60]
    return found if re.match(r"[A-Za-z]", found) else f"field_{found}"


def _field(
    kind: str, name: str, node: Node, value: Any, known: Declared | None, *, whole: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "number" if kind == "seed" else kind,
        "name": name,
        "label": called(name).definition(),
        "required": kind in ("file", "reference", "mask") or name == "prompt",
    }
    if kind == "seed":
        return found | {"request_key": "seed", "min": 0, "max": MAX_SEED, "step": 1}
    if kind in ("file", "mask", "reference"):
        return found | {"max_size": PICTURE} | ({"target": ""} if kind == "mask" else {})
    if kind in ("number", "slider"):
        found |= _bounds(kind, value, known, whole=whole)
    elif kind in ("text", "textarea"):
        found |= {"max_length": LONG} | ({"rows": 3} if kind == "textarea" else {})
    elif kind == "select":
        found["options"] = list(known.choices or ())[:_CHOICES] if known else []
    said = isinstance(value, bool | int | float) or (isinstance(value, str) and value.strip())
    if said and name != "prompt" and (kind != "select" or value in found["options"]):
        found["default_value"] = value
    return found


def _bounds(kind: str, value: Any, known: Declared | None, *, whole: bool) -> dict[str, Any]:
    options = known.options if known else {}
    low, high, step = options.get("min"), options.get("max"), options.get("step")
    found: dict[str, Any] = {"step": step if step else (1 if whole else 0.01)}
    for key, bound in (("min", low), ("max", high)):
        if isinstance(bound, int | float):
            found[key] = max(-MAX_WHOLE, min(MAX_WHOLE, bound))
    if kind == "slider":
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else 1
        found.setdefault("min", min(0, number))
        found.setdefault("max", max(1, 2 * number))
    return found
