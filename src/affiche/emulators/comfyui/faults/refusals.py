"""What ComfyUI says of a graph it does not take, in each of its error types."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

Graph = Mapping[str, Any]

_UUID: Final = (
    "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
    "omit it to let the server generate one"
)
WHOLE: Final[Mapping[str, tuple[str, str]]] = {
    "prompt_no_outputs": ("Prompt has no outputs", ""),
    "no_prompt": ("No prompt provided", "No prompt provided"),
    "invalid_prompt_id": ("prompt_id must be a valid UUID", _UUID),
}
"""Message and details of what is said of a prompt as a whole."""

_Details = Callable[[str, Any], tuple[str, str]]
OF_A_NODE: Final[Mapping[str, _Details]] = {
    "required_input_missing": lambda name, value: ("Required input is missing", name),
    "value_not_in_list": lambda name, value: (
        "Value not in list",
        f"{name}: {value!r} not in ['/srv/comfyui/models/a.safetensors']",
    ),
    "invalid_input_type": lambda name, value: (
        "Failed to convert an input value to a INT value",
        f"{name}, {value}, invalid literal for int() with base 10: {value!r}",
    ),
    "value_bigger_than_max": lambda name, value: ("Value 99 bigger than max of 9", name),
    "value_smaller_than_min": lambda name, value: ("Value 0 smaller than min of 1", name),
    "custom_validation_failed": lambda name, value: (
        "Custom validation failed for node",
        f"{name} - Invalid image file: /srv/comfyui/input/{value}",
    ),
    "return_type_mismatch": lambda name, value: (
        "Return type mismatch between linked nodes",
        f"{name}, received_type(LATENT) mismatch input_type(IMAGE)",
    ),
    "bad_linked_input": lambda name, value: (
        "Bad linked input, must be a length-2 list of [node_id, slot_index]",
        name,
    ),
    "exception_during_inner_validation": lambda name, value: (
        "Exception when validating inner node",
        '  File "/srv/comfyui/execution.py", line 882, in validate_inputs\nKeyError: 7',
    ),
}
"""Message and details by the input's name and value."""

TYPES: Final = ("prompt_outputs_failed_validation", "missing_node_type", *WHOLE, *OF_A_NODE)


def refusal(kind: str, graph: Graph, node: str | None) -> Response:
    """The 400 of error type `kind`, about `node` (an id or class) or the first that fits."""
    if kind in WHOLE:
        message, details = WHOLE[kind]
        return _answer(_error(kind, message, details))
    node_id = place(graph, node)
    class_type = str(graph[node_id].get("class_type")) if node_id else "Unknown"
    if kind == "missing_node_type":
        extra = {"node_id": node_id, "class_type": class_type, "node_title": class_type}
        message = f"Node '{class_type}' not found. The custom node may not be installed."
        return _answer(_error(kind, message, f"Node ID '#{node_id}'", extra))
    inner = kind if kind in OF_A_NODE else "value_not_in_list"
    found = node_errors(inner, graph, node_id)
    (error,) = found[node_id or "0"]["errors"]
    whole = "Prompt outputs failed validation"
    details = f"{error['message']}: {error['details']}"
    return _answer(_error("prompt_outputs_failed_validation", whole, details), found)


def node_errors(kind: str, graph: Graph, node_id: str | None) -> dict[str, Any]:
    """What a 400, or a 200 that drops some outputs, says of one node."""
    node = graph.get(node_id or "", {})
    inputs = node.get("inputs", {})
    name = next((n for n, value in inputs.items() if not isinstance(value, list)), "input")
    message, details = OF_A_NODE[kind](name, inputs.get(name))
    return {
        node_id or "0": {
            "errors": [_error(kind, message, details, {"input_name": name})],
            "dependent_outputs": [n for n, body in graph.items() if _saves(body)],
            "class_type": node.get("class_type"),
        }
    }


def place(graph: Graph, node: str | None) -> str | None:
    """The node of that id or class; without one the first with a value of its own."""
    for node_id, body in graph.items():
        wanted = node in (node_id, body.get("class_type"))
        inputs = body.get("inputs", {}).values()
        if wanted or (node is None and any(not isinstance(value, list) for value in inputs)):
            return node_id
    return None


def _saves(body: Mapping[str, Any]) -> bool:
    return "filename_prefix" in body.get("inputs", {})


def _answer(error: dict[str, Any], node_errors: Mapping[str, Any] | None = None) -> Response:
    return JSONResponse({"error": error, "node_errors": node_errors or {}}, status_code=400)


def _error(
    kind: str, message: str, details: str, extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": extra or {}}
