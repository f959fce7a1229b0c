"""Each fact about the websocket's frames that we rely on, and that junk does no harm."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.comfy.messages import (
    Cached,
    Ended,
    Executed,
    Executing,
    Message,
    NodeProgress,
    NodeText,
    Preview,
    QueueMoved,
    Started,
    parse_binary,
    parse_text,
)

STATE = {
    "1": {"value": 1.0, "max": 1.0, "state": "finished", "node_id": "1", "prompt_id": "p"},
    "2": {"value": 1, "max": 4, "state": "running", "node_id": "2", "prompt_id": "p"},
}
SHOWN = {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}
FAILED = {"prompt_id": "p", "node_id": "2", "node_type": "KSampler", "traceback": []}

TEXT: list[tuple[str, dict[str, Any], Message | None]] = [
    ("status", {"status": {"exec_info": {"queue_remaining": 2}}, "sid": "x"}, QueueMoved(2)),
    ("status", {}, QueueMoved(None)),
    ("execution_start", {"prompt_id": "p", "timestamp": 1}, Started("p")),
    ("execution_cached", {"nodes": ["1", "2"], "prompt_id": "p"}, Cached("p", ("1", "2"))),
    ("progress_state", {"prompt_id": "p", "nodes": STATE}, NodeProgress("p", {"1": 1, "2": 0.25})),
    (
        "progress",
        {"value": 3, "max": 4, "node": "2", "prompt_id": "p"},
        NodeProgress("p", {"2": 0.75}),
    ),
    (
        "executing",
        {"node": "2.0.1", "display_node": "2", "prompt_id": "p"},
        Executing("p", "2.0.1", "2"),
    ),
    ("executing", {"node": "2", "prompt_id": "p"}, Executing("p", "2", "2")),
    ("executing", {"node": None, "prompt_id": "p"}, None),
    ("executing", {"node": "2"}, None),
    ("executed", {"node": "9", "output": SHOWN, "prompt_id": "p"}, Executed("p", "9", SHOWN)),
    (
        "execution_success",
        {"prompt_id": "p"},
        Ended("p", "success", {"prompt_id": "p"}),
    ),
    ("execution_error", FAILED, Ended("p", "error", FAILED)),
    (
        "execution_interrupted",
        {"prompt_id": "p"},
        Ended("p", "interrupted", {"prompt_id": "p"}),
    ),
    ("crystools.monitor", {"cpu": 4}, None),
    ("feature_flags", {"supports_preview_metadata": True}, None),
]


@pytest.mark.parametrize(("kind", "data", "message"), TEXT)
def test_text(kind: str, data: dict[str, Any], message: Message | None) -> None:
    assert parse_text(json.dumps({"type": kind, "data": data}).encode()) == message


def described(about: Any, data: bytes) -> bytes:
    head = json.dumps(about).encode()
    return struct.pack(">II", 4, len(head)) + head + data


BINARY: list[tuple[bytes, Message | None]] = [
    (struct.pack(">II", 1, 1) + b"JPEG", Preview("image/jpeg", b"JPEG")),
    (struct.pack(">II", 1, 2) + b"PNG", Preview("image/png", b"PNG")),
    (struct.pack(">II", 3, 4) + b"75:6" + "글".encode(), NodeText("75:6", "글")),
    (
        described({"node_id": "2", "prompt_id": "p", "image_type": "image/png"}, b"PNG"),
        Preview("image/png", b"PNG", "p", "2"),
    ),
    (described([1], b"PNG"), None),
    (struct.pack(">II", 4, 2**32 - 1) + b"{}", None),
    (struct.pack(">II", 4, 1) + b"{", None),
    (struct.pack(">II", 2, 1) + b"x", None),
    (struct.pack(">II", 9, 0) + b"x", None),
    (b"", None),
    (b"\0\0\0\1", None),
]


@pytest.mark.parametrize(("frame", "message"), BINARY)
def test_binary(frame: bytes, message: Message | None) -> None:
    assert parse_binary(frame) == message


@given(st.binary())
def test_junk_is_nothing(frame: bytes) -> None:
    assert parse_text(frame) is None
    parse_binary(frame)


def test_deep_junk_is_nothing() -> None:
    assert parse_text(b"[" * 100_000) is None
    assert parse_binary(struct.pack(">II", 4, 100_000) + b"[" * 100_000) is None


# A small alphabet: the tables of all of Unicode take seconds to build.
WORDS = st.text("ab/_\n한", max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=8,
)
KEYS = st.sampled_from(["nodes", "node", "output", "value", "max", "status", "display_node"])


@given(
    st.sampled_from([kind for kind, _, _ in TEXT]),
    st.dictionaries(KEYS, JSON | st.dictionaries(WORDS, st.dictionaries(KEYS, JSON))),
)
def test_known_kinds_of_every_shape(kind: str, data: dict[str, Any]) -> None:
    message = parse_text(json.dumps({"type": kind, "data": {**data, "prompt_id": "p"}}))
    if isinstance(message, NodeProgress):
        assert all(0 <= part <= 1 for part in message.nodes.values())
