"""A run's record in /history, read as an observation: pure.

An error and an interrupt carry the same status; the name of the last message tells them apart.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from affiche.comfy.progress import saves
from affiche.domain.observations import Cancelled, Failed, Output, Succeeded
from affiche.errors import OutOfMemory, RunFailed

_NAME: Final = re.compile(r"[\w.:+() |-]{1,80}")
_ENDS: Final = ("execution_success", "execution_error", "execution_interrupted")
_MEMORY: Final = re.compile(r"out of memory|not enough memory", re.IGNORECASE)


def observe(entry: Mapping[str, Any]) -> Succeeded | Failed | Cancelled:
    """What the record says. A record without a status is of a run that ended well."""
    status = _dict(entry.get("status"))
    messages = list(_messages(status))
    ends = [(name, data) for name, data in messages if name in _ENDS]
    name, data = ends[-1] if ends else ("", {})
    if name == "execution_interrupted":
        return Cancelled()
    if name == "execution_error" or status.get("status_str") == "error":
        return Failed(failure(data))
    return Succeeded(outputs(entry), _seconds(messages, data))


def outputs(entry: Mapping[str, Any]) -> tuple[Output, ...]:
    """All that the run gave, also one that failed afterwards."""
    return tuple(_outputs(_dict(entry.get("outputs"))))


def left_out(entry: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    """The output nodes of the run's graph that the server never meant to run.

    A record holds `[number, id, graph, extra, outputs]`; a graph that was accepted in part has
    only its sound outputs there. Without `schemas` whatever looks like an output node is named.
    """
    match entry.get("prompt"):
        case [_, _, dict() as graph, _, list() as outputs, *_]:
            others = {node: _dict(body) for node, body in graph.items() if node not in outputs}
            return [node for node, body in others.items() if _gives(body, schemas)]
    return []


def failure(data: Mapping[str, Any]) -> RunFailed:
    """`execution_error` as our own error: the node and its class for people; type, message and
    traceback, which hold the server's paths, in `detail` for the log."""
    node, class_type = _name(data.get("node_id")), _name(data.get("node_type"))
    words = " ".join(word for word in (class_type, node and f"#{node}") if word)
    kind, message = str(data.get("exception_type") or ""), str(data.get("exception_message") or "")
    traceback = data.get("traceback")
    lines = "".join(str(line) for line in traceback) if isinstance(traceback, list) else ""
    short = kind.rpartition(".")[2]
    full = short in ("OutOfMemoryError", "MemoryError") or bool(_MEMORY.search(message))
    error = OutOfMemory if full else RunFailed
    return error(
        where=f" ({words})" if words else "",
        node=node,
        detail=f"{kind}: {message[:1000]}\n{lines[-3000:]}".strip(": \n") or None,
    )


def _gives(body: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    class_type = str(body.get("class_type"))
    if schemas:
        return bool(_dict(schemas.get(class_type)).get("output_node"))
    return saves({"inputs": _dict(body.get("inputs")), "class_type": class_type})


def _outputs(given_by: Mapping[str, Any]) -> Iterator[Output]:
    for node, given in given_by.items():
        for kind, items in _dict(given).items():
            for item in items if isinstance(items, list) else []:
                # Other items are flags that go with the files, such as `animated: [false]`.
                if isinstance(item, dict):
                    yield Output(node, kind, item)
                elif isinstance(item, str):
                    yield Output(node, kind, {"text": item})


def _messages(status: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    messages = status.get("messages")
    for message in messages if isinstance(messages, list) else []:
        match message:
            case [str() as name, dict() as data, *_]:
                yield name, data


def _seconds(
    messages: list[tuple[str, Mapping[str, Any]]], last: Mapping[str, Any]
) -> float | None:
    """From start to end, where the messages are stamped (in milliseconds)."""
    starts = [data.get("timestamp") for name, data in messages if name == "execution_start"]
    start, end = starts[-1] if starts else None, last.get("timestamp")
    if isinstance(start, int | float) and isinstance(end, int | float) and end >= start:
        return (end - start) / 1000
    return None


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
