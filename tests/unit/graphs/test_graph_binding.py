"""Binding: values arrive where they belong and as what they are, and nothing else changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.errors import GraphInvalid
from affiche.graphs.bindings import Binding, bind, placeholders
from affiche.graphs.graph import Graph, load

GRAPH = {
    "76": {"class_type": "LoadImage", "inputs": {"image": "reference.png"}},
    "75:74": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["75:71", 0]}},
    "75:71": {"class_type": "CLIPLoader", "inputs": {"clip_name": "a.safetensors"}},
    "5": {
        "class_type": "KSampler",
        "_meta": {"title": "Sampler"},
        "inputs": {"seed": 1, "cfg": 1.0, "steps": 4, "add_noise": True, "scheduler": "simple"},
    },
}
BINDINGS = (
    Binding("picture", "76", "LoadImage", "image", "picture"),
    Binding("prompt", "75:74", "CLIPTextEncode", "text", "string"),
    Binding("seed", "5", "KSampler", "seed", "integer", minimum=0, maximum=2**53 - 1),
    Binding("cfg", "5", "KSampler", "cfg", "number", minimum=0.0, maximum=20.0),
    Binding("noise", "5", "KSampler", "add_noise", "boolean"),
    Binding("scheduler", "5", "KSampler", "scheduler", "string", choices=("simple", "karras")),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "picture": st.from_regex(r"[a-z0-9]{1,20}\.png", fullmatch=True),
        "prompt": TEXT | st.sampled_from(["{{seed}}", "{{prompt}}", "{{nothing}} {{x", "a{b}c"]),
        "seed": st.integers(0, 2**53 - 1),
        "cfg": st.floats(0, 20) | st.integers(0, 20),
        "noise": st.booleans(),
        "scheduler": st.sampled_from(["simple", "karras"]),
    },
)


def problems(
    values: dict[str, Any],
    bindings: tuple[Binding, ...] = BINDINGS,
    graph: dict[str, Any] | None = None,
) -> list[tuple[str, str | None, str | None]]:
    with pytest.raises(GraphInvalid) as caught:
        bind(load(graph or GRAPH), bindings, values)
    for problem in caught.value.problems:
        assert problem.message("ko") != problem.message("en")
    return [(p.code, p.node, p.input) for p in caught.value.problems]


@given(VALUES)
def test_values_arrive_typed_and_the_rest_stays(values: dict[str, Any]) -> None:
    graph = load(GRAPH)
    bound = bind(graph, BINDINGS, values)
    assert graph.api() == GRAPH, "the graph that was given is never changed"
    expected = json.loads(json.dumps(GRAPH))
    for binding in BINDINGS:
        if binding.name in values:
            expected[binding.node]["inputs"][binding.input] = values[binding.name]
            arrived = bound.nodes[binding.node].inputs[binding.input]
            kinds = {"integer": int, "number": float, "boolean": bool}
            assert type(arrived) is kinds.get(binding.type, str)
    assert bound.api() == expected
    assert load(json.dumps(bound.api())) == bound, "what is bound is a graph that loads"


@given(VALUES)
def test_binding_again_puts_back_what_was_there(values: dict[str, Any]) -> None:
    graph = load(GRAPH)
    was = {b.name: graph.nodes[b.node].inputs[b.input] for b in BINDINGS if b.name in values}
    assert bind(bind(graph, BINDINGS, values), BINDINGS, was) == graph


def test_nothing_bound_is_the_same_graph() -> None:
    assert bind(load(GRAPH), (), {}) == load(GRAPH)
    assert bind(load(GRAPH), BINDINGS, {}) == load(GRAPH)


def test_one_name_may_go_to_several_places() -> None:
    bindings = (
        Binding("n", "5", "KSampler", "seed", "integer"),
        Binding("n", "5", "KSampler", "steps", "integer"),
    )
    inputs = bind(load(GRAPH), bindings, {"n": 7.0}).nodes["5"].inputs
    assert (inputs["seed"], inputs["steps"]) == (7, 7)
    assert type(inputs["seed"]) is int


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("seed", "12", "invalid_input_type"),
        ("seed", True, "invalid_input_type"),
        ("seed", 1.5, "invalid_input_type"),
        ("seed", None, "invalid_input_type"),
        ("seed", ["75:74", 0], "invalid_input_type"),
        ("seed", float("nan"), "number_out_of_bounds"),
        pytest.param("seed", 10**6000, "number_out_of_bounds", id="seed of 6000 digits"),
        ("seed", -1, "value_smaller_than_min"),
        ("seed", 2**53, "value_bigger_than_max"),
        ("cfg", True, "invalid_input_type"),
        ("cfg", float("inf"), "number_out_of_bounds"),
        ("cfg", 20.01, "value_bigger_than_max"),
        ("prompt", 5, "invalid_input_type"),
        ("prompt", ["5", 0], "invalid_input_type"),
        ("prompt", {"__value__": "x"}, "invalid_input_type"),
        ("prompt", "a\0b", "text_not_storable"),
        ("noise", 1, "invalid_input_type"),
        ("noise", "true", "invalid_input_type"),
        ("scheduler", "beta", "value_not_in_list"),
        ("picture", "../secret.png", "invalid_input_type"),
        ("picture", "/etc/passwd", "invalid_input_type"),
        ("picture", "a/../b.png", "invalid_input_type"),
        ("picture", ".hidden", "invalid_input_type"),
        ("picture", "a.png [output]", "invalid_input_type"),
        ("picture", "", "invalid_input_type"),
    ],
)
def test_wrong_values_are_refused_where_they_would_go(name: str, value: Any, code: str) -> None:
    binding = next(b for b in BINDINGS if b.name == name)
    assert problems({name: value}) == [(code, binding.node, binding.input)]


@pytest.mark.parametrize(
    ("binding", "code"),
    [
        (Binding("x", "99", "KSampler", "seed", "integer"), "binding_node_missing"),
        (Binding("x", "5", "RandomNoise", "seed", "integer"), "binding_class"),
        (Binding("x", "5", "KSampler", "noise_seed", "integer"), "binding_input_missing"),
        (Binding("x", "75:74", "CLIPTextEncode", "clip", "string"), "binding_linked"),
    ],
)
def test_a_binding_without_a_place_is_an_error_even_without_a_value(
    binding: Binding, code: str
) -> None:
    assert problems({}, (binding,)) == [(code, binding.node, binding.input)]


def test_every_problem_is_named_at_once_and_every_value_has_a_taker() -> None:
    found = problems({"seed": -1, "prompt": 1, "speed": 3})
    assert [code for code, _, _ in found] == [
        "invalid_input_type",
        "value_smaller_than_min",
        "value_unused",
    ]


def test_two_names_cannot_share_one_input() -> None:
    bindings = (*BINDINGS, Binding("zufall", "5", "KSampler", "seed", "integer"))
    assert problems({"seed": 1, "zufall": 2}, bindings) == [("bound_twice", "5", "seed")]


def test_a_problem_names_node_class_title_and_input() -> None:
    with pytest.raises(GraphInvalid) as caught:
        bind(load(GRAPH), BINDINGS, {"seed": -1})
    assert caught.value.problems[0].message("en") == (
        "#5 KSampler “Sampler” .seed: -1 is smaller than 0."
    )


# --- placeholders -----------------------------------------------------------------------------

PLACED = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "{{reference_image}}"}},
    "4": {
        "class_type": "LoraLoader",
        "inputs": {"lora_name": "{{lora_file}}", "strength_model": "{{lora_strength}}"},
    },
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{positive_prompt}}"}},
    "8": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{negative_prompt}}"}},
    "10": {
        "class_type": "KSampler",
        "inputs": {
            "seed": "{{seed}}",
            "steps": "{{ steps }}",
            "cfg": "{{cfg}}",
            "denoise": "{{denoise}}",
            "model": ["4", 0],
        },
    },
    "12": {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "{{model_name}}_{{reference_filename}}"},
    },
}
GIVEN: dict[str, Any] = {
    "reference_image": "photo123.jpg",
    "lora_file": "milan.safetensors",
    "lora_strength": 0.65,
    "positive_prompt": "milan, long brunette hair",
    "negative_prompt": "",
    "seed": 42,
    "steps": 28,
    "cfg": 3.8,
    "denoise": 0.75,
    "model_name": "milan",
    "reference_filename": "photo123",
}


def bound_inputs(value: Any, values: dict[str, Any]) -> Any:
    graph = load({"1": {"class_type": "A", "inputs": {"x": value}}})
    return bind(graph, (), values).nodes["1"].inputs["x"]


def test_a_workflow_with_variables_is_filled_as_seed_003_has_it() -> None:
    graph = load(PLACED)
    assert placeholders(graph) == set(GIVEN)
    bound = bind(graph, (), GIVEN)
    sampler = bound.nodes["10"].inputs
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (42, 28, 3.8)
    assert type(sampler["seed"]) is int
    assert type(sampler["denoise"]) is float
    assert bound.nodes["12"].inputs["filename_prefix"] == "milan_photo123"
    assert bound.nodes["8"].inputs["text"] == ""
    assert placeholders(bound) == set()
    assert graph.api() == PLACED


@pytest.mark.parametrize(
    ("value", "text"), [(4, "n=4"), (0.5, "n=0.5"), (True, "n=true"), ("{{b}}", "n={{b}}")]
)
def test_inline_placeholders_become_text(value: Any, text: str) -> None:
    assert bound_inputs("n={{a}}", {"a": value}) == text
    assert bound_inputs("{{a}}", {"a": value}) is value


@given(TEXT)
def test_what_was_put_in_is_never_expanded_again(text: str) -> None:
    told = f"{text}{{{{other}}}}"
    values = {"a": told, "b": "{{a}}"}
    assert bound_inputs("{{a}} and {{b}}", values) == f"{told} and {{{{a}}}}"
    assert bound_inputs("{{a}}", {"a": told}) == told


def test_placeholders_are_found_inside_quoted_values_but_not_in_links() -> None:
    inside = {"__value__": ["{{a}}", {"k": "x{{a}}"}]}
    assert bound_inputs(inside, {"a": 3}) == {"__value__": [3, {"k": "x3"}]}
    linked = {"1": {"class_type": "A", "inputs": {"x": ["{{a}}", 0]}}}
    assert placeholders(load(linked)) == set()


def test_an_unknown_placeholder_is_an_error_that_names_it() -> None:
    assert problems({k: v for k, v in GIVEN.items() if k != "cfg"}, (), PLACED) == [
        ("placeholder_unknown", "10", "cfg")
    ]


@pytest.mark.parametrize("value", [None, ["4", 0], {"a": 1}, float("nan"), "a\0"])
def test_a_placeholder_takes_only_plain_values(value: Any) -> None:
    assert problems({**GIVEN, "cfg": value}, (), PLACED) == [("placeholder_value", "10", "cfg")]


def test_a_binding_on_a_placeholder_takes_its_place() -> None:
    graph: Graph = load(PLACED)
    binding = Binding("weight", "10", "KSampler", "cfg", "number")
    values = {**{k: v for k, v in GIVEN.items() if k != "cfg"}, "weight": 5}
    assert bind(graph, (binding,), values).nodes["10"].inputs["cfg"] == 5.0
