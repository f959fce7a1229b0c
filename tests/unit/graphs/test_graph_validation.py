"""Validation under node schemas: ComfyUI's own families of problems, and ours for bindings."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from affiche.graphs.bindings import Binding
from affiche.graphs.drift import drift
from affiche.graphs.graph import load
from affiche.graphs.models import models
from affiche.graphs.schemas import declared, known, outputs, with_files
from affiche.graphs.validation import compatible, validate

SOUND: dict[str, Any] = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "whatever.png", "upload": "image"}},
    "2": {
        "class_type": "ImageScaleToTotalPixels",
        "_meta": {"title": "Scale"},
        "inputs": {
            "image": ["1", 0],
            "upscale_method": "lanczos",
            "megapixels": 1,
            "resolution_steps": 1,
        },
    },
    "3": {"class_type": "VAELoader", "inputs": {"vae_name": "flux2-vae.safetensors"}},
    "4": {"class_type": "VAEEncode", "inputs": {"pixels": ["2", 0], "vae": ["3", 0]}},
    "5": {"class_type": "VAEDecode", "inputs": {"samples": ["4", 0], "vae": ["3", 0]}},
    "6": {"class_type": "GetImageSize", "inputs": {"image": ["5", 0]}},
    "7": {
        "class_type": "EmptyImage",
        "inputs": {"width": ["6", 0], "height": ["6", 1], "batch_size": 1, "color": 0},
    },
    "8": {
        "class_type": "ImageCompositeMasked",
        "inputs": {
            "destination": ["5", 0],
            "source": ["7", 0],
            "x": 0,
            "y": 0,
            "resize_source": False,
        },
    },
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}},
}


def changed(node: str, **inputs: Any) -> dict[str, Any]:
    graph = copy.deepcopy(SOUND)
    for name, value in inputs.items():
        if value is ...:
            del graph[node]["inputs"][name]
        else:
            graph[node]["inputs"][name] = value
    return graph


def problems(
    graph: Mapping[str, Any],
    *bindings: Binding,
    schemas: Mapping[str, Any] | None = None,
    files: bool = True,
) -> list[tuple[str, str | None, str | None]]:
    found = validate(load(graph), schemas or known(), bindings, files=files)
    for problem in found:
        assert problem.message("ko") != problem.message("en")
    return [(p.code, p.node, p.input) for p in found]


def test_a_sound_graph_has_no_problems() -> None:
    assert problems(SOUND) == []


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (changed("2", image=...), ("required_input_missing", "2", "image")),
        (changed("2", megapixels=...), ("required_input_missing", "2", "megapixels")),
        (changed("2", image=["77", 0]), ("dangling_link", "2", "image")),
        (changed("2", image=["1", 2]), ("output_index", "2", "image")),
        (changed("9", images=["4", 0]), ("return_type_mismatch", "9", "images")),
        (changed("7", width=["2", 0]), ("return_type_mismatch", "7", "width")),
        (changed("9", filename_prefix=["6", 0]), ("return_type_mismatch", "9", "filename_prefix")),
        (changed("2", image="a.png"), ("link_expected", "2", "image")),
        (changed("8", mask="a.png"), ("link_expected", "8", "mask")),
        (changed("2", megapixels=0), ("value_smaller_than_min", "2", "megapixels")),
        (changed("2", megapixels=16.01), ("value_bigger_than_max", "2", "megapixels")),
        (changed("2", megapixels="wide"), ("invalid_input_type", "2", "megapixels")),
        (changed("2", megapixels=None), ("invalid_input_type", "2", "megapixels")),
        (changed("2", resolution_steps=1.5), ("invalid_input_type", "2", "resolution_steps")),
        (changed("8", resize_source="false"), ("invalid_input_type", "8", "resize_source")),
        (changed("9", filename_prefix=None), ("invalid_input_type", "9", "filename_prefix")),
        (changed("2", upscale_method="nearest"), ("value_not_in_list", "2", "upscale_method")),
        (changed("3", vae_name="other.safetensors"), ("value_not_in_list", "3", "vae_name")),
        (changed("2", image=["5", 0]), ("dependency_cycle", "2", None)),
    ],
)
def test_each_fault_is_found_and_located(
    graph: dict[str, Any], expected: tuple[str, str, str | None]
) -> None:
    found = problems(graph)
    assert len(found) == 1
    code, node, input_ = found[0]
    assert (code, input_) == (expected[0], expected[2])
    assert node == expected[1] or code == "dependency_cycle"


def test_text_that_reads_as_a_number_counts_as_on_a_server() -> None:
    assert problems(changed("2", megapixels="1.5", resolution_steps="2")) == []


def test_an_unknown_class_is_named_once_and_its_links_are_left_alone() -> None:
    graph = copy.deepcopy(SOUND)
    graph["2"]["class_type"] = "SomebodysScale"
    assert problems(graph) == [("missing_node_type", "2", None)]


def test_a_graph_needs_an_output() -> None:
    graph = copy.deepcopy(SOUND)
    del graph["9"]
    assert problems(graph) == [("prompt_no_outputs", None, None)]
    assert problems({}) == [("prompt_no_outputs", None, None)]


def test_placeholders_and_bound_values_are_not_held_against_lists() -> None:
    assert problems(changed("3", vae_name="{{vae}}")) == []
    assert problems(changed("2", megapixels="{{mp}}", upscale_method="{{m}}")) == []
    bound = Binding("vae", "3", "VAELoader", "vae_name", "string")
    assert problems(changed("3", vae_name="chosen-later.safetensors"), bound) == []
    size = Binding("size", "2", "ImageScaleToTotalPixels", "megapixels", "number")
    assert problems(changed("2", megapixels=99), size) == [
        ("value_bigger_than_max", "2", "megapixels")
    ]


def test_files_can_be_left_to_the_server() -> None:
    graph = changed("3", vae_name="other.safetensors", extra="x")
    assert problems(graph, files=False) == []


@pytest.mark.parametrize(
    ("received", "expected", "fits"),
    [
        ("IMAGE", "IMAGE", True),
        ("IMAGE", "MASK", False),
        ("INT", "FLOAT", False),
        ("*", "IMAGE", True),
        ("IMAGE", "*", True),
        ("INT", "FLOAT,INT", True),
        ("FLOAT, STRING", "INT,STRING", True),
        ("MASK", "FLOAT,INT", False),
        ("COMFY_MATCHTYPE_V3", "IMAGE", True),
    ],
)
def test_types_fit_by_equality_wildcard_or_shared_member(
    received: str, expected: str, fits: bool
) -> None:
    assert compatible(received, expected) is fits


def test_schemas_of_other_peoples_nodes_are_read_as_they_come() -> None:
    schemas = {
        **known(),
        "Odd": {
            "input": {
                "required": {
                    "any": ["*"],
                    "number": ["FLOAT,INT", {}],
                    "curve": ["CURVE", {}],
                    "remote": ["COMBO", {"remote": {"route": "/x"}}],
                    "grown": ["COMFY_AUTOGROW_V3", {"template": {}}],
                    "bare": "IMAGE",
                    "sizes": [[1, 2, 4], {"default": 2}],
                },
                "hidden": {"unique_id": "UNIQUE_ID"},
            },
            "output": [["a", "b"]],
            "output_node": True,
        },
    }
    odd = {
        "class_type": "Odd",
        "inputs": {
            "any": 5,
            "number": 2.5,
            "curve": {"points": []},
            "remote": "anything",
            "grown.0": ["1", 0],
            "bare": ["1", 0],
            "sizes": 4,
        },
    }
    assert problems({"1": SOUND["1"], "2": odd}, schemas=schemas) == []
    wrong = {**odd, "inputs": {**odd["inputs"], "sizes": 3, "bare": 1, "grown.0": ["9", 0]}}
    assert problems({"1": SOUND["1"], "2": wrong}, schemas=schemas) == [
        ("link_expected", "2", "bare"),
        ("value_not_in_list", "2", "sizes"),
        ("dangling_link", "2", "grown.0"),
    ]
    combined = {**odd, "inputs": {**odd["inputs"], "sizes": ["2", 0]}}
    assert problems({"1": SOUND["1"], "2": odd, "3": combined}, schemas=schemas) == []


@pytest.mark.parametrize(
    ("binding", "code"),
    [
        (Binding("x", "44", "VAELoader", "vae_name", "string"), "binding_node_missing"),
        (Binding("x", "3", "UNETLoader", "vae_name", "string"), "binding_class"),
        (Binding("x", "3", "VAELoader", "unet_name", "string"), "binding_input_missing"),
        (Binding("x", "2", "ImageScaleToTotalPixels", "image", "picture"), "binding_linked"),
        (Binding("x", "1", "LoadImage", "upload", "string"), "binding_input_unknown"),
        (Binding("x", "9", "SaveImage", "filename_prefix", "integer"), "binding_type"),
        (
            Binding("x", "2", "ImageScaleToTotalPixels", "megapixels", "number", minimum=0.001),
            "binding_range",
        ),
        (
            Binding("x", "2", "ImageScaleToTotalPixels", "megapixels", "number", maximum=17),
            "binding_range",
        ),
    ],
)
def test_bindings_are_held_against_graph_and_schema(binding: Binding, code: str) -> None:
    assert [found[0] for found in problems(SOUND, binding)] == [code]


# --- models -----------------------------------------------------------------------------------


def test_models_are_named_with_their_folders() -> None:
    graph = {
        "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "u", "weight_dtype": "default"}},
        "2": {"class_type": "DualCLIPLoader", "inputs": {"clip_name1": "a", "clip_name2": "b"}},
        "3": {"class_type": "VAELoader", "inputs": {"vae_name": "pixel_space"}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "c"}},
        "5": {"class_type": "LoraLoader", "inputs": {"lora_name": "{{lora}}"}},
        "6": {"class_type": "LoraLoaderModelOnly", "inputs": {"lora_name": "l"}},
        "7": {"class_type": "CLIPVisionLoader", "inputs": {"clip_name": "v"}},
        "8": {"class_type": "StyleModelLoader", "inputs": {"style_model_name": "s"}},
        "9": {"class_type": "UpscaleModelLoader", "inputs": {"model_name": ["1", 0]}},
        "10": {"class_type": "UpscaleModelLoader", "inputs": {"model_name": "4x"}},
    }
    assert [(m.folder, m.name, m.node) for m in models(load(graph))] == [
        ("diffusion_models", "u", "1"),
        ("text_encoders", "a", "2"),
        ("text_encoders", "b", "2"),
        ("checkpoints", "c", "4"),
        ("loras", "l", "6"),
        ("clip_vision", "v", "7"),
        ("style_models", "s", "8"),
        ("upscale_models", "4x", "10"),
    ]


# --- the schemas themselves -------------------------------------------------------------------


def test_known_schemas_have_the_shape_of_object_info() -> None:
    assert len(known()) == 49
    for class_type, schema in known().items():
        assert schema["name"] == class_type
        for group, order in schema["input_order"].items():
            assert list(schema["input"][group]) == order
        assert len(schema["output"]) == len(schema["output_name"])
        assert len(schema["output"]) == len(schema["output_is_list"])
        assert declared(schema).keys() == {n for g in schema["input"].values() for n in g}
        assert all(isinstance(type_, str) for type_ in outputs(schema))
    saving = {name for name, schema in known().items() if schema["output_node"]}
    assert saving == {"SaveImage", "SaveImageWebsocket", "PreviewImage"}


def test_both_shapes_of_a_list_read_the_same() -> None:
    old = declared(known()["KSampler"])["sampler_name"]
    new = declared(known()["KSamplerSelect"])["sampler_name"]
    assert isinstance(known()["KSampler"]["input"]["required"]["sampler_name"][0], list)
    assert known()["KSamplerSelect"]["input"]["required"]["sampler_name"][0] == "COMBO"
    assert old.choices == new.choices
    assert old.type == new.type == "COMBO"


def test_model_lists_follow_the_files_there_are() -> None:
    own = with_files(known(), {"vae": ["mine.safetensors"], "upscale_models": ["4x.pth"]})
    assert declared(own["VAELoader"])["vae_name"].choices == ("mine.safetensors",)
    assert declared(own["UpscaleModelLoader"])["model_name"].choices == ("4x.pth",)
    assert declared(own["UNETLoader"])["unet_name"].choices == ()
    assert "flux2-vae.safetensors" in (declared(known()["VAELoader"])["vae_name"].choices or ())
    assert problems(SOUND, schemas=own) == [("value_not_in_list", "3", "vae_name")]


# --- drift ------------------------------------------------------------------------------------


def test_a_server_like_ours_shows_no_drift() -> None:
    assert drift(load(SOUND), (), known()) == []


def test_drift_names_lost_files_classes_and_inputs() -> None:
    live = with_files(known(), {})
    del live["GetImageSize"]
    del live["ImageScaleToTotalPixels"]["input"]["required"]["resolution_steps"]
    live["VAEEncode"]["input"]["required"]["tile"] = ["INT", {"min": 1}]
    found = drift(load(SOUND), (), live)
    assert {(p.code, p.node, p.input) for p in found} == {
        ("model_missing", "3", "vae_name"),
        ("missing_node_type", "6", None),
        ("input_dropped", "2", "resolution_steps"),
        ("required_input_missing", "4", "tile"),
    }
    lost = next(p for p in found if p.code == "model_missing")
    assert "models/vae" in lost.message("en")
    assert "flux2-vae.safetensors" in lost.message("ko")


def test_drift_names_a_bound_input_that_is_gone_once() -> None:
    live = with_files(known(), {"vae": ["flux2-vae.safetensors"]})
    del live["ImageScaleToTotalPixels"]["input"]["required"]["megapixels"]
    bound = Binding("size", "2", "ImageScaleToTotalPixels", "megapixels", "number")
    found = drift(load(SOUND), (bound,), live)
    assert [(p.code, p.node, p.input) for p in found] == [
        ("binding_input_unknown", "2", "megapixels")
    ]
