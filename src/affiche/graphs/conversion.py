"""From what ComfyUI's editor saves to what ComfyUI runs, as its own front end turns it.

Nodes of subgraphs take the ids of the nodes that lead to them (`75:61`); muted nodes, and links to
them, are left out, bypassed ones passed through by type; reroutes, set and get nodes and primitives
are what they stand for; notes are nothing. A node's values follow its schema, so that this needs
the schemas of a server that knows every class (`affiche.graphs.widgets`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.workflows import Graph
from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs import editor, graph
from affiche.graphs.editor import BYPASSED, MUTED, Placed, Wire
from affiche.graphs.schemas import Schemas
from affiche.graphs.scopes import Scope, opened
from affiche.graphs.validation import compatible
from affiche.graphs.widgets import CONTROLS, values, wrapped

_NOTES: Final = frozenset(
    {
        *("Note", "MarkdownNote", "Label (rgthree)", "Bookmark (rgthree)"),
        *("Fast Muter (rgthree)", "Fast Groups Muter (rgthree)", "Fast Bypasser (rgthree)"),
        *("Fast Groups Bypasser (rgthree)", "Fast Actions Button (rgthree)"),
        *("Node Collector (rgthree)", "Mute / Bypass Repeater (rgthree)"),
        "Mute / Bypass Relay (rgthree)",
    }
)
"""What says something to people, or switches others while they edit, and never runs."""
_THROUGH: Final = frozenset({"Reroute", "Reroute (rgthree)", "SetNode"})
_PRIMITIVE, _GET, _SET = "PrimitiveNode", "GetNode", "SetNode"
# Custom nodes that join others without a link, by a rule of their own.
_EVERYWHERE: Final = ("Anything Everywhere", "Prompts Everywhere", "Seed Everywhere")
_GROUPS: Final = ("workflow>", "workflow/")


@dataclass(frozen=True, slots=True)
class _Value:
    """What a primitive, or a subgraph's own widget, puts in the place of a link."""

    value: Any


_Source = tuple[str, int] | _Value | None


def convert(tree: Mapping[str, Any], schemas: Schemas) -> Graph:
    """`tree`, JSON data of the editor, in API format. Raises GraphInvalid, naming every node whose
    class `schemas` does not hold, whose values are not those of its class, or that cannot be told
    in API format."""
    graph.check_values(tree)
    root = opened(editor.read(tree), schemas, graph.MAX_NODES)
    problems: list[GraphProblem] = []
    found: dict[str, dict[str, Any]] = {}
    for scope, node in _running(root, schemas):
        made = _node(scope, node, schemas)
        if isinstance(made, GraphProblem):
            problems.append(made)
        else:
            found[scope.id(node.id)] = made
    if problems:
        raise GraphInvalid(problems)
    for each in found.values():
        links = {n: v for n, v in each["inputs"].items() if isinstance(v, list)}
        each["inputs"] = {
            n: v for n, v in each["inputs"].items() if n not in links or v[0] in found
        }
    return graph.load(found)


def _running(root: Scope, schemas: Schemas) -> Iterator[tuple[Scope, Placed]]:
    """Every node that the server would be told of."""
    for scope in root.all():
        for node in scope.canvas.nodes.values():
            if scope.asleep or node.mode in (MUTED, BYPASSED) or node.id in scope.children:
                continue
            if node.type in schemas or not _is_virtual(node):
                yield scope, node


def _is_virtual(node: Placed) -> bool:
    return node.type in _NOTES | _THROUGH | {_PRIMITIVE, _GET}


def _node(scope: Scope, node: Placed, schemas: Schemas) -> dict[str, Any] | GraphProblem:
    schema = schemas.get(node.type)
    if node.type.startswith(_EVERYWHERE):
        return _problem(scope, node, "editor_everywhere")
    if schema is None:
        is_group = node.type.startswith(_GROUPS)
        return _problem(scope, node, "editor_group" if is_group else "editor_class_unknown")
    inputs = values(node, schema)
    if inputs is None:
        return _problem(scope, node, "editor_values")
    for (inner, name), value in scope.inside.items():
        if inner == node.id and name in inputs:
            inputs[name] = wrapped(value)
    for slot in node.inputs:
        fed = _fed(scope, slot.link, slot.type, schemas) if slot.link else None
        if isinstance(fed, _Value):
            inputs[slot.name] = wrapped(fed.value)
        elif fed is not None:
            inputs[slot.name] = [fed[0], fed[1]]
    title = node.title or schema.get("display_name") or node.type
    return {"inputs": inputs, "class_type": node.type, "_meta": {"title": str(title)}}


