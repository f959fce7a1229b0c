"""What is posted to /run, for every shape that an endpoint takes."""

import asyncio
import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comfy.graphs import copied

from affiche.engines.engine import Later, Taken
from affiche.engines.runpod.content import Base64, Content
from affiche.engines.runpod.requests import policy, request
from affiche.errors import EngineRefused

from .facts import B64, OURS, PNG, endpoint, picture, run

THERE = picture(url="https://studio.example.com/in/1.png?sig=1")
ONLY_THERE = picture(b"", url="https://studio.example.com/in/1.png?sig=1")
STYLE = picture(node="77", key="style_image", name="style.png", data=b"style")


def sent(value: Any) -> bytes:
    """The body as it goes over the wire."""
    content = Content(value)

    async def all_of_it() -> bytes:
        assert not content.sent
        return b"".join([piece async for piece in content])

    whole = asyncio.run(all_of_it())
    assert content.sent
    assert len(whole) == content.size
    return whole


def posted(asked: Any, by_url: bool = True, **shape: Any) -> Any:
    return json.loads(sent(request(asked, endpoint(**shape), by_url)))


def prepared(image: str = "photo.png", suffix: str = "") -> Any:
    graph = copied()
    graph["76"]["inputs"]["image"] = image
    graph["9"]["inputs"]["filename_prefix"] = f"affiche-{OURS}{suffix}"
    return graph


@pytest.mark.parametrize(
    ("pictures", "by_url", "wanted"),
    [
        ([], True, {}),
        ([picture()], True, {"image_base64": B64}),
        ([THERE], True, {"image_url": THERE.url}),
        ([THERE], False, {"image_base64": B64}),
        ([ONLY_THERE], False, {"image_url": THERE.url}),
        ([THERE, STYLE], True, {"image_url": THERE.url, "style_image_base64": "c3R5bGU="}),
        ([picture(key="reference_image")], True, {"image_base64": B64}),
        # One picture that two nodes read.
        ([picture(), picture(node="80")], True, {"image_base64": B64}),
        # Without a key, or with one that is taken, it is counted.
        (
            [STYLE, picture(b"second", name="b.png", key=""), picture(key="image")],
            True,
            {"image_base64": "c3R5bGU=", "image_2_base64": "c2Vjb25k", "image_3_base64": B64},
        ),
    ],
)
def test_parameters(pictures: Any, by_url: bool, wanted: Any) -> None:
    parameters = {"prompt": "해변", "seed": 7, "steps": 4, "cfg": 1.0, "megapixels": 1.0}
    asked = run(pictures=pictures, parameters={**parameters, "negative": None})
    found = posted(asked, by_url, request_shape="parameters")
    assert found["input"] == {**parameters, **wanted}


@pytest.mark.parametrize(
    ("shape", "pictures", "by_url", "images"),
    [
        ({"images_as": "map"}, [picture()], True, {"photo.png": B64}),
        ({"images_as": "list"}, [picture()], True, [{"name": "photo.png", "image": B64}]),
        ({"images_as": "list"}, [THERE], True, [{"name": "photo.png", "image": THERE.url}]),
        ({"images_as": "list"}, [THERE], False, [{"name": "photo.png", "image": B64}]),
        ({"images_as": "map"}, [THERE], True, {"photo.png": THERE.url}),
    ],
)
@pytest.mark.parametrize("workflow_as", ["object", "text"])
def test_workflow(shape: Any, pictures: Any, by_url: bool, images: Any, workflow_as: str) -> None:
    found = posted(run(pictures=pictures), by_url, workflow_as=workflow_as, **shape)["input"]
    workflow = found.pop("workflow")
    assert (json.loads(workflow) if workflow_as == "text" else workflow) == prepared()
    assert found == {"images": images}


def test_a_workflow_without_pictures_has_no_images() -> None:
    assert posted(run(pictures=[]))["input"] == {"workflow": prepared("none.png")}


