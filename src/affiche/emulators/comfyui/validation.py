"""What a ComfyUI server says of a graph before it takes it, in its own error types.

Written from how the server behaves and shared with nothing: the studio's own check of a graph is
elsewhere, so that the two cannot agree on one misreading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Graph = dict[str, Any]
Schemas = Mapping[str, Any]
Error = dict[str, Any]
FileCheck = Callable[[str], bool]

LONG_LIST: Final = 20
_CONVERT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "INT": int,
    "FLOAT": float,
    "STRING": str,
    "BOOLEAN": bool,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`error` refuses the prompt; otherwise `outputs` run, and `node_errors` names what was
    dropped (a 200 may carry some)."""

    error: Error | None
    outputs: list[str] = field(default_factory=list)
    node_errors: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Validation:
    """One look over one graph. Values of the right kind in the wrong type are converted in it.

    `schemas` is in `/object_info` shape; `exists` says whether a LoadImage name is a file.
    """

    graph: Graph
    schemas: Schemas
    exists: FileCheck
    any_model: bool = False
    _seen: dict[str, list[Error] | None] = field(default_factory=dict)
    _bad: set[str] = field(default_factory=set)
    _visiting: list[str] = field(default_factory=list)

    def verdict(self) -> Verdict:
        """Raises TypeError and the like for a graph that is no mapping: the server's 500."""
        for node_id in self.graph:
            if (missing := self._missing_class(node_id)) is not None:
                return Verdict(missing)
        outputs = [n for n in self.graph if self.schemas[self._class(n)].get("output_node")]
        if not outputs:
            return Verdict(_error("prompt_no_outputs", "Prompt has no outputs", ""))
        good: list[str] = []
        lines: list[str] = []
        node_errors: dict[str, Any] = {}
        for output in outputs:
            if self._check_output(output):
                good.append(output)
                continue
            lines += [f"{e['message']}: {e['details']}" for e in self._seen[output] or []]
            self._report(output, node_errors)
        if good:
            return Verdict(None, good, node_errors)
        message = "Prompt outputs failed validation"
        error = _error("prompt_outputs_failed_validation", message, "\n".join(lines))
        return Verdict(error, [], node_errors)

    def _class(self, node_id: str) -> str:
        return str(self.graph[node_id]["class_type"])

    def _missing_class(self, node_id: str) -> Error | None:
        node = self.graph[node_id]
        if "class_type" in node and node["class_type"] in self.schemas:
            return None
        class_type = node.get("class_type")
        title = node.get("_meta", {}).get("title", class_type)
        message = (
            f"Node '{title or f'ID #{node_id}'}' has no class_type. The workflow may be "
            "corrupted or a custom node is missing."
            if class_type is None
            else f"Node '{title}' not found. The custom node may not be installed."
        )
        extra = {"node_id": node_id, "class_type": class_type, "node_title": title}
        return _error("missing_node_type", message, f"Node ID '#{node_id}'", extra)

    def _check_output(self, output: str) -> bool:
        try:
            return self._check(output)
        except Exception as problem:
            extra = {"exception_type": type(problem).__name__, "traceback": []}
            self._fail(
                output,
                _error(
                    "exception_during_validation",
                    "Exception when validating node",
                    str(problem),
                    extra,
                ),
            )
            return False

    def _report(self, output: str, node_errors: dict[str, Any]) -> None:
        """A node with errors is named; one that is only downstream of them is not."""
        for node_id, errors in self._seen.items():
            if node_id not in self._bad or not errors:
                continue
            entry = node_errors.setdefault(
                node_id,
                {"errors": errors, "dependent_outputs": [], "class_type": self._class(node_id)},
            )
            entry["dependent_outputs"].append(output)

    def _fail(self, node_id: str, *errors: Error) -> None:
        self._seen[node_id] = [*(self._seen.get(node_id) or []), *errors]
        self._bad.add(node_id)

    def _check(self, node_id: str) -> bool:
        if node_id in self._seen:
            return node_id not in self._bad
        if node_id in self._visiting:
            self._cycle(node_id)
            return False
        inputs = self.graph[node_id]["inputs"]
        schema = self.schemas[self._class(node_id)]
        errors: list[Error] = []
        upstream = True
        for name, config, required in _declared(schema):
            if name not in inputs:
                if required:
                    message = "Required input is missing"
                    errors.append(
                        _error("required_input_missing", message, name, {"input_name": name})
                    )
            elif isinstance(inputs[name], list):
                found, passed = self._link(node_id, name, config, inputs[name])
                upstream = upstream and passed
                errors += found
            else:
                errors += self._literal(node_id, name, config, inputs)
        if errors or not upstream or node_id in self._bad:
            self._fail(node_id, *errors)
            return False
        self._seen[node_id] = None
        return True

    def _cycle(self, node_id: str) -> None:
        around = [*self._visiting[self._visiting.index(node_id) :], node_id]
        path = " -> ".join(f"{n} ({self._class(n)})" for n in around)
        members = list(dict.fromkeys(around))
        for member in members:
            extra = {"node_id": member, "cycle_nodes": members}
            self._fail(member, _error("dependency_cycle", "Dependency cycle detected", path, extra))

    def _link(
        self, node_id: str, name: str, config: list[Any], link: list[Any]
    ) -> tuple[list[Error], bool]:
        extra: dict[str, Any] = {"input_name": name, "input_config": config}
        if len(link) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            extra["received_value"] = link
            return [_error("bad_linked_input", message, name, extra)], True
        source, slot = link
        received = self.schemas[self._class(source)]["output"][slot]
        if not _fits(received, config[0]):
            wanted = "COMBO" if isinstance(config[0], list) else config[0]
            details = f"{name}, received_type({received}) mismatch input_type({wanted})"
            extra |= {"received_type": received, "linked_node": link}
            message = "Return type mismatch between linked nodes"
            return [_error("return_type_mismatch", message, details, extra)], True
        self._visiting.append(node_id)
        try:
            return [], self._check(source)
        except Exception as problem:
            extra |= {
                "exception_message": str(problem),
                "exception_type": type(problem).__name__,
                "traceback": [],
                "linked_node": link,
            }
            message = "Exception when validating inner node"
            self._seen.pop(source, None)
            self._fail(
                source, _error("exception_during_inner_validation", message, str(problem), extra)
            )
            return [], False
        finally:
            self._visiting.pop()

    def _literal(
        self, node_id: str, name: str, config: list[Any], inputs: dict[str, Any]
    ) -> list[Error]:
        kind, limits = config[0], config[1] if len(config) > 1 else {}
        value = inputs[name]
        if isinstance(value, dict) and "__value__" in value:
            value = inputs[name] = value["__value__"]
        extra: dict[str, Any] = {
            "input_name": name,
            "input_config": config,
            "received_value": value,
        }
        if isinstance(kind, str) and kind in _CONVERT:
            try:
                value = inputs[name] = _CONVERT[kind](value)
            except (TypeError, ValueError, OverflowError) as problem:
                message = f"Failed to convert an input value to a {kind} value"
                extra["exception_message"] = str(problem)
                details = f"{name}, {value}, {problem}"
                return [_error("invalid_input_type", message, details, extra)]
        extra["received_value"] = value
        if self._loads_picture(node_id, name):
            return self._picture(name, value)
        if "min" in limits and value < limits["min"]:
            message = f"Value {value} smaller than min of {limits['min']}"
            return [_error("value_smaller_than_min", message, name, extra)]
        if "max" in limits and value > limits["max"]:
            message = f"Value {value} bigger than max of {limits['max']}"
            return [_error("value_bigger_than_max", message, name, extra)]
        return self._choice(name, config, value, extra)

    def _choice(
        self, name: str, config: list[Any], value: Any, extra: dict[str, Any]
    ) -> list[Error]:
        options = choices(config)
        if options is None or value in options:
            return []
        if self.any_model and is_file_choice(name):
            return []
        shown = str(options)
        if len(options) > LONG_LIST:
            shown = f"(list of length {len(options)})"
            extra["input_config"] = None
        details = f"{name}: {value!r} not in {shown}"
        return [_error("value_not_in_list", "Value not in list", details, extra)]

    def _loads_picture(self, node_id: str, name: str) -> bool:
        return name == "image" and self._class(node_id) in ("LoadImage", "LoadImageMask")

    def _picture(self, name: str, value: Any) -> list[Error]:
        if self.exists(str(value)):
            return []
        details = f"{name} - Invalid image file: {value}"
        message = "Custom validation failed for node"
        return [_error("custom_validation_failed", message, details, {"input_name": name})]


