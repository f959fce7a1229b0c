"""What a COMPLETED job gave: one table for every shape that workers were seen to answer in."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.observations import Failed, Output, Succeeded
from affiche.engines.runpod.answers import read
from affiche.engines.runpod.reading import outputs, resolve
from affiche.errors import EngineUnreachable, OutOfMemory, OutputMissing, RunFailed

from .facts import B64, JOB, URL, body, completed, png

OTHER = base64.b64encode(png(shade=10)).decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(40)).decode()
URI = f"data:image/png;base64,{B64}"
SIGNED = f"https://{'a' * 40}.example.com/{'b' * 300}?X-Amz-Credential=AKIA%2F20260801&sig=%3D"
IMAGE0 = ("output", "images", 0)

# The output of the job, and where its pictures are: a place in the answer, or an address.
SHAPES: list[tuple[str, Any, list[Any]]] = [
    # seed 001
    ("image", {"image": B64, "seed": 12345, "prompt_id": "u"}, [("output", "image")]),
    ("image_base64", {"image_base64": B64}, [("output", "image_base64")]),
    # seed 004
    ("images[].data", {"images": [{"data": B64}]}, [(*IMAGE0, "data")]),
    ("images[] as text", {"images": [B64]}, [IMAGE0]),
    ("text alone", B64, [("output",)]),
    # worker-comfyui before version 5
    ("message", {"message": B64, "status": "success"}, [("output", "message")]),
    ("message as an address", {"message": URL, "status": "success"}, [URL]),
    # worker-comfyui since
    (
        "images[] by type",
        {"images": [{"filename": "a.png", "type": "base64", "data": B64}]},
        [(*IMAGE0, "data")],
    ),
    (
        "images[] in a bucket",
        {"images": [{"filename": "a.png", "type": "s3_url", "data": URL}]},
        [URL],
    ),
    ("images[].image", {"images": [{"name": "a.png", "image": B64}]}, [(*IMAGE0, "image")]),
    ("images[].url", {"images": [{"url": URL}]}, [URL]),
    ("images[].image.data", {"images": [{"image": {"data": B64}}]}, [(*IMAGE0, "image", "data")]),
    ("images as one", {"images": B64}, [("output", "images")]),
    ("images as an object", {"images": {"data": B64}}, [("output", "images", "data")]),
    ("images as addresses", {"images": [URL, SIGNED]}, [URL, SIGNED]),
    ("both kinds", {"images": [{"data": B64}, {"data": URL}]}, [(*IMAGE0, "data"), URL]),
    ("output_images", {"output_images": [B64]}, [("output", "output_images", 0)]),
    ("image_url", {"image_url": URL}, [URL]),
    ("an address alone", URL, [URL]),
    ("a list of pictures", [B64, OTHER], [("output", 0), ("output", 1)]),
    ("what a generator yields", [{"step": 1}, {"image": B64}], [("output", 1, "image")]),
    ("an output in the output", {"output": {"image": B64}}, [("output", "output", "image")]),
    ("a result in the output", {"result": {"images": [B64]}}, [("output", "result", "images", 0)]),
    # in other clothes
    ("a data URI", {"image": URI}, [("output", "image")]),
    ("a data URI alone", URI, [("output",)]),
    (
        "a data URI with more",
        {"image": f"data:image/png;charset=utf-8;base64,{B64}"},
        [("output", "image")],
    ),
    ("with line breaks", {"image": "\n".join([B64[:40], B64[40:]])}, [("output", "image")]),
    ("the alphabet of URLs", {"image": JPEG.replace("/", "_")}, [("output", "image")]),
    ("without padding", {"image": B64.rstrip("=")}, [("output", "image")]),
    ("JPEG", {"image": JPEG}, [("output", "image")]),
    # The same again in another place is no second picture.
    ("twice", {"images": [{"data": B64}], "image": B64}, [(*IMAGE0, "data")]),
    ("bytes and address", {"images": [{"data": B64, "url": URL}]}, [(*IMAGE0, "data")]),
    ("nulls beside", {"images": [None, B64], "errors": []}, [("output", "images", 1)]),
    ("success", {"success": True, "image": B64}, [("output", "image")]),
]  # fmt: skip


def places(seen: Any) -> list[Any]:
    assert isinstance(seen, Succeeded), seen
    return [output.ref.get("url") or tuple(output.ref["at"]) for output in seen.outputs]


def of(output: Any, **beside: Any) -> Any:
    return read(JOB, body(completed(output, **beside)))


@pytest.mark.parametrize(("output", "wanted"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_every_shape(output: Any, wanted: list[Any]) -> None:
    found = of(output)
    assert places(found.observation) == wanted
    assert {given.kind for given in found.observation.outputs} == {"images"}
    assert found.observation.seconds == 2.36
    assert found.observation.waited == 15.088
    assert set(found.texts) == {place for place in wanted if isinstance(place, tuple)}
    for output_ in found.observation.outputs:
        assert len(json.dumps(dict(output_.ref))) < 600


BESIDE = [
    shape
    for shape in SHAPES
    if isinstance(shape[1], dict) and not {"status", "output"} & set(shape[1])
]


@pytest.mark.parametrize(("output", "wanted"), [s[1:] for s in BESIDE], ids=[s[0] for s in BESIDE])
def test_every_shape_beside_the_status(output: Any, wanted: list[Any]) -> None:
    answer = {"id": JOB, "status": "COMPLETED", "input": {"image": OTHER}, **output}
    found = read(JOB, body(answer))
    assert places(found.observation) == [
        place[1:] if isinstance(place, tuple) else place for place in wanted
    ]


def test_our_own_worker_says_more() -> None:
    own = {
        "images": [
            {"filename": "a.png", "node": "9", "stage": "cover", "type": "base64", "data": B64},
            {"filename": "b.png", "node": "75:12", "type": "s3_url", "data": URL},
        ],
        "videos": [{"filename": "v.mp4", "node": "8", "type": "base64", "data": "AAAAIGZ0eXA="}],
        "audio": [{"filename": "s.mp3", "node": "7", "type": "s3_url", "data": URL}],
        "text": [{"node": "6", "text": "a caption"}],
        "seconds": 2.1,
        "prompt_id": "u",
    }
    assert of(own).observation.outputs == (
        Output("9", "images", {"run": JOB, "at": [*IMAGE0, "data"], "stage": "cover"}),
        Output("75:12", "images", {"url": URL}),
        Output("8", "videos", {"run": JOB, "at": ["output", "videos", 0, "data"]}),
        Output("7", "audio", {"url": URL}),
        Output("6", "text", {"run": JOB, "at": ["output", "text", 0, "text"]}),
    )


def test_the_one_picture_of_our_worker_by_parameters() -> None:
    own = {"filename": "a.png", "node": "9", "image": B64, "media_type": "image/png", "seed": 7}
    assert of(own).observation.outputs == (
        Output("9", "images", {"run": JOB, "at": ["output", "image"]}),
    )


@pytest.mark.parametrize(
    "output",
    [
        None, {}, [], "", 0, 42, True, "The picture is ready.", "success", "<html>502</html>",
        {"images": []}, {"images": None}, {"images": [None, 7, {}]},
        {"status": "success_no_images"},
        {"images": [{"filename": "a.png", "type": "base64"}]},
        {"images": [{"type": "base64", "data": "%%%"}]},
        {"image": base64.b64encode(b"not a picture at all").decode()},
        {"images": [{"type": "s3_url", "data": "s3://bucket/a.png"}]},
        {"image": "file:///etc/passwd"}, {"image": "https://"}, {"image": "http://a b"},
        {"image": "data:image/svg+xml,<svg/>"}, {"image": "https://example.com/\udc80"},
        {"pong": True, "worker": "1"}, {"text": [{"node": "6", "text": "a caption"}]},
    ],
)  # fmt: skip
def test_an_end_with_nothing_to_show_is_a_failure(output: Any) -> None:
    seen = of(output).observation
    assert isinstance(seen, Failed)
    assert isinstance(seen.error, OutputMissing)
    assert not seen.error.retryable


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (completed({"images": [B64], "errors": ["Node 9 produced no output"]}), RunFailed),
        (completed({"images": [B64], "error": "Job processing failed", "details": []}), RunFailed),
        (completed({"image": B64}, error="half of it"), RunFailed),
        (completed({"errors": {"9": "CUDA out of memory"}, "image": B64}), OutOfMemory),
        (completed({"status": "error", "message": "no checkpoint"}), RunFailed),
        (completed({"success": False, "image": B64}), RunFailed),
        (completed([{"image": B64}, {"error": "the second one"}]), RunFailed),
    ],
)
def test_a_partial_failure_is_a_failure(answer: Any, error: type[Exception]) -> None:
    seen = read(JOB, body(answer)).observation
    assert isinstance(seen, Failed)
    assert type(seen.error) is error


def test_a_place_that_is_not_there() -> None:
    answer = {"output": [{"image": "a"}, {"image": 7}]}
    assert resolve(answer, ["output", 0, "image"]) == "a"
    for at in (["output", 2, "image"], ["output", -1], ["output", True], ["output", 1, "image"],
               ["output"], [], ["output", 0, "image", 0], [None], ["output", "0"]):  # fmt: skip
        assert resolve(answer, at) is None


KEYS = st.sampled_from(
    ["images", "image", "data", "url", "message", "output", "result", "videos", "audio", "text",
     "error", "errors", "status", "success", "node", "stage", "type", "code", "params", "id",
     "delayTime", "executionTime"]
)  # fmt: skip
LEAVES = (
    st.sampled_from([B64, URI, URL, JPEG, "COMPLETED", "FAILED", "IN_PROGRESS", "\udc80", "\x00"])
    | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
)  # fmt: skip
ANY = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=25,
)
STATES = st.sampled_from(
    ["COMPLETED", "COMPLETED", "FAILED", "IN_PROGRESS", "IN_QUEUE", "CANCELLED", "TIMED_OUT", "?"]
)


@given(ANY, STATES | ANY, ANY)
def test_no_json_breaks_it_and_every_place_is_there(output: Any, status: Any, error: Any) -> None:
    answer = json.dumps({"id": JOB, "status": status, "output": output, "error": error})
    try:
        found = read(JOB, answer.encode())
    except EngineUnreachable:
        assert status not in ("COMPLETED", "FAILED", "IN_PROGRESS", "IN_QUEUE", "CANCELLED")
        return
    seen = found.observation
    if isinstance(seen, Failed):
        for language in ("ko", "en"):
            assert seen.error.message(language)
        assert str(seen.error).isprintable()
    if not isinstance(seen, Succeeded):
        return
    assert any(output_.kind != "text" for output_ in seen.outputs)
    for output_ in seen.outputs:
        ref = output_.ref
        if "url" in ref:
            assert ref["url"].startswith("http")
        else:
            at = tuple(ref["at"])
            assert resolve(json.loads(answer), at) == found.texts[at]
        assert len(json.dumps(dict(ref))) < 5000


@given(ANY)
def test_any_json_at_all(answer: Any) -> None:
    with suppress(EngineUnreachable):
        read(JOB, json.dumps(answer).encode())


@pytest.mark.parametrize(
    "data", [b"", b"{", b"<html>", b"\xff\xfe", b"null", b'"a"', b"[" * 100_000]
)
def test_what_is_no_status_is_no_answer(data: bytes) -> None:
    with pytest.raises(EngineUnreachable):
        read(JOB, data)


def test_deep_nesting_is_given_up() -> None:
    deep: Any = B64
    for _ in range(100):
        deep = {"images": [deep]}
    seen = of(deep).observation
    assert isinstance(seen, Failed)
    assert len(outputs(JOB, completed({"images": [B64] * 5000}))) == 256
