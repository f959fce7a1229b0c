"""Subgraphs opened: ids, and whose value counts."""

import copy
from typing import Any

import pytest
from tests.support.drawings import (
    inside,
    join,
    node,
    plain,
    put,
    runs,
    with_part,
)


def within(**changes: Any) -> dict[str, Any]:
    found = plain(seed=1, **changes)
    found = {("5:9" if id_ == "5" else id_): each for id_, each in found.items()}
    found["6"]["inputs"]["samples"] = ["5:9", 0]
    return found


SEED, STEPS = {"name": "seed", "type": "INT"}, {"name": "steps", "type": "INT"}
GIVEN: dict[str, tuple[list[dict[str, str]], dict[str, Any], dict[str, Any]]] = {
    "nothing": ([], {}, {}),
    "in-the-order-of-its-inputs": ([SEED, STEPS], {"widgets_values": [5, 30]}, {"steps": 30}),
    "with-a-control-behind-the-seed": (
        [SEED, STEPS],
        {"widgets_values": [5, "randomize", 30]},
        {"steps": 30},
    ),
    "with-a-hole": ([STEPS, SEED], {"widgets_values": [None, 5]}, {}),
    "in-the-order-of-its-proxies": (
        [SEED],
        {
            "widgets_values": [30, 5],
            "properties": {"proxyWidgets": [["9", "steps"], ["-1", "seed"], ["9", "cfg"]]},
        },
        {"steps": 30},
    ),
    "proxies-as-text": (
        [SEED],
        {"widgets_values": [5], "properties": {"proxyWidgets": '[["-1", "seed"]]'}},
        {},
    ),
    "under-another-name": (
        [{"name": "chance", "type": "INT", "to": "seed"}],
        {"widgets_values": [5]},
        {},
    ),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_subgraph_s_values_are_those_that_its_node_was_given(name: str) -> None:
    inputs, more, changes = GIVEN[name]
    expected = within(**changes)
    expected["5:9"]["inputs"]["seed"] = 1 if name == "nothing" else 5
    tree = with_part(inside(*copy.deepcopy(inputs)), **copy.deepcopy(more))
    assert runs(tree) == expected


def test_a_link_into_a_subgraph_s_widget_counts_more_than_its_value() -> None:
    tree = with_part(inside(dict(SEED)), widgets_values=[5])
    put(tree, 20, "PrimitiveNode", widgets_values=[41, "fixed"])
    join(tree, 100, 20, 0, 5, "seed", "INT")
    expected = within()
    expected["5:9"]["inputs"]["seed"] = 41
    assert runs(tree) == expected


def test_two_uses_of_a_subgraph_are_two() -> None:
    tree = with_part(inside(dict(SEED)), widgets_values=[5])
    other = copy.deepcopy(node(tree, 5)) | {"id": 30, "widgets_values": [6]}
    tree["nodes"].append(other)
    found = runs(tree)
    assert (found["5:9"]["inputs"]["seed"], found["30:9"]["inputs"]["seed"]) == (5, 6)


def test_a_value_goes_through_a_subgraph_in_a_subgraph() -> None:
    part = inside(dict(SEED))
    outer = copy.deepcopy(part) | {"id": "outer"}
    outer["nodes"] = [copy.deepcopy(part["nodes"][0]) | {"type": "part", "widgets_values": [2]}]
    tree = with_part(outer, widgets_values=[5])
    node(tree, 5)["type"] = "outer"
    tree["definitions"]["subgraphs"].append(part)
    found = runs(tree)
    assert found["5:9:9"]["inputs"] == within()["5:9"]["inputs"] | {"seed": 5}
    assert found["6"]["inputs"]["samples"] == ["5:9:9", 0]


@pytest.mark.parametrize("mode", [2, 4], ids=["muted", "bypassed"])
def test_nothing_of_a_subgraph_that_sleeps_runs(mode: int) -> None:
    tree = with_part(inside(), mode=mode)
    expected = within()
    del expected["5:9"], expected["6"]["inputs"]["samples"]
    if mode == 4:
        expected["6"]["inputs"]["samples"] = ["4", 0]
    assert runs(tree) == expected
