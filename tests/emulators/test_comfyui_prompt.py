"""`POST /prompt`: what is taken, what is refused, and in which words."""

import uuid
from typing import Any

import pytest

from .desk import Desk, png
from .graphs import blank, klein, node, sampled


async def test_a_valid_graph_is_taken(desk: Desk) -> None:
    given = str(uuid.uuid4())
    status, answer = await desk.post("/prompt", {"prompt": blank(), "prompt_id": given})
    assert status == 200
    assert answer == {"prompt_id": given, "number": 0, "node_errors": {}}


async def test_the_server_makes_an_id_when_none_is_given(desk: Desk) -> None:
    _, first = await desk.post("/prompt", {"prompt": blank()})
    _, second = await desk.post("/prompt", {"prompt": blank(), "prompt_id": None})
    assert str(uuid.UUID(first["prompt_id"])) == first["prompt_id"] != second["prompt_id"]


@pytest.mark.parametrize(
    "wrong",
    ["", "not-a-uuid", "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5bd9cb469fa16570867728950e"],
)
async def test_an_id_has_to_be_a_canonical_uuid(desk: Desk, wrong: str) -> None:
    status, answer = await desk.post("/prompt", {"prompt": blank(), "prompt_id": wrong})
    assert (status, answer["error"]["type"]) == (400, "invalid_prompt_id")
    assert answer["node_errors"] == {}


@pytest.mark.parametrize("desk", [{"version": "0.3.75"}], indirect=True)
async def test_an_older_server_takes_any_id(desk: Desk) -> None:
    _, answer = await desk.post("/prompt", {"prompt": blank(), "prompt_id": "mine"})
    assert answer["prompt_id"] == "mine"
    assert (await desk.ended("mine"))["status"]["status_str"] == "success"


async def test_the_same_id_runs_twice_and_history_keeps_the_last(desk: Desk) -> None:
    given = str(uuid.uuid4())
    await desk.run(blank(prefix="first"), prompt_id=given)
    await desk.run(blank(prefix="between"))
    await desk.prompt(blank(prefix="second"), prompt_id=given)
    await desk.run(blank(prefix="after"))
    entry = await desk.ended(given)
    assert entry["outputs"]["9"]["images"][0]["filename"].startswith("second")
    files = {path.name for path in (desk.server.folder / "output").iterdir()}
    assert {"first_00001_.png", "second_00001_.png"} <= files


@pytest.mark.parametrize("raw", ["{", "", "[1,", "nul"])
async def test_invalid_json_is_a_server_error_in_plain_text(desk: Desk, raw: str) -> None:
    async with desk.http.post("/prompt", data=raw) as answer:
        assert answer.status == 500
        assert answer.content_type == "text/plain"


async def test_a_list_as_prompt_is_a_server_error_in_plain_text(desk: Desk) -> None:
    async with desk.http.post("/prompt", json={"prompt": [{"class_type": "X"}]}) as answer:
        assert (answer.status, answer.content_type) == (500, "text/plain")


async def test_no_prompt(desk: Desk) -> None:
    status, answer = await desk.post("/prompt", {"client_id": "x"})
    assert (status, answer["error"]["type"]) == (400, "no_prompt")


@pytest.mark.parametrize(
    "graph", [{}, {"1": node("EmptyImage", width=8, height=8, batch_size=1, color=0)}]
)
async def test_no_outputs(desk: Desk, graph: Any) -> None:
    status, answer = await desk.post("/prompt", {"prompt": graph})
    assert (status, answer["error"]["type"]) == (400, "prompt_no_outputs")
    assert answer["node_errors"] == {}


async def test_an_unknown_class_names_the_node_in_extra_info(desk: Desk) -> None:
    graph = {**blank(), "7": {**node("Absent"), "_meta": {"title": "My node"}}}
    status, answer = await desk.post("/prompt", {"prompt": graph})
    assert (status, answer["error"]["type"]) == (400, "missing_node_type")
    assert answer["node_errors"] == {}
    assert answer["error"]["extra_info"] == {
        "node_id": "7",
        "class_type": "Absent",
        "node_title": "My node",
    }


def changed(graph: Any, node_id: str, **inputs: Any) -> Any:
    graph[node_id]["inputs"].update(inputs)
    return graph


def without(graph: Any, node_id: str, name: str) -> Any:
    del graph[node_id]["inputs"][name]
    return graph


