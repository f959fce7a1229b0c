"""What a job may ask, and what it is told when it asks wrongly."""

import base64
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comfy.graphs import copied, klein

from affiche.catalog.catalog import shipped
from affiche.catalog.definitions import template_from
from affiche.domain.forms import InlinePicture, PictureAddress
from affiche.domain.seeds import MAX_SEED
from affiche.domain.templates import Template, definition
from affiche.errors import AfficheError, InvalidInputs
from affiche.worker.failures import failure
from affiche.worker.inputs import InputInvalid, PingIn, parse
from affiche.worker.planning import planned
from affiche.worker.plans import Plan

BYTES = b"\x89PNG\r\n\x1a\n and more"
TEXT = base64.b64encode(BYTES).decode()
KLEIN = next(template for template in shipped() if template.slug == "klein-i2i")


def plan_of(data: Any, template: Any = KLEIN) -> Plan:
    asked = parse(data)
    assert not isinstance(asked, PingIn)
    return planned(asked, template, random.Random(1), 1024 * 1024)


def problems(data: Any, template: Any = KLEIN) -> dict[str, str]:
    """Field to problem, as the answer of the job says them."""
    with pytest.raises((InputInvalid, InvalidInputs)) as caught:
        plan_of(data, template)
    answered = failure(caught.value)
    assert answered["code"] == "invalid_inputs"
    assert all(each["field"] in answered["error"] for each in answered["params"]["problems"][:5])
    json.dumps(answered)
    return {each["field"]: each["problem"] for each in answered["params"]["problems"]}


