"""Workflows as operators have them: exported, saved in the editor, or inside a picture."""

import json
from typing import Any

import pytest
import pyvips
from tests.support.editors import saved

from affiche.catalog import catalog
from affiche.emulators.comfyui import Server
from affiche.errors import Forbidden, GraphInvalid, PictureBroken
from affiche.graphs.schemas import known
from affiche.pictures.containers import exif, png, webp
from affiche.studio import workflows
from affiche.studio.studio import Caller, Studio

GRAPH = next(t for t in catalog.shipped() if t.slug == "klein-i2i").stages[0].workflow.graph
PIXELS = pyvips.Image.black(32, 24, bands=3).copy(interpretation="srgb")
PNG: bytes = PIXELS.pngsave_buffer()
WEBP: bytes = PIXELS.webpsave_buffer(lossless=True)
HEAD = 33


def pictured(**texts: Any) -> bytes:
    chunks = [
        png.chunk(
            b"tEXt", key.encode() + b"\0" + (v if isinstance(v, str) else json.dumps(v)).encode()
        )
        for key, v in texts.items()
    ]
    return PNG[:HEAD] + b"".join(chunks) + PNG[HEAD:]


async def test_however_it_comes_it_is_the_same_graph(
    studio: Studio, alice: Caller, comfyui: Server
) -> None:
    api = GRAPH.api()
    tree = saved(api, known())
    # A server writes into a picture's graph what it found changed: no number, at times.
    told = {id_: {**node, "is_changed": [float("nan")]} for id_, node in api.items()}
    in_exif = webp.with_exif(WEBP, exif.described(f"prompt:{json.dumps(api)}"))
    for data in (
        *(json.dumps(api).encode(), json.dumps(tree).encode(), pictured(workflow=tree)),
        *(pictured(prompt=told), pictured(prompt=api, workflow={"nodes": []}), in_exif),
    ):
        assert await workflows.read(studio, alice, data) == GRAPH


async def test_a_class_that_an_engine_alone_knows_is_told_by_it(
    studio: Studio, alice: Caller, comfyui: Server
) -> None:
    own = {
        "input": {
            "required": {"image": ["IMAGE"], "strength": ["FLOAT", {}], "mode": [["a", "b"]]}
        },
        "output": ["IMAGE"],
    }
    placed = {"id": 1, "type": "OwnNode", "widgets_values": [0.5, "b"]}
    data = json.dumps({"nodes": [placed], "links": []}).encode()
    with pytest.raises(GraphInvalid) as caught:
        await workflows.read(studio, alice, data)
    assert [(p.code, p.node) for p in caught.value.problems] == [("editor_class_unknown", "1")]
    comfyui.service.schemas["OwnNode"] = own
    studio.shelves.seen.clear()
    found = await workflows.read(studio, alice, data)
    assert found.nodes["1"].inputs == {"strength": 0.5, "mode": "b"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (PNG, "picture_without_graph"),
        (pictured(parameters="Steps: 20"), "picture_without_graph"),
        (pictured(prompt="{"), "not_json"),
        (pictured(prompt={"1": {}}), "class_type_missing"),
        (b"[]", "not_an_object"),
        (b"", "not_json"),
    ],
    ids=["bare", "of-others", "cut-off", "no-graph", "list", "nothing"],
)
async def test_what_holds_none_says_so(
    studio: Studio, alice: Caller, data: bytes, code: str
) -> None:
    with pytest.raises(GraphInvalid) as caught:
        await workflows.read(studio, alice, data)
    assert [problem.code for problem in caught.value.problems] == [code]


async def test_it_is_for_operators_and_for_whole_pictures(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    with pytest.raises(PictureBroken):
        await workflows.read(studio, alice, pictured(prompt=GRAPH.api())[:-20])
    with pytest.raises(Forbidden):
        await workflows.read(studio, bob, json.dumps(GRAPH.api()).encode())
