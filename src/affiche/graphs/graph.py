"""Reading a ComfyUI graph in API format, and the order in which its nodes can run.

The format is what `POST /prompt` takes: node id → `{class_type, inputs, _meta?}`, where an input
is a value or a link `[node id, output index]`. Whatever breaks that shape is refused here, so that
nothing behind this door has to look again.
"""

import graphlib
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from affiche.domain.workflows import Graph, Link, Node
from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs.problems import at, shown

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "Graph",
    "Link",
    "Node",
    "check_values",
    "load",
    "order",
    "parsed",
]

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_NODES: Final = 2_000
MAX_DEPTH: Final = 32
"""Levels of nesting, counted from the graph itself. ComfyUI's own graphs need four."""
_MAX_VALUES: Final = 200_000
_MAX_INT: Final = 2**64
"""ComfyUI's largest bound is that of a seed, 2**64 - 1."""
_MAX_PROBLEMS: Final = 50


def load(data: bytes | str | Mapping[str, Any]) -> Graph:
    """The graph in `data`: JSON text, or the mapping it stands for; `data` is not kept.

    Raises GraphInvalid, with every problem found, for: text that is not JSON or holds a key
    twice, NaN or infinity; a graph saved for ComfyUI's editor; nodes without class or inputs;
    links that are not `[node id, output index]`; text that no database keeps (NUL, lone
    surrogates); and anything past MAX_BYTES, MAX_NODES or MAX_DEPTH.
    """
    tree = parsed(data) if isinstance(data, bytes | str) else data
    if not isinstance(tree, Mapping):
        raise _refusal("not_an_object")
    if isinstance(tree.get("nodes"), list):
        raise _refusal("ui_format")
    if len(tree) > MAX_NODES:
        raise _refusal("too_many_nodes", limit=MAX_NODES)
    check_values(tree)
    if problems := [p for id_, raw in tree.items() for p in _node_wrong(id_, raw)]:
        raise GraphInvalid(problems[:_MAX_PROBLEMS])
    return Graph({id_: Node(id_, _copied(raw)) for id_, raw in tree.items()})


def order(graph: Graph) -> tuple[str, ...]:
    """Node ids so that each comes after all it is linked from; GraphInvalid if there is a cycle."""
    if around := cycle(graph):
        raise GraphInvalid([cycle_problem(graph, around)])
    return tuple(_sorter(graph).static_order())


def cycle(graph: Graph) -> tuple[str, ...]:
    """The ids around one cycle, in the direction of the links, or () if there is none."""
    try:
        _sorter(graph).prepare()
    except graphlib.CycleError as error:
        return tuple(error.args[1][:-1])
    return ()


def cycle_problem(graph: Graph, around: tuple[str, ...]) -> GraphProblem:
    path = " → ".join([*around, around[0]])
    return at(graph.nodes[around[0]], "dependency_cycle", path=shown(path))


def _sorter(graph: Graph) -> "graphlib.TopologicalSorter[str]":
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for id_, node in graph.nodes.items():
        sorter.add(id_, *(link.node for link in node.links().values() if link.node in graph.nodes))
    return sorter


# --- from text --------------------------------------------------------------------------------


def parsed(data: bytes | str) -> Any:
    """The JSON in `data`. Raises GraphInvalid for text that is not JSON, holds a key twice, or is
    larger than MAX_BYTES."""
    try:
        raw = data if isinstance(data, bytes) else data.encode()
        if len(raw) > MAX_BYTES:
            raise _refusal("too_large", limit=MAX_BYTES // 1024 // 1024)
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_unique)
    except RecursionError:
        raise _refusal("too_deep", limit=MAX_DEPTH) from None
    except json.JSONDecodeError as error:
        raise _refusal("not_json", line=error.lineno, column=error.colno) from None
    except UnicodeError:
        raise _refusal("not_utf8") from None
    except ValueError:  # an integer of more digits than Python reads
        raise _refusal("number_out_of_bounds") from None


def check_values(tree: Mapping[str, Any]) -> None:
    """Raises GraphInvalid for what is no JSON value, cannot be stored, or lies too deep."""
    if problems := [*_values_wrong(tree)]:
        raise GraphInvalid(problems[:_MAX_PROBLEMS])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _refusal("duplicate_key", key=shown(twice))
    return found


def _refusal(code: str, **params: Any) -> GraphInvalid:
    return GraphInvalid([at(None, code, **params)])


# --- shape ------------------------------------------------------------------------------------


def _values_wrong(tree: Mapping[str, Any]) -> Iterator[GraphProblem]:
    """Whatever is no JSON value, cannot be stored, or lies too deep; iterative, so that depth
    and self-containing mappings cost nothing."""
    stack: list[tuple[Any, tuple[str, ...]]] = [(tree, ())]
    seen = 0
    while stack:
        value, path = stack.pop()
        seen += 1
        if len(path) > MAX_DEPTH or seen > _MAX_VALUES:
            yield at(None, "too_deep", limit=MAX_DEPTH)
            return
        if code := value_wrong(value):
            yield _inside(path, code)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if not isinstance(key, str) or value_wrong(key):
                    yield _inside(path, "bad_key")
                else:
                    stack.append((inner, (*path, key)))
        elif isinstance(value, list | tuple):
            stack.extend((inner, (*path, "[]")) for inner in value)


def value_wrong(value: object) -> str | None:
    """The code of what is wrong with one value by itself, or None."""
    if isinstance(value, str):
        storable = "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
        return None if storable else "text_not_storable"
    if isinstance(value, float) and not math.isfinite(value):
        return "number_out_of_bounds"
    if isinstance(value, int) and abs(value) > _MAX_INT:
        return "number_out_of_bounds"
    if value is None or isinstance(value, bool | int | float | list | tuple | Mapping):
        return None
    return "not_json_value"


def _inside(path: tuple[str, ...], code: str) -> GraphProblem:
    node = path[0] if path else None
    input_ = path[2] if len(path) > 2 and path[1] == "inputs" else None
    return GraphProblem(code=code, node=node and shown(node), input=input_ and shown(input_))


def _node_wrong(id_: str, raw: Any) -> Iterator[GraphProblem]:
    if not id_.strip():
        yield GraphProblem(code="bad_key")
    if not isinstance(raw, Mapping):
        yield GraphProblem(code="node_not_object", node=shown(id_))
        return
    class_type = raw.get("class_type")
    if not isinstance(class_type, str) or not class_type.strip():
        yield GraphProblem(code="class_type_missing", node=shown(id_))
        return
    inputs = raw.get("inputs")
    if not isinstance(inputs, Mapping):
        yield at(Node(id_, raw), "inputs_missing")
        return
    for name, value in inputs.items():
        if isinstance(value, list | tuple) and not _is_link(value):
            yield at(Node(id_, raw), "bad_linked_input", name)


def _is_link(value: list[Any] | tuple[Any, ...]) -> bool:
    if len(value) != 2:
        return False
    node, index = value
    return isinstance(node, str) and type(index) is int and index >= 0


def _copied(value: Any) -> Any:
    """A deep copy in plain dicts and lists; depth was bounded before."""
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner) for inner in value]
    return value
