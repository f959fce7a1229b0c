"""Subgraphs opened up: every use of one is a scope of its own, with the values it was given.

A node that stands for a subgraph shows some of the values inside of it. They were kept in two ways
(ComfyUI's front end, 2025 and 2026): until lately `proxyWidgets` names them, as `[inner node,
widget]`, or `[-1, input]` for what a link leads in; since then they are the subgraph's own inputs
that lead to a widget. Either way the values lie in the node's list in that order, a hole meaning
that the value inside holds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs.editor import BYPASSED, MUTED, Canvas, Placed, Slot, Workflow
from affiche.graphs.schemas import Schemas, in_order
from affiche.graphs.widgets import is_controlled

DEEPEST: Final = 32


@dataclass(slots=True)
class Scope:
    """`path`: ids of the nodes that lead here; `host`: the last of them, in `parent`. `given`: by
    input of the subgraph; `inside`: by inner node and widget. `asleep`: nothing in it runs."""

    path: tuple[str, ...]
    canvas: Canvas
    parent: "Scope | None" = None
    host: Placed | None = None
    asleep: bool = False
    given: dict[str, Any] = field(default_factory=dict)
    inside: dict[tuple[str, str], Any] = field(default_factory=dict)
    children: dict[str, "Scope"] = field(default_factory=dict)

    def id(self, node: str) -> str:
        """As ComfyUI calls a node of a subgraph when it runs."""
        return ":".join((*self.path, node))

    def all(self) -> Iterator["Scope"]:
        yield self
        for child in self.children.values():
            yield from child.all()


def opened(workflow: Workflow, schemas: Schemas, most: int) -> Scope:
    """The whole. Raises GraphInvalid for a subgraph within itself, and for more than `most` nodes
    in all of them together."""
    count = 0

    def open_(scope: Scope, within: tuple[str, ...]) -> None:
        nonlocal count
        count += len(scope.canvas.nodes)
        if count > most:
            raise GraphInvalid([GraphProblem(code="too_many_nodes", params=(("limit", most),))])
        for node in scope.canvas.nodes.values():
            inner = workflow.subgraphs.get(node.type)
            if inner is None:
                continue
            if node.type in within or len(within) >= DEEPEST:
                raise GraphInvalid([GraphProblem(code="editor_loop", node=scope.id(node.id))])
            child = Scope(
                (*scope.path, node.id),
                inner,
                scope,
                node,
                asleep=scope.asleep or node.mode in (MUTED, BYPASSED),
            )
            _give(child, workflow, schemas)
            scope.children[node.id] = child
            open_(child, (*within, node.type))

    root = Scope((), workflow.canvas)
    open_(root, ())
    return root


# --- the values that a subgraph is given ------------------------------------------------------


def _give(scope: Scope, workflow: Workflow, schemas: Schemas) -> None:
    host, parent = scope.host, scope.parent
    assert host is not None
    assert parent is not None
    shown = _proxies(host) or [("-1", slot.name) for slot in _promoted(scope.canvas, workflow)]
    saved = _values(host, shown, scope, workflow, schemas)
    for (node, name), own in zip(shown, saved, strict=True):
        # What the scope around says of this very node counts more than what it says itself.
        value = parent.inside.get((host.id, name), own)
        if value is None:
            continue
        if node == "-1":
            scope.given[name] = value
        else:
            scope.inside[node, name] = value


def _values(
    host: Placed,
    shown: Sequence[tuple[str, str]],
    scope: Scope,
    workflow: Workflow,
    schemas: Schemas,
) -> list[Any]:
    """One for each of `shown`, None where nothing was saved."""
    if isinstance(host.values, Mapping):
        return [host.values.get(name) for _, name in shown]
    saved = list(host.values)
    if not _proxies(host) and len(saved) > len(shown):
        # Some were written with what becomes of a seed behind it, as its own node has it.
        kept, at = [], 0
        for _, name in shown:
            kept.append(saved[at] if at < len(saved) else None)
            at += 2 if _leads_to_seed(scope.canvas, name, workflow, schemas) else 1
        return kept
    return (saved + [None] * len(shown))[: len(shown)]


def _proxies(host: Placed) -> list[tuple[str, str]]:
    raw = host.properties.get("proxyWidgets")
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return []
    entries = raw if isinstance(raw, list) else []
    return [
        (str(each[0]), str(each[1])) for each in entries if isinstance(each, list) and len(each) > 1
    ]


def _promoted(canvas: Canvas, workflow: Workflow) -> list[Slot]:
    return [slot for slot in canvas.inputs if _end(canvas, slot, workflow) is not None]


def _leads_to_seed(canvas: Canvas, name: str, workflow: Workflow, schemas: Schemas) -> bool:
    slot = next(each for each in canvas.inputs if each.name == name)
    end = _end(canvas, slot, workflow)
    if end is None:
        return False
    node, widget = end
    declared = in_order(schemas.get(node.type) or {}).get(widget)
    return declared is not None and is_controlled(widget, declared)


def _end(
    canvas: Canvas, slot: Slot, workflow: Workflow, deep: int = DEEPEST
) -> tuple[Placed, str] | None:
    """The inner node and widget that this input of a subgraph stands for, if any."""
    for link in slot.links:
        wire = canvas.wires.get(link)
        node = canvas.nodes.get(wire.target) if wire else None
        target = next((each for each in node.inputs if each.link == link), None) if node else None
        if node is None or target is None:
            continue
        inner = workflow.subgraphs.get(node.type)
        if inner is None and target.widget is not None:
            return node, target.widget
        within = next((s for s in inner.inputs if s.name == target.name), None) if inner else None
        if inner is not None and within is not None and deep:
            found = _end(inner, within, workflow, deep - 1)
            if found is not None:
                return found
    return None
