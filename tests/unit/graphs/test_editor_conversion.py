"""From the editor's format to what runs: as ComfyUI's front end turns it."""

import contextlib
import copy
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from tests.support.editors import IN, OUT, saved

from affiche.catalog import catalog
from affiche.errors import GraphInvalid
from affiche.graphs.conversion import convert
from affiche.graphs.editor import is_editors
from affiche.graphs.graph import load
from affiche.graphs.schemas import known

GRAPHS = {
    f"{template.slug}-{stage.slug}": stage.workflow.graph.api()
    for template in catalog.shipped()
    for stage in template.stages
}
PLAIN: dict[str, Any] = {
    "1": {
        "class_type": "CheckpointLoaderSimple",
        "inputs": {"ckpt_name": "base.safetensors"},
    },
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a beach", "clip": ["1", 1]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "rain", "clip": ["1", 1]}},
    "4": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 512, "height": 768, "batch_size": 1},
    },
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 7,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1.0,
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
        },
    },
    "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
    "7": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["6", 0]}},
}
CLASSES = sorted(known())
Tree = dict[str, Any]


def runs(tree: Tree, schemas: Any = None) -> dict[str, Any]:
    """Class and inputs by id."""
    found = convert(tree, schemas or known()).api()
    return {
        id_: {"class_type": node["class_type"], "inputs": node["inputs"]}
        for id_, node in found.items()
    }


def plain(**changes: Any) -> dict[str, Any]:
    """PLAIN, with inputs of node 5 changed; None takes one away."""
    found = copy.deepcopy(PLAIN)
    found["5"]["inputs"] |= changes
    found["5"]["inputs"] = {k: v for k, v in found["5"]["inputs"].items() if v is not None}
    return found


def drawn() -> Tree:
    return saved(PLAIN, known())


def node(tree: Tree, id_: int) -> dict[str, Any]:
    return next(each for each in tree["nodes"] if each["id"] == id_)


def put(tree: Tree, id_: int, type_: str, **more: Any) -> dict[str, Any]:
    made = {"id": id_, "type": type_, "mode": 0, "inputs": [], "outputs": [], **more}
    tree["nodes"].append(made)
    return made


def join(tree: Tree, link: int, origin: int, slot: int, target: int, name: str, type_: str) -> None:
    """That input is fed by that output, whatever fed it before."""
    inputs = node(tree, target)["inputs"]
    own = next((each for each in inputs if each["name"] == name), None)
    if own is None:
        inputs.append(own := {"name": name, "type": type_})
    own["link"] = link
    tree["links"].append([link, origin, slot, target, inputs.index(own), type_])


# --- whole graphs, there and back -------------------------------------------------------------


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("objects", [False, True], ids=["lists", "objects"])
@pytest.mark.parametrize("flat", [False, True], ids=["subgraphs", "flat"])
def test_what_the_catalog_runs_comes_back(name: str, objects: bool, flat: bool) -> None:
    api = GRAPHS[name]
    tree = saved(api, known(), objects=objects, flat=flat)
    assert is_editors(tree)
    assert not is_editors(api)
    assert flat or ("definitions" in tree) == any(":" in id_ for id_ in api)
    found = convert(tree, known()).api()
    assert found.keys() == api.keys()
    for id_, each in api.items():
        assert found[id_]["class_type"] == each["class_type"]
        # What a graph leaves to the server, the editor writes out.
        assert each["inputs"].items() <= found[id_]["inputs"].items(), id_
        added = found[id_]["inputs"].keys() - each["inputs"].keys()
        assert added <= {"device", "resolution_steps", "weight_dtype", "strength"}, id_
        if title := each.get("_meta", {}).get("title"):
            assert found[id_]["_meta"]["title"] == title


# --- nodes that do not run --------------------------------------------------------------------


def test_reroutes_and_set_and_get_are_seen_through() -> None:
    tree = drawn()
    for id_ in (20, 21):
        put(tree, id_, "Reroute", inputs=[{"name": "", "type": "*"}])
    join(tree, 100, 1, 0, 20, "", "MODEL")
    join(tree, 101, 20, 0, 21, "", "MODEL")
    join(tree, 102, 21, 0, 5, "model", "MODEL")
    put(tree, 22, "SetNode", widgets_values=["latent"])
    put(tree, 23, "GetNode", widgets_values=["latent"])
    join(tree, 103, 4, 0, 22, "LATENT", "LATENT")
    join(tree, 104, 23, 0, 5, "latent_image", "LATENT")
    assert runs(tree) == PLAIN


def test_a_reroute_that_leads_to_itself_leads_nowhere() -> None:
    tree = drawn()
    put(tree, 20, "Reroute", inputs=[{"name": "", "type": "*"}])
    join(tree, 100, 20, 0, 20, "", "MODEL")
    join(tree, 101, 20, 0, 5, "model", "MODEL")
    assert runs(tree) == plain(model=None)