def _problem(scope: Scope, node: Placed, code: str) -> GraphProblem:
    return GraphProblem(code=code, node=scope.id(node.id), class_type=node.type, title=node.title)


# --- where a link comes from ------------------------------------------------------------------


def _fed(scope: Scope, link: str | None, type_: str, schemas: Schemas) -> _Source:
    """The node and output behind a link, through whatever does not run; None where that ends in
    nothing, so that the input keeps its own value."""
    at: Scope = scope
    seen: set[tuple[tuple[str, ...], str | None]] = set()
    while link is not None and (at.path, link) not in seen:
        seen.add((at.path, link))
        wire = at.canvas.wires.get(link)
        if wire is None:
            return None
        if at.parent is not None and at.host is not None and wire.origin == at.canvas.source:
            slot = at.canvas.inputs[wire.slot] if wire.slot < len(at.canvas.inputs) else None
            outer = at.host.input(slot.name) if slot else None
            if slot and (outer is None or outer.link is None):
                return _Value(at.given[slot.name]) if slot.name in at.given else None
            at, link = at.parent, outer.link if outer else None
            continue
        node = at.canvas.nodes.get(wire.origin)
        if node is None:
            return None
        if node.mode == BYPASSED:
            link = _around(node, wire, type_)
        elif node.id in at.children and node.mode != MUTED:
            at = at.children[node.id]
            link = _out_of(at, wire.slot)
        elif node.type == _PRIMITIVE and node.type not in schemas:
            return _primitive(at, node)
        elif node.type in schemas or node.type not in (*_THROUGH, _GET):
            return at.id(node.id), wire.slot
        else:
            at, link = _through(at, node, wire.slot)
    return None


def _around(node: Placed, wire: Wire, type_: str) -> str | None:
    """The link into a bypassed node that takes the place of its output."""
    inputs, at = node.inputs, wire.slot
    if not inputs:
        return None
    if type_ in ("*", ""):
        return inputs[at if at < len(inputs) else 0].link
    out = node.outputs[at].type if at < len(node.outputs) else type_

    def fits(kind: str) -> bool:
        return compatible(kind, out) and compatible(kind, type_)

    if at < len(inputs) and fits(inputs[at].type):
        return inputs[at].link
    exact = [each for each in inputs if each.type == type_]
    found = exact or [each for each in inputs if fits(each.type)]
    return found[0].link if found else None


def _out_of(scope: Scope, slot: int) -> str | None:
    """The link inside a subgraph that leads to its output."""
    canvas = scope.canvas
    named = canvas.outputs[slot].links if slot < len(canvas.outputs) else ()
    for link in named:
        if link in canvas.wires:
            return link
    ends = ((id_, wire.target, wire.place) for id_, wire in canvas.wires.items())
    return next((id_ for id_, target, at in ends if (target, at) == (canvas.sink, slot)), None)


def _through(scope: Scope, node: Placed, slot: int) -> tuple[Scope, str | None]:
    """The link into a node that only hands on, and where that is."""
    if node.type == _GET:
        name = _name(node)
        at: Scope | None = scope
        while at is not None:
            for each in at.canvas.nodes.values():
                if each.type == _SET and name and _name(each) == name and each.mode != MUTED:
                    return at, each.inputs[0].link if each.inputs else None
            at = at.parent
        return scope, None
    place = slot if slot < len(node.inputs) else 0
    return scope, node.inputs[place].link if node.inputs else None


def _name(node: Placed) -> str:
    saved = node.values if isinstance(node.values, list) else []
    return saved[0] if saved and isinstance(saved[0], str) else ""


def _primitive(scope: Scope, node: Placed) -> _Source:
    """What somebody put in, or the subgraph's user in their place."""
    for (inner, _), value in scope.inside.items():
        if inner == node.id and value not in CONTROLS:
            return _Value(value)
    saved = node.values if isinstance(node.values, list) else []
    return _Value(saved[0]) if saved and saved[0] is not None else None
