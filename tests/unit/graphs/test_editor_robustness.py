"""Whatever the editor saved, the answer is what it runs, or a refusal that names the nodes."""

import contextlib
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from tests.support.drawings import (
    drawn,
    inside,
    node,
    put,
    refused,
    runs,
    with_part,
)
from tests.support.editors import saved

from affiche.errors import GraphInvalid
from affiche.graphs.conversion import convert
from affiche.graphs.graph import load
from affiche.graphs.schemas import known

CLASSES = sorted(known())


def test_every_node_that_nobody_knows_is_named() -> None:
    tree = with_part(inside())
    tree["definitions"]["subgraphs"][0]["nodes"][0]["type"] = "Mystery"
    put(tree, 20, "Riddle")
    put(tree, 21, "workflow>mine")
    put(tree, 22, "Anything Everywhere")
    put(tree, 23, "Riddle", mode=4)
    assert sorted(refused(tree)) == [
        ("editor_class_unknown", "20"),
        ("editor_class_unknown", "5:9"),
        ("editor_everywhere", "22"),
        ("editor_group", "21"),
    ]


def test_values_of_another_version_of_a_class_are_not_guessed() -> None:
    tree = drawn()
    node(tree, 5)["widgets_values"] = [20, 8.0, "euler", "normal"]
    assert refused(tree) == [("editor_values", "5")]


def test_a_subgraph_in_itself_and_one_that_grows_without_end() -> None:
    part = inside()
    part["nodes"].append({"id": 10, "type": "part"})
    assert refused(with_part(part)) == [("editor_loop", "5:10")]
    parts = [
        {"id": f"p{n}", "nodes": [{"id": m, "type": f"p{n + 1}"} for m in range(9)]}
        for n in range(30)
    ]
    tree = {"nodes": [{"id": 1, "type": "p0"}], "definitions": {"subgraphs": parts}}
    assert refused(tree) == [("too_many_nodes", None)]


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        ([{"id": 1, "type": "KSampler"}, {"id": "1", "type": "KSampler"}], "editor_id_twice"),
        ([{"id": 1}], "editor_node"),
        ([{"type": "KSampler"}], "editor_node"),
        (["KSampler"], "node_not_object"),
    ],
    ids=["twice", "no-type", "no-id", "no-object"],
)
def test_what_is_no_node_is_refused(nodes: list[Any], code: str) -> None:
    assert [found for found, _ in refused({"nodes": nodes})] == [code]


def values_of(declaration: list[Any]) -> st.SearchStrategy[Any]:
    type_, options = declaration[0], declaration[1] if len(declaration) > 1 else {}
    if isinstance(type_, list) or type_ == "COMBO":
        return st.sampled_from((type_ if type_ != "COMBO" else options["options"]) or ["x.sft"])
    if type_ == "INT":
        return st.integers(options.get("min", 0), min(options.get("max", 99), 2**53))
    if type_ == "FLOAT":
        return st.floats(0, 1)
    return st.booleans() if type_ == "BOOLEAN" else st.text("ab{}한\n", max_size=5)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Nodes of known classes, here and there in subgraphs, linked by type from earlier ones."""
    paths = ["", "75:", "75:79:", "8:"]
    found: dict[str, Any] = {}
    given: dict[str, list[list[Any]]] = {}
    for at, class_ in enumerate(draw(st.lists(st.sampled_from(CLASSES), max_size=8))):
        schema, inputs = known()[class_], dict[str, Any]()
        id_ = f"{draw(st.sampled_from(paths))}{100 + at}"
        for name, declared in (i for g in schema["input"].values() for i in g.items()):
            type_ = "COMBO" if isinstance(declared[0], list) else declared[0]
            sources = given.get(type_, [])
            if sources and draw(st.booleans()):
                inputs[name] = list(draw(st.sampled_from(sources)))
            elif type_ in ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"):
                inputs[name] = draw(values_of(declared))
        found[id_] = {"class_type": class_, "inputs": inputs}
        for slot, type_ in enumerate(schema["output"]):
            given.setdefault(type_, []).append([id_, slot])
    return found


@hypothesis.given(graphs(), st.booleans(), st.booleans())
def test_any_graph_comes_back(api: dict[str, Any], objects: bool, flat: bool) -> None:
    assert runs(saved(api, known(), objects=objects, flat=flat)) == api


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """What the editor saved, with anything put in the place of anything."""
    tree: Any = saved(draw(graphs()), known(), objects=draw(st.booleans()))
    for _ in range(draw(st.integers(1, 4))):
        at = tree
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and draw(st.booleans()):
                at = at[key]
                continue
            at[key] = draw(anything)
            break
    return tree


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-30, 110) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@hypothesis.given(broken() | st.dictionaries(st.sampled_from(["nodes", "links"]), anything))
def test_reading_anything_ends_in_a_graph_or_a_refusal(tree: Any) -> None:
    with contextlib.suppress(GraphInvalid):
        found = convert(tree, known())
        assert load(found.api()) == found
