"""Each fact about `/history` entries that we rely on, and that no shape of one breaks us."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.comfy.history import left_out, observe
from affiche.domain.observations import Cancelled, Failed, Output, Succeeded
from affiche.errors import OutOfMemory, RunFailed

from .graphs import Graph, copied, node

TWO: Graph = {
    **copied(),
    "10": node("SaveImage", images=["76", 0], filename_prefix="b"),
    "11": node("PrefixOnly", filename_prefix="c"),
}
SCHEMAS = {"SaveImage": {"output_node": True}, "PrefixOnly": {"output_node": False}}
IMAGE = {"filename": "k_00001_.png", "subfolder": "affiche", "type": "output"}


def entry(status: str, *messages: Any, outputs: Any = None) -> dict[str, Any]:
    return {
        "prompt": [1, "id", {}, {}, ["9"]],
        "outputs": {} if outputs is None else outputs,
        "status": {
            "status_str": status,
            "completed": status == "success",
            "messages": list(messages),
        },
    }


def error(kind: str, message: str) -> list[Any]:
    data = {
        "prompt_id": "id",
        "node_id": "75:64",
        "node_type": "SamplerCustomAdvanced",
        "exception_type": kind,
        "exception_message": message,
        "traceback": ['  File "/srv/comfy/execution.py", line 5, in go\n'],
    }
    return ["execution_error", data]


def test_success_with_its_files_and_its_time() -> None:
    said = entry(
        "success",
        ["execution_start", {"prompt_id": "id", "timestamp": 1_000}],
        ["execution_cached", {"nodes": [], "timestamp": 1_001}],
        ["execution_success", {"prompt_id": "id", "timestamp": 3_500}],
        outputs={"9": {"images": [IMAGE]}},
    )
    assert observe(said) == Succeeded((Output("9", "images", IMAGE),), 2.5)


def test_cached_outputs_are_outputs_and_none_are_none() -> None:
    cached = ["execution_cached", {"nodes": ["9", "76"]}]
    end = ["execution_success", {}]
    repeated = entry("success", cached, end, outputs={"9": {"images": [IMAGE]}})
    assert observe(repeated) == Succeeded((Output("9", "images", IMAGE),))
    assert observe(entry("success", cached, end)) == Succeeded(())


def test_outputs_of_every_kind() -> None:
    given = {
        "9": {"images": [IMAGE, {**IMAGE, "type": "temp"}], "animated": [False]},
        "12": {"text": ["a title"], "audio": [{"filename": "a.flac"}]},
    }
    found = observe(entry("success", ["execution_success", {}], outputs=given))
    assert isinstance(found, Succeeded)
    assert [(output.node, output.kind, output.ref) for output in found.outputs] == [
        ("9", "images", IMAGE),
        ("9", "images", {**IMAGE, "type": "temp"}),
        ("12", "text", {"text": "a title"}),
        ("12", "audio", {"filename": "a.flac"}),
    ]


def test_an_interrupt_reads_like_an_error_but_for_the_last_message() -> None:
    start = ["execution_start", {}]
    assert observe(entry("error", start, ["execution_interrupted", {}])) == Cancelled()
    assert isinstance(observe(entry("error", start, error("ValueError", "no"))), Failed)
    assert isinstance(observe(entry("error", start)), Failed)


def test_a_failure_names_the_node_and_hides_the_server() -> None:
    found = observe(entry("error", error("PIL.UnidentifiedImageError", "cannot: '/srv/in/x'")))
    assert isinstance(found, Failed)
    assert type(found.error) is RunFailed
    assert not found.error.retryable
    assert found.error.params["node"] == "75:64"
    for language in ("ko", "en"):
        message = found.error.message(language)
        assert "(SamplerCustomAdvanced #75:64)" in message
        assert "/srv" not in message
        assert "PIL" not in message
    assert found.error.detail is not None
    assert "/srv/comfy/execution.py" in found.error.detail


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("torch.OutOfMemoryError", "Allocation on device"),
        ("torch.cuda.OutOfMemoryError", ""),
        ("RuntimeError", "CUDA out of memory. Tried to allocate 2.00 GiB"),
        ("RuntimeError", "MPS backend out of memory"),
        ("MemoryError", ""),
    ],
)
def test_out_of_memory_may_be_tried_again(kind: str, message: str) -> None:
    found = observe(entry("error", error(kind, message)))
    assert isinstance(found, Failed)
    assert isinstance(found.error, OutOfMemory)
    assert found.error.retryable
    assert found.error.message("ko") != found.error.message("en")


def test_names_that_are_no_names_are_left_out() -> None:
    data = {"node_id": "/etc/passwd\n", "node_type": ["x"], "exception_message": "boom"}
    found = observe(entry("error", ["execution_error", data]))
    assert isinstance(found, Failed)
    assert found.error.message("en") == "The picture could not be made; the workflow failed."


# A small alphabet: the tables of all of Unicode take seconds to build.
WORDS = st.text("ab/_\n한", max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=12,
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "outputs": JSON | st.dictionaries(WORDS, st.dictionaries(WORDS, JSON)),
        "status": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "status_str": JSON,
                "messages": JSON
                | st.lists(
                    st.tuples(st.sampled_from(["execution_error", "execution_start"]), JSON).map(
                        list
                    )
                ),
            },
        ),
    },
)


@given(ENTRIES)
def test_every_shape_is_some_observation(said: dict[str, Any]) -> None:
    assert isinstance(observe(said), Succeeded | Failed | Cancelled)


def test_an_output_that_was_never_meant_to_run_is_named() -> None:
    partly = {"prompt": [1, "id", TWO, {}, ["9"]]}
    assert left_out(partly, {}) == ["10", "11"]
    assert left_out(partly, SCHEMAS) == ["10"]
    assert left_out({"prompt": [1, "id", TWO, {}, ["9", "10"]]}, SCHEMAS) == []


@pytest.mark.parametrize("prompt", [None, [], [1, 2, 3, 4, 5], [1, "id", {"9": 7}, {}, []]])
def test_records_of_other_shapes_leave_nothing_out(prompt: Any) -> None:
    assert left_out({"prompt": prompt}, {}) == []