@pytest.mark.parametrize(
    "images",
    [
        {"none.png": TEXT},
        [{"name": "none.png", "image": TEXT}],
        [{"name": "none.png", "image": f"data:image/png;base64,{TEXT}"}],
    ],
    ids=["map", "list", "data URI"],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_a_workflow_with_pictures_in_every_form(images: Any, as_text: bool) -> None:
    workflow: Any = json.dumps(copied()) if as_text else copied()
    (stage,) = plan_of({"workflow": workflow, "images": images}).stages
    (picture,) = stage.pictures
    assert isinstance(picture.source, InlinePicture)
    assert picture.source.data == BYTES
    assert picture.places == (("76", "image"),)
    assert stage.graph == copied()


def test_a_picture_by_address_is_left_to_be_fetched() -> None:
    url = "https://pictures.example/a.png?sig=1"
    (stage,) = plan_of({"workflow": copied(), "images": {"none.png": url}}).stages
    assert stage.pictures[0].source == PictureAddress(url)


def test_a_name_stands_for_every_input_that_holds_it() -> None:
    graph = copied()
    graph["77"] = {"class_type": "LoadImage", "inputs": {"image": "none.png [input]"}}
    graph["78"] = {"class_type": "LoadImage", "inputs": {"image": "other none.png"}}
    (stage,) = plan_of({"workflow": graph, "images": {"none.png": TEXT}}).stages
    assert stage.pictures[0].places == (("76", "image"), ("77", "image"))


def two_stages(**second: Any) -> dict[str, Any]:
    takes = [{"node": "76", "input": "image", "stage": "cover"}]
    return {
        "stages": [
            {"name": "cover", "workflow": copied(), "images": {"none.png": TEXT}, "outputs": ["9"]},
            {"name": "envelope", "workflow": copied(), "takes": takes, **second},
        ]
    }


def test_stages_take_what_an_earlier_one_gave() -> None:
    plan = plan_of(two_stages())
    cover, envelope = plan.stages
    assert [take.stage for take in envelope.takes] == ["cover"]
    assert not plan.counts(cover)
    assert plan.counts(envelope)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "input"),
        (None, "input"),
        ([], "input"),
        ("text", "input"),
        ({"ping": False}, "ping"),
        ({"ping": True, "workflow": {}}, "workflow"),
        ({"workflow": {}}, "workflow"),
        ({"workflow": 3}, "workflow"),
        ({"workflow": "{"}, "workflow"),
        ({"workflow": {"nodes": [], "links": []}}, "workflow"),
        ({"workflow": {"1": {"inputs": {}}}}, "workflow"),
        ({"workflow": copied(), "outputs": ["10"]}, "outputs[0]"),
        ({"workflow": copied(), "more": 1}, "more"),
        ({"workflow": copied(), "deliver": "post"}, "deliver"),
        ({"workflow": copied(), "images": {"none.png": 1}}, "images[0].image"),
        ({"workflow": copied(), "images": {"none.png": "?"}}, "images[0].image"),
        ({"workflow": copied(), "images": {"none.png": "http://"}}, "images[0].image"),
        ({"workflow": copied(), "images": {"none.png": "A" * 2_000_000}}, "images[0].image"),
        ({"workflow": copied(), "images": {"none.png": str(KLEIN.id)}}, "images[0].image"),
        ({"workflow": copied(), "images": {"other.png": TEXT}}, "images[0].name"),
        ({"workflow": copied(), "images": [{"name": "none.png"}]}, "images[0].image"),
        (
            {"workflow": copied(), "images": 2 * [{"name": "none.png", "image": TEXT}]},
            "images[1].name",
        ),
        ({"stages": []}, "stages"),
        ({"stages": {}}, "stages"),
        (two_stages(name="cover"), "stages[1].name"),
        (two_stages(outputs=["4"]), "stages[1].outputs[0]"),
        (
            two_stages(takes=[{"node": "76", "input": "image", "stage": "envelope"}]),
            "stages[1].takes[0].stage",
        ),
        (
            two_stages(takes=[{"node": "76", "input": "images", "stage": "cover"}]),
            "stages[1].takes[0]",
        ),
        (two_stages(images={"none.png": ""}), "stages[1].images[0].image"),
        ({"prompt": "a coast"}, "image"),
        ({"prompt": "a coast", "image_url": str(KLEIN.id)}, "image_url"),
        ({"prompt": "a coast", "image_base64": "?"}, "image_base64"),
        ({"prompt": "a coast", "image_url": "", "image_base64": "?"}, "image_base64"),
        ({"prompt": "a coast", "image_base64": TEXT, "steps": 41}, "steps"),
        ({"prompt": "a coast", "image_base64": TEXT, "stepps": 4}, "stepps"),
        ({"prompt": "a coast", "image_base64": TEXT, "seed": MAX_SEED + 1}, "seed"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(data: Any, field: str) -> None:
    assert field in problems(data)


def test_every_problem_is_told_at_once() -> None:
    found = problems({"workflow": copied(), "images": [{"name": 1}], "outputs": 3})
    assert set(found) == {"images[0].name", "images[0].image", "outputs"}


def test_parameters_need_a_package() -> None:
    assert "no package" in problems({"prompt": "a coast"}, template=None)["workflow"]


def test_parameters_go_into_the_package_s_graph() -> None:
    plan = plan_of({"prompt": "a coast", "image_base64": TEXT, "seed": 5, "steps": 8, "cfg": 2})
    (stage,) = plan.stages
    assert plan.seed == 5
    assert stage.graph["75:74"]["inputs"]["text"] == "a coast"
    assert stage.graph["75:73"]["inputs"]["noise_seed"] == 5
    assert stage.graph["75:62"]["inputs"]["steps"] == 8
    assert stage.graph["75:63"]["inputs"]["cfg"] == 2.0
    assert stage.pictures[0].places == (("76", "image"),)
    assert stage.outputs == ("9",)


def two_pictures(first: str, second: str) -> Template:
    """A template with two file fields of those request keys, for nodes 76 and 77."""
    graph = {**KLEIN.stages[0].workflow.graph.api(), "77": copied()["76"]}
    known = definition(KLEIN)
    (picture, *others) = known["fields"]
    (binding, *bindings) = known["stages"][0]["bindings"]
    fields = [
        {**picture, "name": name, "request_key": name, "aliases": []} for name in (first, second)
    ]
    bound = [
        {**binding, "name": name, "node": node} for name, node in ((first, "76"), (second, "77"))
    ]
    stage = {**known["stages"][0], "graph": graph, "bindings": [*bound, *bindings]}
    return template_from({**known, "fields": [*fields, *others], "stages": [stage]})


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        ("photo", "style", ("photo", "style")),
        ("photo", "style", ("photo_url", "style_base64")),
        ("photo", "style", ("image_base64", "style_base64")),
        ("photo", "style", ("image_url", "image_2_url")),
        ("photo", "image", ("photo_url", "image_url")),
        ("photo", "image", ("photo_url", "image_2_url")),
    ],
)
def test_pictures_are_found_under_every_name(
    first: str, second: str, keys: tuple[str, str]
) -> None:
    urls = ["https://a.example/1.png", "https://a.example/2.png"]
    data = {"prompt": "a coast", **dict(zip(keys, urls, strict=True))}
    (stage,) = plan_of(data, two_pictures(first, second)).stages
    found = {p.places[0][0]: (p.path, p.source) for p in stage.pictures}
    assert found == {
        "76": (keys[0], PictureAddress(urls[0])),
        "77": (keys[1], PictureAddress(urls[1])),
    }


@given(st.one_of(st.none(), st.integers(max_value=0), st.text(max_size=5), st.floats(max_value=0)))
def test_a_seed_that_is_none_is_drawn_and_told(seed: Any) -> None:
    plan = plan_of({"prompt": "a coast", "image_base64": TEXT, "seed": seed})
    assert plan.seed is not None
    assert 1 <= plan.seed <= MAX_SEED
    assert plan.stages[0].graph["75:73"]["inputs"]["noise_seed"] == plan.seed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(["workflow", "images", "stages", "ping", "prompt", "image_url", "deliver"])


@given(st.one_of(JSON, st.dictionaries(KEYS, st.one_of(JSON, st.just(klein())), max_size=4)))
def test_nothing_that_is_sent_is_more_than_refused(data: Any) -> None:
    try:
        asked = parse(data)
        if not isinstance(asked, PingIn):
            planned(asked, KLEIN, random.Random(1), 1000)
    except (InputInvalid, AfficheError) as error:
        answered = failure(error)
        assert answered["error"]
        assert answered["code"] != "internal"
        json.dumps(answered)
