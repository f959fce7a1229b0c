"""A graph made ready for a run."""

import copy

import pytest

from affiche.comfy.prompts import prepared

from .graphs import copied, inputs, klein, node


def test_names_are_put_in_and_every_saver_gets_its_prefix() -> None:
    graph = klein()
    graph["10"] = node("SaveImage", images=["76", 0], filename_prefix="same")
    before = copy.deepcopy(graph)
    made = prepared(graph, "affiche/id", [("76", "image", "affiche/a.png")])
    assert graph == before, "the graph itself is never changed"
    assert inputs(made, "76")["image"] == "affiche/a.png"
    assert inputs(made, "9")["filename_prefix"] == "affiche/id"
    assert inputs(made, "10")["filename_prefix"] == "affiche/id-1"
    made["9"]["inputs"]["filename_prefix"] = before["9"]["inputs"]["filename_prefix"]
    made["10"]["inputs"]["filename_prefix"] = "same"
    made["76"]["inputs"]["image"] = "none.png"
    assert made == before, "and nothing else"


def test_a_name_for_a_node_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        prepared(copied(), "x", [("77", "image", "a.png")])
