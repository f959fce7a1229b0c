"""A small graph as the editor has it, to be changed by hand."""

import copy
from typing import Any

import pytest
from tests.support.editors import IN, OUT, saved

from affiche.errors import GraphInvalid
from affiche.graphs.conversion import convert
from affiche.graphs.schemas import known

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


def refused(tree: Tree, schemas: Any = None) -> list[tuple[str, str | None]]:
    with pytest.raises(GraphInvalid) as caught:
        convert(tree, schemas or known())
    for problem in caught.value.problems:
        assert problem.message("ko") != problem.message("en")
    return [(problem.code, problem.node) for problem in caught.value.problems]
