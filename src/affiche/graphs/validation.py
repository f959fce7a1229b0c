"""Checking a graph against node schemas before any engine sees it.

Where ComfyUI has a name for what is wrong, the problem's code is that name (`POST /prompt` answers
with them); the rest is ours. ComfyUI looks only at what an output node reaches; here every node
is looked at, so that a broken branch cannot be dropped in silence.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from affiche.domain.workflows import Binding, Graph, Link, Node
from affiche.errors import GraphProblem
from affiche.graphs.bindings import has_placeholder, misfit
from affiche.graphs.graph import cycle, cycle_problem
from affiche.graphs.models import folder_of
from affiche.graphs.problems import at, shown
from affiche.graphs.schemas import Declared, Schemas, declared, outputs

_ANYTHING: Final = frozenset({"*", "COMFY_MATCHTYPE_V3"})
_VALUES: Final = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
_FITTING: Final = {
    "string": {"STRING", "COMBO"},
    "integer": {"INT", "FLOAT", "COMBO"},
    "number": {"FLOAT", "COMBO"},
    "boolean": {"BOOLEAN"},
    "picture": {"COMBO", "STRING"},
}
"""Which declared types a binding's type may feed."""


def validate(
    graph: Graph, schemas: Schemas, bindings: Sequence[Binding] = (), *, files: bool = True
) -> list[GraphProblem]:
    """Everything wrong with `graph` and `bindings` under `schemas` (`/object_info` shape).

    A bound input, a placeholder and an upload are not held against lists, because what stands
    there is not what will run. With `files` false, model files are not either: which of them
    exist is a matter of one server.
    """
    problems = [
        p for node in graph.nodes.values() for p in _node(graph, node, schemas, bindings, files)
    ]
    problems += [p for binding in bindings for p in _binding(graph, binding, schemas)]
    if around := cycle(graph):
        problems.append(cycle_problem(graph, around))
    classes = [schemas.get(node.class_type) for node in graph.nodes.values()]
    if None not in classes and not any(schema and schema.get("output_node") for schema in classes):
        problems.append(at(None, "prompt_no_outputs"))
    return problems


def compatible(received: str, expected: str) -> bool:
    """Whether a link of type `received` may feed an input of type `expected`.

    `*` fits anything, and a union such as "FLOAT,INT" fits where it shares a member.
    """
    ours = {part.strip() for part in received.split(",")}
    theirs = {part.strip() for part in expected.split(",")}
    return bool(ours & theirs or ours & _ANYTHING or theirs & _ANYTHING)


# --- nodes ------------------------------------------------------------------------------------


def _node(
    graph: Graph, node: Node, schemas: Schemas, bindings: Sequence[Binding], files: bool
) -> Iterator[GraphProblem]:
    schema = schemas.get(node.class_type)
    if schema is None:
        yield at(node, "missing_node_type")
        return
    bound = {b.input for b in bindings if b.node == node.id}
    inputs = node.inputs
    for name, declaration in declared(schema).items():
        if _is_dynamic(declaration):
            continue
        if name not in inputs:
            if declaration.required:
                yield at(node, "required_input_missing", name)
        elif link := node.link(name):
            yield from _link(graph, node, name, link, declaration, schemas)
        elif not has_placeholder(inputs[name]):
            unlisted = name in bound or (not files and folder_of(node.class_type, name) is not None)
            yield from _value(node, name, inputs[name], declaration, listed=not unlisted)
    for name, link in node.links().items():
        if name not in declared(schema) and link.node not in graph.nodes:
            yield at(node, "dangling_link", name, source=shown(link.node))


def _is_dynamic(declaration: Declared) -> bool:
    """ComfyUI's self-extending inputs: the real ones are called otherwise, so say nothing."""
    return declaration.type.startswith("COMFY_") and declaration.type not in _ANYTHING


