"""A template that is being made: what `domain.templates.definition` gives, as far as it has come.

`content` is that definition without its id and its graphs, which lie beside it by stage. Nothing
here changes what it is given, and nothing asks whether the whole is right yet
(`affiche.catalog.drafts` does).
"""

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from affiche.domain.templates import ENGINE_KINDS, Template, definition, digest

Content = dict[str, Any]
Graphs = Sequence[Mapping[str, Any]]
NEW_PLACE: Final = 100
_SECONDS: Final = 30


def of_template(template: Template) -> tuple[Content, list[dict[str, Any]]]:
    """A draft that says what `template` does: its content and its graphs."""
    content = definition(template)
    content.pop("id")
    return content, [stage.pop("graph") for stage in content["stages"]]


def fresh(work_type: str, model: str, outputs: Sequence[str]) -> Content:
    """A draft over one graph, with nothing bound and nothing named."""
    empty = {"ko": "", "en": ""}
    return {
        "slug": "",
        "template_name": "",
        "work_type": work_type,
        "title": dict(empty),
        "description": dict(empty),
        "model": model,
        "estimated_time": _SECONDS,
        "display_order": NEW_PLACE,
        "is_active": True,
        "credits": 1,
        "engines": list(ENGINE_KINDS),
        "fields": [],
        "presets": [],
        "stages": [{"slug": "main", "bindings": [], "outputs": list(outputs), "inputs": {}}],
        "tags": [],
        "fallback_title": dict(empty),
        "time_outs": {"queue": 15 * 60, "run": 6 * 60},
    }


def whole(template_id: UUID, content: Mapping[str, Any], graphs: Graphs) -> dict[str, Any]:
    """What `catalog.definitions.template_from` reads."""
    stages = [
        {**stage, "graph": graph} for stage, graph in zip(content["stages"], graphs, strict=True)
    ]
    return {**content, "id": str(template_id), "stages": stages}


def seal(part: object) -> str:
    """What tells whether that part of a draft is still as somebody saw it."""
    return digest({"part": part})[:16]


# --- fields -----------------------------------------------------------------------------------


def names(content: Mapping[str, Any]) -> list[str]:
    return [field["name"] for field in content["fields"]]


def field(content: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    return next((each for each in content["fields"] if each["name"] == name), None)


def free_name(content: Mapping[str, Any], wanted: str) -> str:
    """`wanted`, or with the first number from 2 that makes it another field's no longer."""
    taken = set(names(content)) | {f.get("request_key") for f in content["fields"]}
    taken |= {alias for f in content["fields"] for alias in f.get("aliases", ())}
    found, n = wanted, 2
    while found in taken:
        found, n = f"{wanted}_{n}", n + 1
    return found


def source(stage: Mapping[str, Any], name: str) -> str:
    """The field that feeds the binding `name`."""
    return str(stage.get("inputs", {}).get(name, name))


def feeding(stage: Mapping[str, Any], node: str) -> dict[str, str]:
    """By input of `node`: the field that feeds it, or the stage whose picture it takes."""
    taken = stage.get("takes", {})
    return {
        b["input"]: taken.get(b["name"]) or source(stage, b["name"])
        for b in stage["bindings"]
        if b["node"] == node
    }


def with_field(
    content: Content, stage: int, added: Mapping[str, Any], binding: Mapping[str, Any]
) -> Content:
    """`added` at the end of the form, feeding the input that `binding` names."""
    found = copy.deepcopy(content)
    found["fields"].append(dict(added))
    found["stages"][stage]["bindings"].append({**binding, "name": added["name"]})
    return found


def with_binding(content: Content, stage: int, binding: Mapping[str, Any], name: str) -> Content:
    """The field of that name feeds one input more."""
    found = copy.deepcopy(content)
    found["stages"][stage]["bindings"].append({**binding, "name": name})
    return found


def without_binding(content: Content, stage: int, node: str, input: str) -> Content:
    """That input as the graph has it again; a field that then feeds nothing goes with it."""
    found = copy.deepcopy(content)
    own = found["stages"][stage]
    freed = [b for b in own["bindings"] if (b["node"], b["input"]) == (node, input)]
    own["bindings"] = [b for b in own["bindings"] if b not in freed]
    left = {source(s, b["name"]) for s in found["stages"] for b in s["bindings"]}
    for name in {source(own, b["name"]) for b in freed} - left:
        found = without_field(found, name)
    return found


def without_field(content: Content, name: str) -> Content:
    """No such field, nothing fed by it, no preset for it, and no mask over its picture."""
    found = copy.deepcopy(content)
    found["fields"] = [each for each in found["fields"] if each["name"] != name]
    for stage in found["stages"]:
        gone = {
            b["name"]
            for b in stage["bindings"]
            if source(stage, b["name"]) == name and b["name"] not in stage.get("takes", {})
        }
        stage["bindings"] = [b for b in stage["bindings"] if b["name"] not in gone]
        stage["inputs"] = {k: v for k, v in stage.get("inputs", {}).items() if v != name}
    for preset in found["presets"]:
        preset["values"].pop(name, None)
    gone_too = [e for e in content["fields"] if e["name"] == name and e.get("feather")]
    left = {source(s, b["name"]) for s in found["stages"] for b in s["bindings"]}
    for mask in gone_too:
        # How soft its edge is is nothing to anybody else.
        if mask["feather"] not in left:
            found = without_field(found, mask["feather"])
    for each in found["fields"]:
        if each.get("feather") == name:
            each.pop("feather")
    for over in [e["name"] for e in found["fields"] if e.get("target") == name]:
        found = without_field(found, over)
    return found


def with_changed(
    content: Content,
    name: str,
    changed: Mapping[str, Any],
    variables: Sequence[Collection[str]] = (),
) -> Content:
    """The field `name` as `changed` says; what names it names it as it is called then. `variables`:
    the placeholders of each stage's graph, which go on being called as they are."""
    found = copy.deepcopy(content)
    found["fields"] = [dict(changed) if each["name"] == name else each for each in found["fields"]]
    new = changed["name"]
    if new == name:
        return found
    for stage in found["stages"]:
        inputs = stage.setdefault("inputs", {})
        for binding in stage["bindings"]:
            own = binding["name"]
            if own not in stage.get("takes", {}) and own not in inputs and own == name:
                binding["name"] = new
        stage["inputs"] = {k: new if v == name else v for k, v in inputs.items()}
    for stage, own in zip(found["stages"], variables, strict=False):
        if name in own:
            stage["inputs"].setdefault(name, new)
    for preset in found["presets"]:
        if name in preset["values"]:
            preset["values"][new] = preset["values"].pop(name)
    for each in found["fields"]:
        for key in ("target", "feather"):
            if each.get(key) == name:
                each[key] = new
    return found


def moved(content: Content, name: str, by: int) -> Content:
    """The field `by` places further down; at the ends it stays."""
    order = names(content)
    at = order.index(name)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return ordered(content, order)


def ordered(content: Content, order: Sequence[str]) -> Content:
    """The fields in that order; those that it does not name come behind, as they were."""
    found = copy.deepcopy(content)
    place = {name: at for at, name in enumerate(order)}
    found["fields"].sort(key=lambda each: place.get(each["name"], len(place)))
    return found
