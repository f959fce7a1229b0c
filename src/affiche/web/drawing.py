"""A graph as the page draws it: nodes in their places, links as curves, and what a node holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from affiche.catalog.drafts import good_fields
from affiche.domain import drafts, subjects
from affiche.domain.workflows import Graph, Node
from affiche.errors import GraphInvalid
from affiche.graphs.graph import load
from affiche.graphs.layout import Box, Layout, Route, layout
from affiche.graphs.schemas import Schemas
from affiche.graphs.suggestions import binding_type, declared_input, kinds, variables

HEAD: Final = 58.0
MARK: Final = 26.0
MARGIN: Final = 24.0
SHOWN: Final = 140
"""How much of a value is shown."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """`marks`: the fields that feed it. `left` … `down`: the ids of the nodes where arrow keys lead
    from here. `is_output`: its pictures count."""

    node: Node
    box: Box
    title: str
    marks: Sequence[str]
    is_output: bool
    wrong: bool
    left: str
    right: str
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """`paths`: each a curve and whether it belongs to the chosen node."""

    nodes: Sequence[Drawn]
    paths: Sequence[tuple[str, bool]]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Input:
    """`fed`: the node and its title where another feeds it; `field`: what it is bound to; `kinds`:
    what may be made of it; `fitting`: fields that there are and that it could take; `variables`:
    its placeholders, each with the field that feeds it, if any does."""

    name: str
    value: str
    fed: Node | None
    missing: str
    field: str
    kinds: Sequence[str]
    type: str
    fitting: Sequence[str]
    variables: Sequence[tuple[str, str]]


def graph_of(raw: Mapping[str, Any]) -> Graph | None:
    """None for a graph that is no longer one."""
    try:
        return load(raw)
    except GraphInvalid:
        return None


def draw(
    graph: Graph,
    stage: Mapping[str, Any],
    chosen: str,
    wrong: frozenset[str],
    labels: Mapping[str, str],
) -> Drawing:
    """`labels`: of fields, by name; `wrong`: nodes with a problem."""
    marks = {
        id_: list(dict.fromkeys(labels.get(n, n) for n in drafts.feeding(stage, id_).values()))
        for id_ in graph.nodes
    }
    heights = {id_: HEAD + MARK * len(marks[id_]) for id_ in graph.nodes}
    links = [(k.node, id_) for id_, node in graph.nodes.items() for k in node.links().values()]
    found = layout(heights, links)
    ways = _ways(found, links)
    nodes = [
        Drawn(
            node=(node := graph.nodes[id_]),
            box=_shifted(box),
            title=node.title or node.class_type,
            marks=marks[id_],
            is_output=id_ in stage["outputs"],
            wrong=id_ in wrong,
            left=ways[id_]["left"],
            right=ways[id_]["right"],
            up=ways[id_]["up"],
            down=ways[id_]["down"],
        )
        for id_, box in found.boxes.items()
    ]
    paths = [(_curve(route), chosen in (route.source, route.target)) for route in found.routes]
    # What belongs to the chosen node lies above the rest.
    paths.sort(key=lambda each: each[1])
    return Drawing(nodes, paths, found.width + 2 * MARGIN, found.height + 2 * MARGIN)


def inputs(
    graph: Graph, schemas: Schemas, content: Mapping[str, Any], stage: Mapping[str, Any], id_: str
) -> list[Input]:
    """Of one node, in the order of its graph."""
    node = graph.nodes[id_]
    bound = drafts.feeding(stage, id_)
    fields = {field["name"]: field for field in content["fields"]}
    provided = subjects.provided(good_fields(content))
    found = []
    for name, value in node.inputs.items():
        link = node.link(name)
        held = [] if link else variables(graph, id_, name)
        type_ = (
            None if link or held else binding_type(node, name, declared_input(schemas, node, name))
        )
        offered = kinds(type_, declared_input(schemas, node, name)) if type_ else ()
        fitting = [n for n, f in fields.items() if f["type"] in offered and n != bound.get(name)]
        found.append(
            Input(
                name=name,
                value=_shown(value),
                fed=graph.nodes.get(link.node) if link else None,
                missing=link.node if link and link.node not in graph.nodes else "",
                field=bound.get(name, ""),
                kinds=offered,
                type=type_ or "",
                fitting=fitting,
                variables=[
                    (each, fed if (fed := drafts.source(stage, each)) in fields else "")
                    for each in held
                    if each not in provided
                ],
            )
        )
    return found


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _shifted(box: Box) -> Box:
    return Box(box.x + MARGIN, box.y + MARGIN, box.width, box.height)


def _ways(found: Layout, links: Sequence[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """From each node along its links, to the one that is nearest in height, and up and down."""
    boxes = found.boxes

    def nearest(id_: str, others: Sequence[str]) -> str:
        there = [other for other in others if other in boxes and other != id_]
        return min(there, key=lambda other: abs(boxes[other].y - boxes[id_].y), default="")

    ways = {}
    for column in found.columns:
        for at, id_ in enumerate(column):
            ways[id_] = {
                "left": nearest(id_, [a for a, b in links if b == id_]),
                "right": nearest(id_, [b for a, b in links if a == id_]),
                "up": column[at - 1] if at else "",
                "down": column[at + 1] if at + 1 < len(column) else "",
            }
    return ways


def _curve(route: Route) -> str:
    points = [(x + MARGIN, y + MARGIN) for x, y in route.points]
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    for to_x, to_y in rest:
        bend = max(24.0, abs(to_x - x) / 2)
        parts.append(f"C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(parts)