def choices(config: list[Any]) -> list[Any] | None:
    """The values an input is limited to, in the old form and the new; None when it is free."""
    if isinstance(config[0], list):
        return config[0]
    if config[0] == "COMBO" and len(config) > 1:
        return list(config[1].get("options", []))
    return None


def is_file_choice(name: str) -> bool:
    """Whether an input chooses a model file: `unet_name`, `ckpt_name`, `clip_name1` …"""
    return name.rstrip("12").endswith("_name") and name != "sampler_name"


def _declared(schema: Mapping[str, Any]) -> list[tuple[str, list[Any], bool]]:
    declared = schema["input"]
    order = schema.get("input_order") or {k: list(v) for k, v in declared.items()}
    return [
        (name, declared[group][name], group == "required")
        for group in ("required", "optional")
        for name in order.get(group, ())
    ]


def _fits(received: Any, wanted: Any) -> bool:
    if not isinstance(received, str) or not isinstance(wanted, str):
        return False
    if "*" in (received, wanted) or received == wanted:
        return True
    return bool(set(received.split(",")) & set(wanted.split(",")))


def _error(
    type: str, message: str, details: str, extra_info: dict[str, Any] | None = None
) -> Error:
    return {"type": type, "message": message, "details": details, "extra_info": extra_info or {}}
