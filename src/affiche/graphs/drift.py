"""How far a server has moved away from what a workflow was made for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from affiche.domain.workflows import Binding, Graph
from affiche.errors import GraphProblem
from affiche.graphs.models import folder_of
from affiche.graphs.problems import at
from affiche.graphs.schemas import Schemas, declared, known
from affiche.graphs.validation import validate


def drift(graph: Graph, bindings: Sequence[Binding], live: Schemas) -> list[GraphProblem]:
    """What keeps `graph` from running, or from meaning the same, under a server's own schemas.

    Beside all that `validate` finds: model files the server lacks (with their folder), and
    inputs which the graph sets and Affiche knows, but the server has dropped — ComfyUI passes
    over those in silence.
    """
    problems = [_as_missing_model(p, graph) for p in validate(graph, live, bindings)]
    bound = {(b.node, b.input) for b in bindings}
    return [*problems, *(p for p in _dropped(graph, live) if (p.node, p.input) not in bound)]


def _as_missing_model(problem: GraphProblem, graph: Graph) -> GraphProblem:
    if problem.code != "value_not_in_list" or problem.node is None or problem.input is None:
        return problem
    node = graph.nodes[problem.node]
    folder = folder_of(node.class_type, problem.input)
    if folder is None:
        return problem
    params = (("folder", folder), ("file", str(node.inputs[problem.input])))
    return replace(problem, code="model_missing", params=params)


def _dropped(graph: Graph, live: Schemas) -> Iterator[GraphProblem]:
    for node in graph.nodes.values():
        ours, theirs = known().get(node.class_type), live.get(node.class_type)
        if ours is None or theirs is None:
            continue
        here, there = declared(ours), declared(theirs)
        for name in node.inputs:
            if name in here and name not in there:
                yield at(node, "input_dropped", name)
