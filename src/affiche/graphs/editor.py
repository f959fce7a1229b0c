"""A workflow as ComfyUI's editor saves it: nodes with slots, links between them, subgraphs.

Two forms are about (ComfyUI's workflow JSON 0.4 and 1.0): links as lists `[id, from, slot, to,
slot, type]` or as objects. Whatever else the editor keeps there says how the graph looks, and is
passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs.problems import shown

MUTED: Final = 2
BYPASSED: Final = 4
_IN, _OUT = "-10", "-20"
"""The nodes that stand for a subgraph's own inputs and outputs."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An input or output. `link` feeds an input, None where nothing does; `widget`: the name of the
    value that it may stand for; `links`: of a subgraph's own slot, those inside of it."""

    name: str
    type: str
    link: str | None = None
    widget: str | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A node in the editor; `values` are what its widgets hold, by place or by name."""

    id: str
    type: str
    title: str | None
    mode: int
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    values: Sequence[Any] | Mapping[str, Any]
    properties: Mapping[str, Any]

    def input(self, name: str) -> Slot | None:
        return next((slot for slot in self.inputs if slot.name == name), None)


@dataclass(frozen=True, slots=True)
class Wire:
    """A link: output `slot` of node `origin`, to input `place` of node `target`."""

    origin: str
    slot: int
    target: str
    place: int


@dataclass(frozen=True, slots=True)
class Canvas:
    """A graph, or the inside of a subgraph with its own `inputs` and `outputs`."""

    nodes: Mapping[str, Placed]
    wires: Mapping[str, Wire]
    inputs: tuple[Slot, ...] = ()
    outputs: tuple[Slot, ...] = ()
    source: str = _IN
    sink: str = _OUT


@dataclass(frozen=True, slots=True)
class Workflow:
    """`subgraphs`: by the type of the nodes that stand for them."""

    canvas: Canvas
    subgraphs: Mapping[str, Canvas] = field(default_factory=dict)


def is_editors(tree: object) -> bool:
    """Whether JSON data has the shape that the editor saves, rather than the API format."""
    return isinstance(tree, Mapping) and isinstance(tree.get("nodes"), list)


def read(tree: Mapping[str, Any]) -> Workflow:
    """Raises GraphInvalid for nodes without id or type, and for an id that occurs twice."""
    definitions = tree.get("definitions")
    inner = definitions.get("subgraphs") if isinstance(definitions, Mapping) else None
    subgraphs = {
        str(each["id"]): _canvas(each)
        for each in _maps(inner)
        if isinstance(each.get("id"), str | int)
    }
    return Workflow(_canvas(tree), subgraphs)


# --- parts ------------------------------------------------------------------------------------


def _canvas(tree: Mapping[str, Any]) -> Canvas:
    nodes: dict[str, Placed] = {}
    raw = tree.get("nodes")
    for each in raw if isinstance(raw, list) else ():
        node = _node(each)
        if node.id in nodes:
            raise _refusal("editor_id_twice", node.id)
        nodes[node.id] = node
    return Canvas(
        nodes,
        dict(_wires(tree.get("links"))),
        _slots(tree.get("inputs")),
        _slots(tree.get("outputs")),
        _end(tree.get("inputNode"), _IN),
        _end(tree.get("outputNode"), _OUT),
    )


def _node(raw: object) -> Placed:
    if not isinstance(raw, Mapping):
        raise _refusal("node_not_object")
    id_, type_ = _id(raw.get("id")), raw.get("type")
    if id_ is None or not isinstance(type_, str) or not type_.strip():
        raise _refusal("editor_node", id_ or shown(raw.get("type")))
    title, mode, values = raw.get("title"), raw.get("mode"), raw.get("widgets_values")
    properties = raw.get("properties")
    return Placed(
        id_,
        type_,
        title if isinstance(title, str) and title.strip() else None,
        mode if isinstance(mode, int) else 0,
        _slots(raw.get("inputs")),
        _slots(raw.get("outputs")),
        values if isinstance(values, list | Mapping) else [],
        properties if isinstance(properties, Mapping) else {},
    )


def _slots(raw: object) -> tuple[Slot, ...]:
    return tuple(_slot(each) for each in _maps(raw))


def _slot(raw: Mapping[str, Any]) -> Slot:
    widget, links = raw.get("widget"), raw.get("linkIds")
    named = widget.get("name") if isinstance(widget, Mapping) else None
    type_ = raw.get("type")
    return Slot(
        str(raw.get("name", "")),
        "COMBO" if isinstance(type_, list) else str(type_ if type_ not in (None, 0, -1) else "*"),
        _id(raw.get("link")),
        str(named) if named is not None else None,
        tuple(found for each in _list(links) if (found := _id(each)) is not None),
    )


def _wires(raw: object) -> Iterator[tuple[str, Wire]]:
    for each in raw.values() if isinstance(raw, Mapping) else _list(raw):
        if isinstance(each, list):
            id_, origin, slot, target, place = (*each, *[None] * 5)[:5]
        elif isinstance(each, Mapping):
            keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot")
            id_, origin, slot, target, place = (each.get(key) for key in keys)
        else:
            continue
        names = _id(id_), _id(origin), _id(target)
        if None not in names and type(slot) is int and slot >= 0:
            at = place if type(place) is int else -1
            yield str(names[0]), Wire(str(names[1]), slot, str(names[2]), at)


def _end(raw: object, usual: str) -> str:
    found = _id(raw.get("id")) if isinstance(raw, Mapping) else None
    return usual if found is None else found


def _id(value: object) -> str | None:
    """Ids are numbers or text; a link of 0 is one too."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value).strip() or None


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _maps(raw: object) -> Iterator[Mapping[str, Any]]:
    return (each for each in _list(raw) if isinstance(each, Mapping))


def _refusal(code: str, node: str | None = None) -> GraphInvalid:
    return GraphInvalid([GraphProblem(code=code, node=node and shown(node))])
