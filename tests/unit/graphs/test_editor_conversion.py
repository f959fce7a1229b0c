"""From the editor's format to what runs: as ComfyUI's front end turns it."""

import copy

import pytest
from tests.support.drawings import (
    PLAIN,
    drawn,
    join,
    node,
    plain,
    put,
    runs,
)
from tests.support.editors import saved

from affiche.catalog import catalog
from affiche.graphs.conversion import convert
from affiche.graphs.editor import is_editors
from affiche.graphs.schemas import known

GRAPHS = {
    f"{template.slug}-{stage.slug}": stage.workflow.graph.api()
    for template in catalog.shipped()
    for stage in template.stages
}


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
