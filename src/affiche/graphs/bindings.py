"""Putting values into a graph, through bindings and through `{{variable}}` placeholders."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from affiche.domain.workflows import BINDING_TYPES, Binding, BindingType, Graph, Node
from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs.graph import value_wrong
from affiche.graphs.problems import at, of_binding, shown

__all__ = ["BINDING_TYPES", "Binding", "BindingType", "bind", "misfit", "placeholders"]

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
_PICTURE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""A generated ASCII name, perhaps in subfolders, and no way out of them."""


def bind(graph: Graph, bindings: Sequence[Binding], values: Mapping[str, Any]) -> Graph:
    """A new graph with `values` in the places that `bindings` and placeholders name.

    `graph` is left as it is. A name without a value leaves its input as the graph has it, but a
    placeholder without a value is an error, as is a value that nothing takes. What is put in is
    never looked at again: a value that reads `{{x}}` stays that text.

    Raises GraphInvalid with every problem: a bound node that is missing or of another class, an
    input that is missing or linked, a value of another type or out of bounds.
    """
    problems: list[GraphProblem] = []
    changes: dict[str, dict[str, Any]] = {}
    for binding in bindings:
        if problem := misfit(graph, binding):
            problems.append(problem)
        elif binding.name in values:
            given = _typed(graph.nodes[binding.node], binding, values[binding.name])
            place = changes.setdefault(binding.node, {})
            if isinstance(given, GraphProblem):
                problems.append(given)
            elif binding.input in place:
                problems.append(of_binding(binding, "bound_twice"))
            else:
                place[binding.input] = given
    taken = {binding.name for binding in bindings} | placeholders(graph)
    problems += [at(None, "value_unused", name=shown(n)) for n in values if n not in taken]
    problems += _fill(graph, values, changes)
    if problems:
        raise GraphInvalid(problems)
    return Graph(
        {
            id_: node.with_inputs(changes[id_]) if changes.get(id_) else node
            for id_, node in graph.nodes.items()
        }
    )


def placeholders(graph: Graph) -> set[str]:
    """The names of all `{{variable}}`s in the inputs of `graph`."""
    found: set[str] = set()
    for node in graph.nodes.values():
        for value in node.inputs.values():
            for text in _texts(value):
                found.update(_PLACEHOLDER.findall(text))
    return found


def has_placeholder(value: object) -> bool:
    return any(_PLACEHOLDER.search(text) for text in _texts(value))


def misfit(graph: Graph, binding: Binding) -> GraphProblem | None:
    """Why `binding` has no place in `graph`, or None."""
    node = graph.nodes.get(binding.node)
    if node is None:
        return of_binding(binding, "binding_node_missing")
    if node.class_type != binding.class_type:
        return at(
            node,
            "binding_class",
            binding.input,
            name=binding.name,
            expected=binding.class_type,
            found=node.class_type,
        )
    if binding.input not in node.inputs:
        return at(node, "binding_input_missing", binding.input, name=binding.name)
    if node.link(binding.input):
        return at(node, "binding_linked", binding.input, name=binding.name)
    return None


# --- values -----------------------------------------------------------------------------------


def _typed(node: Node, binding: Binding, value: object) -> Any:
    """`value` as the binding's type, or the GraphProblem that it is not."""
    if code := value_wrong(value):
        return at(node, code, binding.input)
    typed = _converted(binding.type, value)
    if typed is None:
        return at(
            node, "invalid_input_type", binding.input, value=shown(value), expected=binding.type
        )
    if binding.choices and typed not in binding.choices:
        return at(node, "value_not_in_list", binding.input, value=shown(value))
    if isinstance(typed, int | float) and not isinstance(typed, bool):
        return _bounded(node, binding, typed)
    return typed


def _converted(kind: BindingType, value: object) -> str | int | float | bool | None:
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "string":
        return value if isinstance(value, str) else None
    if kind == "picture":
        return value if isinstance(value, str) and _PICTURE.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if kind == "number":
        return float(value)
    return int(value) if value == int(value) else None


def _bounded(node: Node, binding: Binding, value: int | float) -> Any:
    if binding.minimum is not None and value < binding.minimum:
        return at(node, "value_smaller_than_min", binding.input, value=value, limit=binding.minimum)
    if binding.maximum is not None and value > binding.maximum:
        return at(node, "value_bigger_than_max", binding.input, value=value, limit=binding.maximum)
    return value


# --- placeholders -----------------------------------------------------------------------------


def _fill(
    graph: Graph, values: Mapping[str, Any], changes: dict[str, dict[str, Any]]
) -> list[GraphProblem]:
    """Add to `changes` every input with placeholders that no binding has filled already."""
    problems: list[GraphProblem] = []
    for id_, node in graph.nodes.items():
        for name, value in node.inputs.items():
            if name in changes.get(id_, ()) or not has_placeholder(value):
                continue
            wrong = [
                at(node, code, name, name=shown(variable))
                for variable in sorted(set(_names(value)))
                if (code := _variable_wrong(variable, values))
            ]
            problems += wrong
            if not wrong:
                changes.setdefault(id_, {})[name] = _expanded(value, values)
    return problems


def _variable_wrong(variable: str, values: Mapping[str, Any]) -> str | None:
    if variable not in values:
        return "placeholder_unknown"
    value = values[variable]
    if not isinstance(value, str | int | float) or value_wrong(value):
        return "placeholder_value"
    return None


def _expanded(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        if alone := _PLACEHOLDER.fullmatch(value):
            return values[alone[1]]
        return _PLACEHOLDER.sub(lambda found: _as_text(values[found[1]]), value)
    if isinstance(value, Mapping):
        return {key: _expanded(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_expanded(inner, values) for inner in value]
    return value


def _as_text(value: str | int | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _names(value: object) -> list[str]:
    return [name for text in _texts(value) for name in _PLACEHOLDER.findall(text)]


def _texts(value: object) -> list[str]:
    """The texts inside an input's value; a link has none."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _nested(inner)]
    return []


def _nested(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for inner in value for text in _nested(inner)]
    return _texts(value)
