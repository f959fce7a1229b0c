"""The image brush: seed 004's six nodes, ours around them, and what a mask needs of a template."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from affiche.catalog.catalog import load, shipped
from affiche.catalog.definitions import template_from
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.masks import promised
from affiche.domain.templates import definition
from affiche.errors import TemplateInvalid

BRUSH = next(template for template in shipped() if template.slug == "image-brush")
SEED_004 = {
    "689": "KSampler",
    "658": "CLIPTextEncode",
    "422": "LoadImage",
    "590": "LoadImage",
    "698": "LoadImageMask",
    "667": "StyleModelApply",
}
MASK = """
[[fields]]
type = "mask"
name = "mask"
target = "image"
label = "Mask"
"""


def test_the_graph_is_the_six_nodes_of_seed_004_and_ours_marked_so() -> None:
    nodes = BRUSH.stages[0].workflow.graph.nodes
    origins = {id_: node.raw["_meta"]["origin"] for id_, node in nodes.items()}
    seeds = {id_ for id_, origin in origins.items() if origin == "seed 004"}
    assert {id_: nodes[id_].class_type for id_ in seeds} == SEED_004
    assert set(origins.values()) == {"seed 004", "Affiche"}
    assert nodes["422"].inputs["image"] == "input-1.png"
    assert nodes["590"].inputs["image"] == "input-2.png"
    assert (nodes["698"].inputs["image"], nodes["698"].inputs["channel"]) == ("mask.png", "alpha")


def test_what_seed_004_sets_is_bound_to_its_nodes() -> None:
    bound = {(b.name, b.node, b.input): b.file for b in BRUSH.stages[0].workflow.bindings}
    assert bound == {
        ("image", "422", "image"): "input-1.png",
        ("style", "590", "image"): "input-2.png",
        ("mask", "698", "image"): "mask.png",
        ("prompt", "658", "text"): None,
        ("strength", "667", "strength"): None,
        ("seed", "689", "seed"): None,
        ("megapixels", "906", "megapixels"): None,
    }


def test_the_model_works_at_512_to_1024_pixels_a_side() -> None:
    size = next(field for field in BRUSH.fields if field.name == "megapixels")
    mega = 1024 * 1024
    assert (size.minimum, size.maximum) == (512**2 / mega, 1024**2 / mega)


def test_a_prompt_may_stay_away_and_the_pictures_may_not() -> None:
    assert {f.name for f in BRUSH.fields if f.required} == {"image", "mask", "style"}
    mask = promised(BRUSH.fields)
    assert mask is not None
    assert (mask.target, mask.feather) == ("image", "feather")


def test_a_definition_comes_back_whole() -> None:
    again = template_from(definition(BRUSH))
    assert again == BRUSH
    assert again.version == BRUSH.version


def test_any_template_may_have_a_mask_though_its_graph_takes_none(tmp_path: Path) -> None:
    with as_file(files("affiche.catalog").joinpath("klein-i2i")) as folder:
        made = Path(shutil.copytree(folder, tmp_path / "klein-masked"))
    page = (made / "template.toml").read_text("utf-8")
    (made / "template.toml").write_text(page + MASK, "utf-8")
    mask = promised(load(made).fields)
    assert mask is not None
    assert (mask.name, mask.target) == ("mask", "image")
    (made / "template.toml").write_text(page + MASK + "promise = false\n", "utf-8")
    with pytest.raises(TemplateInvalid, match="no stage uses “mask”"):
        load(made)


@pytest.mark.parametrize(
    ("at", "change", "where"),
    [
        (0, {"file": "../input.png"}, "bindings[0].file"),
        (0, {"file": "input 1.png"}, "bindings[0].file"),
        (0, {"file": "input-1.exe"}, "bindings[0].file"),
        (0, {"file": "mask.png"}, "bindings[2].file"),
        (3, {"file": "prompt.png"}, "bindings[3].file"),
    ],
)
def test_a_name_that_is_none_is_found_out(at: int, change: dict[str, Any], where: str) -> None:
    data = definition(BRUSH)
    data["stages"][0]["bindings"][at] |= change
    with pytest.raises(DefinitionInvalid) as caught:
        template_from(data)
    assert caught.value.where == f"stages[0].{where}"
