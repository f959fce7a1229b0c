"""What is different between two versions of a template, for people to read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from affiche.domain.fields import Field, form_fields
from affiche.domain.templates import Template, definition

Kind = Literal["added", "removed", "changed"]
TOLD: Final = (
    *("slug", "template_name", "work_type", "title", "description", "model", "estimated_time"),
    *("credits", "engines", "presets", "tags", "fallback_title", "time_outs"),
)
"""Of a template as a whole."""


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: "field", "order", "node", "binding", "output", "stage", or "detail"; `name`: which of
    them; of a change `keys` says in what."""

    kind: Kind
    what: str
    name: str = ""
    keys: tuple[str, ...] = ()


def changes(before: Template, after: Template) -> list[Change]:
    """In the order of the form, then of the graphs, then of the rest."""
    old, new = definition(before), definition(after)
    return [
        *_named("field", _fields(before.fields), _fields(after.fields)),
        *_order(before.fields, after.fields),
        *_named("stage", _stages(old), _stages(new)),
        *_named("node", _nodes(old), _nodes(new)),
        *_named("binding", _bindings(old), _bindings(new)),
        *_named("output", _outputs(old), _outputs(new)),
        *(Change("changed", "detail", key) for key in TOLD if old[key] != new[key]),
    ]


def _named(
    what: str, old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[Change]:
    yield from (Change("added", what, name) for name in new if name not in old)
    yield from (Change("removed", what, name) for name in old if name not in new)
    for name in new:
        if name in old and old[name] != new[name]:
            one, other = old[name], new[name]
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            yield Change("changed", what, name, tuple(keys))


def _order(old: tuple[Field, ...], new: tuple[Field, ...]) -> Iterator[Change]:
    both = {f.name for f in old} & {f.name for f in new}
    if [f.name for f in old if f.name in both] != [f.name for f in new if f.name in both]:
        yield Change("changed", "order")


def _fields(fields: tuple[Field, ...]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in form_fields(fields)}


def _stages(whole: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {stage["slug"]: {"takes": stage.get("takes")} for stage in whole["stages"]}


def _nodes(whole: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By stage and id; what a node is called in its editor is no difference."""
    return {
        f"{stage['slug']} #{id_}": {"class": node["class_type"], **node["inputs"]}
        for stage in whole["stages"]
        for id_, node in stage["graph"].items()
    }


def _bindings(whole: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{stage['slug']} #{b['node']}.{b['input']}": {
            **b,
            "field": stage["inputs"].get(b["name"], b["name"]),
        }
        for stage in whole["stages"]
        for b in stage["bindings"]
    }


def _outputs(whole: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{s['slug']} #{id_}": {} for s in whole["stages"] for id_ in s["outputs"]}