def test_a_primitive_s_value_goes_where_it_leads() -> None:
    tree = drawn()
    put(tree, 20, "PrimitiveNode", widgets_values=[41, "fixed"])
    join(tree, 100, 20, 0, 5, "seed", "INT")
    node(tree, 5)["inputs"][-1]["widget"] = {"name": "seed"}
    assert runs(tree) == plain(seed=41)


def test_a_widget_that_was_made_an_input_keeps_its_place_among_the_values() -> None:
    tree = drawn()
    put(tree, 20, "GetImageSize", inputs=[{"name": "image", "type": "IMAGE", "link": None}])
    join(tree, 100, 20, 0, 5, "steps", "INT")
    node(tree, 5)["inputs"][-1]["widget"] = {"name": "steps"}
    found = runs(tree)
    assert found.pop("20") == {"class_type": "GetImageSize", "inputs": {}}
    assert found == plain(steps=["20", 0])


def test_notes_are_nothing_and_muted_nodes_leave_no_trace() -> None:
    tree = drawn()
    put(tree, 20, "Note", widgets_values=["to do"])
    put(tree, 21, "MarkdownNote", widgets_values=["# to do"])
    put(tree, 22, "Fast Groups Bypasser (rgthree)", outputs=[{"name": "OPT", "type": "*"}])
    assert runs(tree) == PLAIN
    node(tree, 3)["mode"] = 2
    expected = plain(negative=None)
    del expected["3"]
    assert runs(tree) == expected


def test_a_bypassed_node_hands_on_what_fits() -> None:
    tree = drawn()
    put(
        tree,
        20,
        "LoraLoader",
        mode=4,
        inputs=[{"name": "model", "type": "MODEL"}, {"name": "clip", "type": "CLIP"}],
        outputs=[{"name": "MODEL", "type": "MODEL"}, {"name": "CLIP", "type": "CLIP"}],
        widgets_values=["x.safetensors", 1, 1],
    )
    join(tree, 100, 1, 0, 20, "model", "MODEL")
    join(tree, 101, 1, 1, 20, "clip", "CLIP")
    join(tree, 102, 20, 0, 5, "model", "MODEL")
    join(tree, 103, 20, 1, 2, "clip", "CLIP")
    # Nothing of what goes into the decoder is a picture.
    node(tree, 6)["mode"] = 4
    expected = copy.deepcopy(PLAIN)
    del expected["6"], expected["7"]["inputs"]["images"]
    assert runs(tree) == expected


# --- values -----------------------------------------------------------------------------------


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


# --- subgraphs --------------------------------------------------------------------------------


def inside(*inputs: dict[str, Any], mode: int = 0) -> dict[str, Any]:
    """A subgraph of a sampler alone: its inputs are those given, then the four links."""
    sampler: dict[str, Any] = {"id": 9, "type": "KSampler", "mode": mode, "inputs": []}
    sampler["widgets_values"] = [1, "fixed", 20, 8.0, "euler", "normal", 1.0]
    links = [("model", "MODEL"), ("positive", "CONDITIONING")]
    links += [("negative", "CONDITIONING"), ("latent_image", "LATENT")]
    slots = [*inputs, *({"name": name, "type": type_} for name, type_ in links)]
    wires: list[list[Any]] = []
    for at, slot in enumerate(slots):
        slot["linkIds"] = [at + 1]
        own = {"name": slot.pop("to", slot["name"]), "type": slot["type"], "link": at + 1}
        if slot["type"] in ("INT", "FLOAT", "COMBO"):
            own["widget"] = {"name": own["name"]}
        sampler["inputs"].append(own)
        wires.append([at + 1, IN, at, 9, at, slot["type"]])
    wires.append([50, 9, 0, OUT, 0, "LATENT"])
    return {
        "id": "part",
        "inputNode": {"id": IN},
        "outputNode": {"id": OUT},
        "nodes": [sampler],
        "links": wires,
        "inputs": slots,
        "outputs": [{"name": "LATENT", "type": "LATENT", "linkIds": [50]}],
    }


def with_part(part: dict[str, Any], **more: Any) -> Tree:
    """PLAIN, with its sampler in a subgraph."""
    tree = drawn()
    sampler = node(tree, 5)
    del sampler["widgets_values"]
    sampler |= {"type": "part", **more}
    return tree | {"definitions": {"subgraphs": [part]}}


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


# --- what cannot be told ----------------------------------------------------------------------


def refused(tree: Tree, schemas: Any = None) -> list[tuple[str, str | None]]:
    with pytest.raises(GraphInvalid) as caught:
        convert(tree, schemas or known())
    for problem in caught.value.problems:
        assert problem.message("ko") != problem.message("en")
    return [(problem.code, problem.node) for problem in caught.value.problems]


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


# --- anything at all --------------------------------------------------------------------------


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