BROKEN = {
    "missing": (without(sampled(), "3", "seed"), "3", "required_input_missing"),
    "not in list": (changed(sampled(), "3", sampler_name="none"), "3", "value_not_in_list"),
    "model absent": (changed(sampled(), "4", ckpt_name="no.ckpt"), "4", "value_not_in_list"),
    "not a number": (changed(sampled(), "3", steps="many"), "3", "invalid_input_type"),
    "too big": (changed(sampled(), "3", cfg=100.5), "3", "value_bigger_than_max"),
    "too small": (changed(sampled(), "3", steps=0), "3", "value_smaller_than_min"),
    "seed past 64 bits": (changed(sampled(), "3", seed=2**64), "3", "value_bigger_than_max"),
    "wrong type": (changed(sampled(), "3", latent_image=["6", 0]), "3", "return_type_mismatch"),
    "odd link": (changed(sampled(), "8", samples=["3"]), "8", "bad_linked_input"),
    "to nowhere": (
        changed(sampled(), "3", positive=["99", 0]),
        "3",
        "exception_during_inner_validation",
    ),
    "no such slot": (
        changed(sampled(), "3", positive=["6", 4]),
        "3",
        "exception_during_inner_validation",
    ),
    "absent picture": (klein("absent.png"), "76", "custom_validation_failed"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_what_is_wrong_with_a_node(desk: Desk, case: str) -> None:
    graph, node_id, kind = BROKEN[case]
    status, answer = await desk.post("/prompt", {"prompt": graph})
    assert status == 400
    assert answer["error"]["type"] == "prompt_outputs_failed_validation"
    assert set(answer["error"]) == {"type", "message", "details", "extra_info"}
    assert list(answer["node_errors"]) == [node_id]
    entry = answer["node_errors"][node_id]
    assert entry["dependent_outputs"] == ["9"]
    assert entry["class_type"] == graph[node_id]["class_type"]
    assert [e["type"] for e in entry["errors"]] == [kind]
    assert set(entry["errors"][0]) == {"type", "message", "details", "extra_info"}


async def test_an_absent_picture_is_named(desk: Desk) -> None:
    _, answer = await desk.post("/prompt", {"prompt": klein("absent.png")})
    error = answer["node_errors"]["76"]["errors"][0]
    assert error["details"] == "image - Invalid image file: absent.png"


async def test_several_things_wrong_are_all_named(desk: Desk) -> None:
    graph = changed(changed(sampled(), "3", cfg=-1, steps=0), "4", ckpt_name="no.ckpt")
    _, answer = await desk.post("/prompt", {"prompt": graph})
    found = {n: sorted(e["type"] for e in x["errors"]) for n, x in answer["node_errors"].items()}
    assert found == {"3": ["value_smaller_than_min"] * 2, "4": ["value_not_in_list"]}


async def test_a_circle_is_refused(desk: Desk) -> None:
    graph = {
        "1": node("ImageInvert", image=["2", 0]),
        "2": node("ImageInvert", image=["1", 0]),
        "9": node("SaveImage", images=["1", 0], filename_prefix="x"),
    }
    status, answer = await desk.post("/prompt", {"prompt": graph})
    assert status == 400
    assert answer["node_errors"]["1"]["errors"][0]["type"] == "dependency_cycle"


async def test_a_200_may_carry_node_errors(desk: Desk) -> None:
    graph = {
        **blank(),
        "2": node("LoadImage", image="absent.png"),
        "10": node("SaveImage", images=["2", 0], filename_prefix="never"),
    }
    status, answer = await desk.post("/prompt", {"prompt": graph})
    assert status == 200
    assert answer["node_errors"]["2"]["dependent_outputs"] == ["10"]
    entry = await desk.ended(answer["prompt_id"])
    assert list(entry["outputs"]) == ["9"]
    assert entry["status"]["completed"] is True


async def test_values_of_another_type_are_converted(desk: Desk) -> None:
    await desk.upload(png(8, 8, 0, 0, 0), "photo.png")
    graph = changed(klein(), "75:62", steps="2")
    graph["75:63"]["inputs"]["cfg"] = "1"
    entry = await desk.run(graph)
    assert entry["prompt"][2]["75:62"]["inputs"]["steps"] == 2


@pytest.mark.parametrize("desk", [{"any_model": True}], indirect=True)
async def test_a_preview_finds_every_model_and_still_minds_the_other_lists(desk: Desk) -> None:
    graph = changed(sampled(), "4", ckpt_name="house-style.safetensors")
    assert (await desk.run(graph))["status"]["status_str"] == "success"
    status, _ = await desk.post("/prompt", {"prompt": changed(graph, "3", scheduler="none")})
    assert status == 400


async def test_numbers_count_up_and_front_is_negative(desk: Desk) -> None:
    numbers = []
    for more in ({}, {}, {"front": True}, {"number": 2.5}):
        _, answer = await desk.post("/prompt", {"prompt": blank(), **more})
        numbers.append(answer["number"])
    assert numbers == [0, 1, -2, 2.5]
