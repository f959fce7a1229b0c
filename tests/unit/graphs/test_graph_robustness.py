"""Whatever is given, the answer is a graph, a list of problems, or GraphInvalid; never a crash."""

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affiche.errors import GraphInvalid
from affiche.graphs.bindings import Binding, bind, placeholders
from affiche.graphs.drift import drift
from affiche.graphs.graph import Graph, cycle, load
from affiche.graphs.models import models
from affiche.graphs.schemas import known
from affiche.graphs.validation import validate

CLASSES = sorted(known())
INPUTS = sorted({n for s in known().values() for group in s["input"].values() for n in group})
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["{{a}}", "x{{b}}", "euler", "example.png"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ids = st.sampled_from(["1", "2", "3", "75:79:78"])
links = st.tuples(ids, st.integers(0, 3)).map(list)
nodes = st.fixed_dictionaries(
    {
        "class_type": st.sampled_from(CLASSES) | st.text(max_size=5),
        "inputs": st.dictionaries(st.sampled_from(INPUTS), links | values, max_size=5),
    },
    optional={"_meta": values | st.fixed_dictionaries({"title": values})},
)
graphs = st.dictionaries(ids, nodes, max_size=4)
bindings = st.builds(
    Binding,
    st.sampled_from(["a", "b"]),
    ids,
    st.sampled_from(CLASSES),
    st.sampled_from(INPUTS),
    st.sampled_from(["string", "integer", "number", "boolean", "picture"]),
)


@given(values | graphs)
def test_reading_anything_ends_in_a_graph_or_a_refusal(data: Any) -> None:
    for given_ in (data, json.dumps(data)):
        graph = loaded(given_)
        if isinstance(graph, Graph):
            assert load(graph.api()) == graph
        else:
            assert graph.problems
            assert all(p.message("ko") and p.message("en") for p in graph.problems)


def loaded(data: Any) -> Graph | GraphInvalid:
    try:
        return load(data)
    except GraphInvalid as refusal:
        return refusal


@given(graphs, st.lists(bindings, max_size=3), st.dictionaries(st.sampled_from("abc"), values))
def test_a_graph_that_loads_can_be_looked_at_from_all_sides(
    data: dict[str, Any], bound: list[Binding], given_: dict[str, Any]
) -> None:
    graph = loaded(data)
    if isinstance(graph, GraphInvalid):
        return
    before = graph.api()
    for problem in [*validate(graph, known(), bound), *drift(graph, bound, known())]:
        assert problem.message("ko")
        assert problem.message("en")
    cycle(graph)
    models(graph)
    placeholders(graph)
    with contextlib.suppress(GraphInvalid):
        load(bind(graph, bound, given_).api())
    assert graph.api() == before
