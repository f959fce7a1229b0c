"""How far a run is over its whole graph, from what the socket says of single nodes.

Sampling takes nearly all of the time, so a sampler weighs as much as it has steps; what was
cached is done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakValueDictionary

from affiche.comfy.messages import Cached, Executed, Executing, NodeProgress, RunMessage

Graph = Mapping[str, Mapping[str, Any]]
_STEPS_UNKNOWN: Final = 20
_WEIGHT_OF_A_STEP: Final = 5.0


def weights(graph: Graph) -> dict[str, float]:
    """What each node that will be run weighs: 1, and 5 for every step of a sampler."""
    return {node: _weight(graph, node) for node in _needed(graph)}


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Plan:
    """What is kept of a graph while it runs: class and title of every node, and weights.

    Runs of one template share one plan, so that 100,000 of them weigh no more than their ids.
    """

    nodes: Mapping[str, tuple[str, str | None]]
    weights: Mapping[str, float]


_plans: Final[WeakValueDictionary[tuple[Any, ...], Plan]] = WeakValueDictionary()


def plan(graph: Graph) -> Plan:
    """The plan of `graph`, the same object as for every graph like it."""
    nodes = {node: (str(body.get("class_type", "")), _title(body)) for node, body in graph.items()}
    weighed = weights(graph)
    key = (*nodes.items(), *weighed.items())
    known = _plans.get(key)
    if known is None:
        known = _plans[key] = Plan(nodes, weighed)
    return known


@dataclass(slots=True)
class Progress:
    """One run as heard so far; its memory is bounded by its graph."""

    plan: Plan
    node: str | None = None
    fraction: float = 0.0
    _done: dict[str, float] = field(init=False, default_factory=dict)

    def hear(self, message: RunMessage) -> None:
        """Take one message of this run in; the fraction never goes back."""
        match message:
            case Cached(nodes=nodes):
                self._finish(nodes)
            case NodeProgress(nodes=nodes):
                self._done.update((n, p) for n, p in nodes.items() if n in self.plan.weights)
            case Executed(node=node):
                self._finish([node])
            case Executing(node=node, display_node=shown):
                if self.node not in (None, node, shown):
                    self._finish([self.node])
                self.node = shown if shown in self.plan.nodes else node
        weights = self.plan.weights
        total = sum(weights.values())
        done = sum(weights[node] * part for node, part in self._done.items())
        self.fraction = max(self.fraction, min(1.0, done / total)) if total else 0.0

    def label(self, schemas: Mapping[str, Any]) -> str | None:
        """The present node's title, else its display name in `schemas`, else its class."""
        class_type, title = self.plan.nodes.get(self.node or "", ("", None))
        return title or schemas.get(class_type, {}).get("display_name") or class_type or None

    def _finish(self, nodes: Iterable[str | None]) -> None:
        self._done.update((n, 1.0) for n in nodes if n is not None and n in self.plan.weights)


def _needed(graph: Graph) -> set[str]:
    """The nodes that lead to something saved; all, when nothing is known to be saved."""
    found: set[str] = set()
    ahead = [node for node, body in graph.items() if saves(body)] or list(graph)
    while ahead:
        node = ahead.pop()
        if node in graph and node not in found:
            found.add(node)
            ahead.extend(_sources(graph[node]).values())
    return found


def _weight(graph: Graph, node: str) -> float:
    inputs = graph[node].get("inputs", {})
    sampling = inputs.keys() & {"steps", "sigmas", "latent_image"}
    if "Sampler" not in str(graph[node].get("class_type")) or not sampling:
        return 1.0
    return 1.0 + _WEIGHT_OF_A_STEP * _steps(graph, node)


def _steps(graph: Graph, node: str) -> int:
    """The sampler's own number of steps, or that of the scheduler its sigmas come from."""
    seen: set[str] = set()
    at: str | None = node
    while at is not None and at in graph and at not in seen:
        seen.add(at)
        steps = graph[at].get("inputs", {}).get("steps")
        if isinstance(steps, int) and 0 < steps <= 10_000:
            return steps
        at = _sources(graph[at]).get("sigmas")
    return _STEPS_UNKNOWN


def _sources(body: Mapping[str, Any]) -> dict[str, str]:
    inputs: Mapping[str, Any] = body.get("inputs", {})
    return {
        name: value[0]
        for name, value in inputs.items()
        if isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str)
    }


def saves(body: Mapping[str, Any]) -> bool:
    """Whether a node looks like one that gives something away."""
    class_type = str(body.get("class_type"))
    return "filename_prefix" in body.get("inputs", {}) or class_type.startswith(("Save", "Preview"))


def _title(body: Mapping[str, Any]) -> str | None:
    title = body.get("_meta", {}).get("title")
    return str(title) if title else None