def _link(
    graph: Graph, node: Node, name: str, link: Link, declaration: Declared, schemas: Schemas
) -> Iterator[GraphProblem]:
    source = graph.nodes.get(link.node)
    if source is None:
        yield at(node, "dangling_link", name, source=shown(link.node))
        return
    schema = schemas.get(source.class_type)
    if schema is None:
        return
    types = outputs(schema)
    if link.index >= len(types):
        yield at(node, "output_index", name, source=source.id, index=link.index, count=len(types))
    elif not compatible(types[link.index], declaration.type):
        yield at(
            node,
            "return_type_mismatch",
            name,
            expected=declaration.type,
            found=types[link.index],
            source=source.id,
        )


# --- values -----------------------------------------------------------------------------------


def _value(
    node: Node, name: str, value: Any, declaration: Declared, *, listed: bool
) -> Iterator[GraphProblem]:
    if isinstance(value, dict) and "__value__" in value:  # how the API format quotes a list
        value = value["__value__"]
    kind = declaration.type
    if kind == "COMBO":
        choices = declaration.choices
        if listed and not declaration.is_upload and choices is not None and value not in choices:
            yield at(node, "value_not_in_list", name, value=shown(value))
    elif kind in ("INT", "FLOAT"):
        yield from _number(node, name, value, declaration)
    elif kind == "STRING":
        if not isinstance(value, str | int | float):
            yield at(node, "invalid_input_type", name, value=shown(value), expected=kind)
    elif kind == "BOOLEAN":
        if not isinstance(value, bool) and value not in (0, 1):
            yield at(node, "invalid_input_type", name, value=shown(value), expected=kind)
    elif _needs_link(kind, value):
        yield at(node, "link_expected", name, expected=kind)


def _needs_link(kind: str, value: Any) -> bool:
    """A plain value where only a node can deliver; widgets of a node's own hold tables."""
    kinds = {part.strip() for part in kind.split(",")}
    return not kinds & (_VALUES | _ANYTHING) and not isinstance(value, dict)


def _number(node: Node, name: str, value: Any, declaration: Declared) -> Iterator[GraphProblem]:
    number = _as_number(value, whole=declaration.type == "INT")
    if number is None:
        expected = declaration.type
        yield at(node, "invalid_input_type", name, value=shown(value), expected=expected)
        return
    least, most = declaration.options.get("min"), declaration.options.get("max")
    if isinstance(least, int | float) and number < least:
        yield at(node, "value_smaller_than_min", name, value=shown(number), limit=shown(least))
    if isinstance(most, int | float) and number > most:
        yield at(node, "value_bigger_than_max", name, value=shown(number), limit=shown(most))


def _as_number(value: Any, *, whole: bool) -> int | float | None:
    """As ComfyUI converts it: text that reads as a number counts."""
    if not isinstance(value, int | float | str):
        return None
    try:
        number = int(value) if whole and not isinstance(value, float) else float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number) or (whole and number != int(number)):
        return None
    return number


# --- bindings ---------------------------------------------------------------------------------


def _binding(graph: Graph, binding: Binding, schemas: Schemas) -> Iterator[GraphProblem]:
    if problem := misfit(graph, binding):
        yield problem
        return
    node = graph.nodes[binding.node]
    schema = schemas.get(node.class_type)
    if schema is None:
        return  # named already
    declaration = declared(schema).get(binding.input)
    if declaration is None:
        yield at(node, "binding_input_unknown", binding.input, name=binding.name)
    elif declaration.type in _VALUES and declaration.type not in _FITTING[binding.type]:
        yield at(
            node,
            "binding_type",
            binding.input,
            name=binding.name,
            given=binding.type,
            expected=declaration.type,
        )
    else:
        yield from _range(node, binding, declaration)


def _range(node: Node, binding: Binding, declaration: Declared) -> Iterator[GraphProblem]:
    for ours, theirs, sign in (
        (binding.minimum, declaration.options.get("min"), 1),
        (binding.maximum, declaration.options.get("max"), -1),
    ):
        if ours is not None and isinstance(theirs, int | float) and (ours - theirs) * sign < 0:
            yield at(
                node,
                "binding_range",
                binding.input,
                name=binding.name,
                given=shown(ours),
                limit=shown(theirs),
            )
