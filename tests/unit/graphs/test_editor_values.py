"""Which saved value belongs to which input, however the list was written."""

from typing import Any

import pytest
from tests.support.drawings import runs

CLASS: dict[str, Any] = {
    "input": {
        "required": {
            "image": [["a.png"], {"image_upload": True}],
            "channel": [["red", "green"]],
            "force": ["FLOAT", {"forceInput": True, "default": 2.0}],
            "seed": ["INT", {"default": 3}],
        },
        "optional": {"colors": ["COLORS", {}], "on": ["BOOLEAN", {"default": True}]},
    },
    "input_order": {
        "required": ["image", "channel", "force", "seed"],
        "optional": ["on", "colors"],
    },
    "output": ["IMAGE"],
}
USUAL = {"image": "a.png", "channel": "green", "seed": 9, "on": False, "colors": {"__value__": []}}
VALUES = {
    "now": ["a.png", "green", 9, "fixed", "image", False, []],
    "without-the-button": ["a.png", "green", 9, "randomize", False, []],
    "with-what-links-had": ["a.png", "green", 2.0, 9, "fixed", "image", False, []],
    "before-seeds-had-a-control": ["a.png", "green", 9, "image", False, []],
    "whole-numbers-of-javascript": ["a.png", "green", 9.0, "fixed", "image", False, []],
    "by-name": {"colors": [], "on": False, "seed": 9, "channel": "green", "image": "a.png"},
    "by-name-with-a-preview": {**{k: v for k, v in USUAL.items() if k != "colors"}, "colors": []}
    | {"videopreview": {"hidden": False}},
}


@pytest.mark.parametrize("name", VALUES)
def test_lists_of_values_as_they_were_written_over_the_years(name: str) -> None:
    tree = {"nodes": [{"id": 1, "type": "Own", "widgets_values": VALUES[name]}], "links": []}
    assert runs(tree, {"Own": CLASS})["1"]["inputs"] == USUAL


@pytest.mark.parametrize(
    ("saved_values", "expected"),
    [
        (["a.png", "green"], {"seed": 3, "on": True, "colors": None}),
        ([], {"image": "a.png", "channel": "red", "seed": 3, "on": True}),
        (["a.png", "green", 9, "fixed", "image", True, [], "more", 4], {"seed": 9, "on": True}),
        ({"crf": 19}, {"crf": 19, "seed": 3}),
    ],
    ids=["fewer", "none", "more", "others-by-name"],
)
def test_what_was_not_saved_has_its_default(saved_values: Any, expected: dict[str, Any]) -> None:
    tree = {"nodes": [{"id": 1, "type": "Own", "widgets_values": saved_values}], "links": []}
    assert expected.items() <= runs(tree, {"Own": CLASS})["1"]["inputs"].items()


def test_a_choice_brings_inputs_of_its_own() -> None:
    shapes = [
        {"key": "by size", "inputs": {"required": {"width": ["INT", {}], "height": ["INT", {}]}}},
        {"key": "by factor", "inputs": {"required": {"factor": ["FLOAT", {"default": 2.0}]}}},
    ]
    class_ = {
        "input": {
            "required": {
                "how": ["COMFY_DYNAMICCOMBO_V3", {"options": shapes}],
                "method": [["area", "lanczos"]],
            }
        },
        "output": ["IMAGE"],
    }

    def found(*values: Any) -> Any:
        tree = {"nodes": [{"id": 1, "type": "Resize", "widgets_values": list(values)}]}
        return runs(tree, {"Resize": class_})["1"]["inputs"]

    sized = {"how": "by size", "how.width": 512, "how.height": 640, "method": "lanczos"}
    assert found("by size", 512, 640, "lanczos") == sized
    assert found("by factor", 1.5, "area") == {
        "how": "by factor",
        "how.factor": 1.5,
        "method": "area",
    }