def test_stages_go_in_one_job() -> None:
    later = Later("envelope", copied(), ("9",), [STYLE_AT_76], [Taken("76", "image", "cover")])
    asked = run(name="cover", later=(later,))
    assert posted(asked, does_stages=True)["input"] == {
        "stages": [
            {
                "name": "cover",
                "workflow": prepared(suffix="-1"),
                "images": [{"name": "photo.png", "image": B64}],
                "outputs": ["9"],
            },
            {
                "name": "envelope",
                "workflow": prepared("style.png", "-2"),
                "images": [{"name": "style.png", "image": "c3R5bGU="}],
                "takes": [{"node": "76", "input": "image", "stage": "cover"}],
                "outputs": ["9"],
            },
        ]
    }


def test_parameters_are_those_of_all_stages() -> None:
    """The package of a worker that takes parameters knows its stages itself."""
    style = picture(name="style.png", data=b"style", key="style_image")
    later = Later("envelope", copied(), ("9",), [picture(), style], [Taken("76", "image", "cover")])
    asked = run(name="cover", later=(later,), parameters={"prompt": "a coast"})
    found = posted(asked, request_shape="parameters")["input"]
    assert found == {
        "prompt": "a coast",
        "image_base64": B64,
        "style_image_base64": "c3R5bGU=",
    }


STYLE_AT_76 = picture(name="style.png", data=b"style")


def test_the_worker_reads_its_own_contract() -> None:
    """The names of the contract, and no other, since our worker refuses what it does not know."""
    later = Later("b", copied(), (), (), [Taken("76", "image", "a")])
    for body in (posted(run(name="a", later=(later,))), posted(run())):
        assert set(body) == {"input", "policy"}
    assert set(posted(run())["input"]) == {"workflow", "images"}


def test_webhook_and_policy() -> None:
    asked = run(webhook="https://studio.example.com/hooks/runpod/t0k3n", queue_seconds=900)
    found = posted(asked)
    assert found["webhook"] == "https://studio.example.com/hooks/runpod/t0k3n"
    assert found["policy"] == {"executionTimeout": 360_000, "ttl": 1000 * (900 + 360 + 1800)}
    assert "webhook" not in posted(run())


@pytest.mark.parametrize(
    ("queue", "run_for", "execution", "ttl"),
    [
        (900, 360, 360_000, 3_060_000),
        (0, 0.5, 5_000, 1_800_500),
        (10**9, 10**9, 604_800_000, 604_800_000),
    ],
)
def test_a_policy_is_one_that_runpod_takes(
    queue: float, run_for: float, execution: int, ttl: int
) -> None:
    assert policy(queue, run_for) == {"executionTimeout": execution, "ttl": ttl}


@pytest.mark.parametrize(
    ("asked", "shape"),
    [
        (run(parameters={}, pictures=[], graph={}), "parameters"),
        (run(parameters={}, pictures=[]), "parameters"),
        (run(parameters={"prompt": None}, pictures=[]), "parameters"),
        (run(parameters={}, pictures=[], graph={}), "workflow"),
        (run(pictures=[picture(b"")]), "workflow"),
    ],
)
def test_nothing_to_run_is_refused_before_it_is_sent(asked: Any, shape: Any) -> None:
    with pytest.raises(EngineRefused):
        request(asked, endpoint(request_shape=shape), by_url=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.binary(max_size=20).map(Base64),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_any_body_is_the_json_that_it_says_and_as_long(value: Any) -> None:
    def plain(held: Any) -> Any:
        match held:
            case Base64(data=data):
                return base64.b64encode(data).decode()
            case dict():
                return {key: plain(inner) for key, inner in held.items()}
            case list():
                return [plain(inner) for inner in held]
        return held

    assert json.loads(sent(value)) == plain(value)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_607, 196_608, 196_609, 400_000])
def test_large_pictures_are_coded_in_pieces_that_join(size: int) -> None:
    data = bytes(size)
    assert json.loads(sent({"image": Base64(data)})) == {"image": _coded(data)}


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, PNG])
def test_what_is_no_json_is_told_before_anything_is_sent(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Content({"input": [value]})
