"""What ComfyUI answers over HTTP, parsed: pure, and safe against other shapes.

Nothing that a server writes in its own words is kept for people: of an error only its type and
the name of the input, if they look like names; node classes are taken from our own graph.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_NAME: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_NAMED_PROBLEMS: Final = 3


@dataclass(frozen=True, slots=True)
class NodeProblem:
    """One thing that a server finds wrong: its type, and where it is when the server says so."""

    kind: str
    node: str | None = None
    input: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """In the queue under `prompt_id`. With `problems`, branches of the graph were dropped."""

    prompt_id: str
    problems: tuple[NodeProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Not in the queue; `detail` is the server's own text, for the log."""

    problems: tuple[NodeProblem, ...]
    detail: str


def prompt_answer(status: int, body: Any) -> Accepted | Refused | None:
    """The answer to POST /prompt with `status` 200 or 400; None when it is of no known shape."""
    if not isinstance(body, dict):
        return None
    problems = tuple(node_problems(body.get("node_errors")))
    if status == 200:
        prompt_id = body.get("prompt_id")
        return Accepted(prompt_id, problems) if isinstance(prompt_id, str) else None
    error = body.get("error")
    if not isinstance(error, dict):
        return Refused(problems, str(error)) if problems or error else None
    detail = " ".join(str(error.get(key) or "") for key in ("type", "message", "details"))
    extra = _dict(error.get("extra_info"))
    whole = NodeProblem(_name(error.get("type")) or "refused", _name(extra.get("node_id")))
    return Refused(problems or (whole,), detail[:2000])


def node_problems(node_errors: Any) -> Iterable[NodeProblem]:
    """Every error of `{"75:72": {"errors": [{"type", "extra_info": {"input_name"}}]}}`."""
    for node, found in _dict(node_errors).items():
        errors = _dict(found).get("errors")
        known = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
        for error in known or [{}]:
            yield NodeProblem(
                kind=_name(error.get("type")) or "refused",
                node=_name(node),
                input=_name(_dict(error.get("extra_info")).get("input_name")),
            )


def reason(problems: Iterable[NodeProblem], graph: Mapping[str, Mapping[str, Any]]) -> str:
    """The problems on one line without the server's own words, such as
    `VAELoader #75:72 vae_name (value_not_in_list)`."""
    told = list(dict.fromkeys(_place(problem, graph) for problem in problems))
    more = len(told) - _NAMED_PROBLEMS
    return "; ".join(told[:_NAMED_PROBLEMS]) + (f"; +{more}" if more > 0 else "")


def uploaded_name(body: Any) -> str | None:
    """What LoadImage takes for the answer to an upload; None when it is of no known shape."""
    name = _dict(body).get("name")
    subfolder = _dict(body).get("subfolder") or ""
    if not isinstance(name, str) or not name or not isinstance(subfolder, str):
        return None
    return f"{subfolder}/{name}" if subfolder else name


def _place(problem: NodeProblem, graph: Mapping[str, Mapping[str, Any]]) -> str:
    class_type = _dict(graph.get(problem.node or "")).get("class_type")
    words = [
        str(class_type)[:80] if class_type else None,
        f"#{problem.node}" if problem.node else None,
        problem.input,
    ]
    where = " ".join(word for word in words if word)
    return f"{where} ({problem.kind})" if where else problem.kind


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
