"""Node schemas in the shape of ComfyUI's `GET /object_info`.

`schemas/*.json` describe the nodes that Affiche knows, one page a theme, in a shorter form: class
→ `{required, optional, output, output_name, output_node}`, inputs in their order. `known` gives
them the shape that ComfyUI serves. `Declared` reads one input of either kind of combo.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from affiche.graphs.models import FOLDERS

Schemas = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Declared:
    """One declared input: `type` is "COMBO" for both of ComfyUI's ways to give a list."""

    type: str
    required: bool
    choices: tuple[Any, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_upload(self) -> bool:
        """Takes an uploaded file, so that its list is not what it may hold."""
        return any(key.endswith("_upload") and value for key, value in self.options.items())


def known() -> Schemas:
    """The schemas of all classes that Affiche knows; read once, not to be changed."""
    return _known()


def with_files(schemas: Schemas, names: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A copy of `schemas` in which every model input lists `names[folder]`, as ComfyUI's own
    lists follow what lies in its folders."""
    changed = {class_: copy.deepcopy(dict(schema)) for class_, schema in schemas.items()}
    for class_type, inputs in FOLDERS.items():
        for input_, folder in inputs.items():
            if class_type in changed:
                declaration = changed[class_type]["input"]["required"][input_]
                if isinstance(declaration[0], str):
                    declaration[1]["options"] = list(names.get(folder, ()))
                else:
                    declaration[0] = list(names.get(folder, ()))
    return changed


def declared(schema: Mapping[str, Any]) -> dict[str, Declared]:
    """The inputs of one class by name; hidden ones, which the server fills, left out."""
    groups = schema.get("input") or {}
    return {
        name: declared_of(declaration, required=group == "required")
        for group in ("required", "optional")
        for name, declaration in (groups.get(group) or {}).items()
    }


def in_order(schema: Mapping[str, Any]) -> dict[str, Declared]:
    """As `declared`, in the order in which the server says that the inputs stand: JSON objects
    may come in any other."""
    found = declared(schema)
    order = schema.get("input_order")
    groups = order if isinstance(order, Mapping) else {}
    named = [n for group in ("required", "optional") for n in groups.get(group) or () if n in found]
    rest = [name for name in found if name not in set(named)]
    return {name: found[name] for name in dict.fromkeys((*named, *rest))}


def outputs(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The output types of one class; an output that is a list of choices counts as "COMBO"."""
    return tuple(t if isinstance(t, str) else "COMBO" for t in schema.get("output") or ())


def declared_of(declaration: Any, *, required: bool) -> Declared:
    """One input, of either kind of combo."""
    parts = declaration if isinstance(declaration, list | tuple) else [declaration]
    kind = parts[0] if parts else "*"
    options = parts[1] if len(parts) > 1 and isinstance(parts[1], Mapping) else {}
    if isinstance(kind, list | tuple):
        return Declared("COMBO", required, tuple(kind), options)
    listed = options.get("options") if kind == "COMBO" else None
    return Declared(str(kind), required, None if listed is None else tuple(listed), options)


@cache
def _known() -> Schemas:
    found: dict[str, dict[str, Any]] = {}
    pages = [
        p for p in files("affiche.graphs").joinpath("schemas").iterdir() if p.name[-5:] == ".json"
    ]
    for page in sorted(pages, key=lambda p: p.name):
        for class_type, short in json.loads(page.read_text(encoding="utf-8")).items():
            found[class_type] = _served(class_type, short)
    return MappingProxyType(found)


def _served(class_type: str, short: Mapping[str, Any]) -> dict[str, Any]:
    groups = {group: short[group] for group in ("required", "optional") if short.get(group)}
    output = short["output"]
    return {
        "name": class_type,
        "display_name": short.get("display_name", class_type),
        "category": short["category"],
        "input": groups,
        "input_order": {group: list(inputs) for group, inputs in groups.items()},
        "is_input_list": False,
        "output": output,
        "output_name": short.get("output_name", output),
        "output_is_list": [False] * len(output),
        "output_node": short.get("output_node", False),
    }
