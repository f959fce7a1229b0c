"""What comes over ComfyUI's websocket, parsed: pure. What is not known is None, never an error.

Text frames are `{"type", "data"}`; binary frames start with a big-endian uint32 that names their
kind: 1 a preview, 3 text of a node, 4 a preview with JSON about it.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Ending = Literal["success", "error", "interrupted"]
_ENDINGS: Final[dict[str, Ending]] = {
    "execution_success": "success",
    "execution_error": "error",
    "execution_interrupted": "interrupted",
}


@dataclass(frozen=True, slots=True)
class Connected:
    """Made here, not sent: a connection stands. Nothing that was said before it is repeated."""

    client_id: str


@dataclass(frozen=True, slots=True)
class QueueMoved:
    """Something entered or left the queue; `remaining` runs wait or run."""

    remaining: int | None


@dataclass(frozen=True, slots=True)
class Started:
    prompt_id: str


@dataclass(frozen=True, slots=True)
class Cached:
    """These nodes are not run again."""

    prompt_id: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeProgress:
    """`fraction` 0..1 of each node that has begun, all of the run at once."""

    prompt_id: str
    nodes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Executing:
    """`node` is at work, shown as `display_node` (another id inside expanded nodes)."""

    prompt_id: str
    node: str
    display_node: str


@dataclass(frozen=True, slots=True)
class Executed:
    """`node` has given something to look at."""

    prompt_id: str
    node: str
    output: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over; its record follows in /history, a little later. `data` for an error is
    what `history.failure` reads."""

    prompt_id: str
    ending: Ending
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of the run that is under way; which run, only kind 4 tells."""

    media_type: str
    data: bytes
    prompt_id: str | None = None
    node: str | None = None


@dataclass(frozen=True, slots=True)
class NodeText:
    node: str
    text: str


RunMessage = Started | Cached | NodeProgress | Executing | Executed | Ended
Message = Connected | QueueMoved | Preview | NodeText | RunMessage


def parse_text(frame: str | bytes) -> Message | None:
    """A text frame; None for junk, other kinds, and messages without a run."""
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"type": str() as kind, "data": dict() as data}:
            return _typed(kind, data)
    return None


def parse_binary(frame: bytes) -> Message | None:
    """A binary frame; None for junk and other kinds."""
    if len(frame) < 8:
        return None
    kind, number = struct.unpack_from(">II", frame)
    if kind == 1 and number in (1, 2):
        return Preview("image/jpeg" if number == 1 else "image/png", frame[8:])
    head, rest = frame[8 : 8 + number], frame[8 + number :]
    if len(head) < number:
        return None
    try:
        if kind == 3:
            return NodeText(head.decode(), rest.decode("utf-8", "replace"))
        return _described(json.loads(head), rest) if kind == 4 else None
    except (ValueError, RecursionError):
        return None


def _described(about: Any, data: bytes) -> Preview | None:
    if not isinstance(about, dict):
        return None
    return Preview(
        str(about.get("image_type") or "image/jpeg"),
        data,
        _text(about.get("prompt_id")),
        _text(about.get("node_id")),
    )


def _typed(kind: str, data: dict[str, Any]) -> Message | None:
    if kind == "status":
        match data:
            case {"status": {"exec_info": {"queue_remaining": int() as remaining}}}:
                return QueueMoved(remaining)
        return QueueMoved(None)
    prompt_id = data.get("prompt_id")
    if not isinstance(prompt_id, str):
        return None
    if kind in _ENDINGS:
        return Ended(prompt_id, _ENDINGS[kind], data)
    match kind, data:
        case "execution_start", _:
            return Started(prompt_id)
        case "execution_cached", {"nodes": list() as nodes}:
            return Cached(prompt_id, tuple(str(node) for node in nodes))
        case "progress_state", {"nodes": dict() as nodes}:
            return NodeProgress(prompt_id, _fractions(nodes))
        case "progress", {"node": str() as node}:
            return NodeProgress(prompt_id, _fractions({node: data}))
        case "executing", {"node": str() as node}:
            return Executing(prompt_id, node, _text(data.get("display_node")) or node)
        case "executed", {"node": str() as node, "output": dict() as output}:
            return Executed(prompt_id, node, output)
    return None


def _fractions(nodes: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for node, state in nodes.items():
        match state:
            case {"state": "finished"}:
                found[node] = 1.0
            case {"value": int() | float() as value, "max": int() | float() as most} if most > 0:
                found[node] = min(1.0, max(0.0, value / most))
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
