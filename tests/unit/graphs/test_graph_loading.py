"""Reading graphs: what is taken, and what is refused with which words."""

import json

import pytest

from affiche.errors import GraphInvalid
from affiche.graphs.graph import MAX_BYTES, MAX_DEPTH, MAX_NODES, Link, cycle, load, order
from affiche.texts import LANGUAGES

CHAIN = {
    "1": {"class_type": "LoadImage", "_meta": {"title": "원본"}, "inputs": {"image": "a.png"}},
    "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}},
}


def refused(data: object) -> list[str]:
    with pytest.raises(GraphInvalid) as caught:
        load(data)  # type: ignore[arg-type]
    for problem in caught.value.problems:
        for language in LANGUAGES:
            assert problem.message(language)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize("form", ["mapping", "text", "bytes", "bytes with a byte order mark"])
def test_a_graph_reads_the_same_in_every_form(form: str) -> None:
    text = json.dumps(CHAIN)
    data = {
        "mapping": CHAIN,
        "text": text,
        "bytes": text.encode(),
        "bytes with a byte order mark": text.encode("utf-8-sig"),
    }[form]
    graph = load(data)
    assert graph.api() == CHAIN
    assert graph.nodes["1"].title == "원본"
    assert graph.nodes["2"].title is None
    assert graph.nodes["2"].link("image") == Link("1", 0)
    assert graph.nodes["3"].link("filename_prefix") is None
    assert graph.nodes["3"].links() == {"images": Link("2", 0)}


def test_what_was_read_does_not_follow_its_source_nor_its_copies() -> None:
    source = json.loads(json.dumps(CHAIN))
    graph = load(source)
    source["1"]["inputs"]["image"] = "other.png"
    graph.api()["1"]["inputs"]["image"] = "third.png"
    assert graph.nodes["1"].inputs["image"] == "a.png"
    with pytest.raises(TypeError):
        graph.nodes["1"].inputs["image"] = "x"  # type: ignore[index]


def test_nodes_come_in_an_order_in_which_they_can_run() -> None:
    backwards = dict(reversed(CHAIN.items()))
    assert order(load(backwards)) == ("1", "2", "3")


def test_a_long_chain_is_no_deep_recursion() -> None:
    graph = {
        str(n): {"class_type": "ImageInvert", "inputs": {"image": [str(n + 1), 0]}}
        for n in range(MAX_NODES)
    }
    assert order(load(graph))[-1] == "0"


def test_a_cycle_is_named_and_has_no_order() -> None:
    graph = load({**CHAIN, "1": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}}})
    assert sorted(cycle(graph)) == ["1", "2"]
    with pytest.raises(GraphInvalid, match="round in a circle"):
        order(graph)
    assert cycle(load(CHAIN)) == ()


def test_a_graph_of_the_editor_is_refused_with_the_way_out() -> None:
    with pytest.raises(GraphInvalid, match=r"Export \(API\)"):
        load({"last_node_id": 9, "nodes": [{"id": 1}], "links": [], "version": 0.4})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_json"),
        ("", "not_json"),
        ("[]", "not_an_object"),
        ('"graph"', "not_an_object"),
        ('{"1": {"class_type": "A", "inputs": {}}, "1": {}}', "duplicate_key"),
        ('{"1": {"class_type": "A", "inputs": {"x": 1, "x": 2}}}', "duplicate_key"),
        ('{"1": {"class_type": "A", "inputs": {"x": NaN}}}', "number_out_of_bounds"),
        ('{"1": {"class_type": "A", "inputs": {"x": -Infinity}}}', "number_out_of_bounds"),
        ('{"1": {"class_type": "A", "inputs": {"x": 1e999}}}', "number_out_of_bounds"),
        ('{"1": {"class_type": "A", "inputs": {"x": ' + "9" * 30 + "}}}", "number_out_of_bounds"),
        ('{"1": {"class_type": "A", "inputs": {"x": ' + "9" * 9000 + "}}}", "number_out_of_bounds"),
        ('{"1": {"class_type": "A", "inputs": {"x": "a\\u0000b"}}}', "text_not_storable"),
        ('{"1": {"class_type": "A", "inputs": {"x": "\\ud800"}}}', "text_not_storable"),
        ('{"1": {"class_type": "A", "inputs": {"\\u0000": 1}}}', "bad_key"),
        ('{" ": {"class_type": "A", "inputs": {}}}', "bad_key"),
        ('{"1": []}', "node_not_object"),
        ('{"1": {"inputs": {}}}', "class_type_missing"),
        ('{"1": {"class_type": "", "inputs": {}}}', "class_type_missing"),
        ('{"1": {"class_type": "A"}}', "inputs_missing"),
        ('{"1": {"class_type": "A", "inputs": []}}', "inputs_missing"),
        ('{"1": {"class_type": "A", "inputs": {"x": ["2"]}}}', "bad_linked_input"),
        ('{"1": {"class_type": "A", "inputs": {"x": [2, 0]}}}', "bad_linked_input"),
        ('{"1": {"class_type": "A", "inputs": {"x": ["2", "0"]}}}', "bad_linked_input"),
        ('{"1": {"class_type": "A", "inputs": {"x": ["2", -1]}}}', "bad_linked_input"),
        ('{"1": {"class_type": "A", "inputs": {"x": ["2", true]}}}', "bad_linked_input"),
        ('{"1": {"class_type": "A", "inputs": {"x": ["2", 0, 1]}}}', "bad_linked_input"),
        ('{"1": ' + "[" * 100_000 + "]" * 100_000 + "}", "too_deep"),
        ('{"1": ' + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1) + "}", "too_deep"),
        ('"' + "x" * MAX_BYTES + '"', "too_large"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_broken_text_is_refused(text: str, code: str) -> None:
    assert refused(text) == [code]


def test_bytes_that_are_not_utf8_are_refused() -> None:
    assert refused(b'{"\xff": 1}') == ["not_utf8"]


def test_mappings_are_held_to_the_same() -> None:
    endless: dict[str, object] = {}
    endless["1"] = endless
    assert refused(endless) == ["too_deep"]
    assert refused({"1": {"class_type": "A", "inputs": {"x": {1, 2}}}}) == ["not_json_value"]
    assert refused({1: {"class_type": "A", "inputs": {}}}) == ["bad_key"]
    many = {str(n): {"class_type": "A", "inputs": {}} for n in range(MAX_NODES + 1)}
    assert refused(many) == ["too_many_nodes"]


def test_every_broken_node_is_named_at_once() -> None:
    with pytest.raises(GraphInvalid) as caught:
        load({"1": 5, "2": {"class_type": "A", "inputs": {"x": ["1"]}}, "3": None})
    named = [(p.node, p.class_type, p.input) for p in caught.value.problems]
    assert named == [("1", None, None), ("2", "A", "x"), ("3", None, None)]
