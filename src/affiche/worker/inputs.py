"""What a job may ask, checked: `{"ping": true}`, a workflow, stages, or the package's parameters.

Only the shape is seen to here; graphs are read and pictures decoded in `plans`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

Deliver: TypeAlias = Literal["auto", "url"]
_NAMED: Final = 20
_SHAPES: Final = (
    'has to be an object with "workflow", with "stages", with the parameters of the package, '
    'or {"ping": true}'
)


class InputInvalid(Exception):
    """`problems`: path within the input and what is wrong there, in English; at least one."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{path}: {wrong}" for path, wrong in problems))


def _listed(value: Any) -> Any:
    """A map of name to picture as the list of both; nothing is an empty list."""
    if isinstance(value, Mapping):
        return [{"name": name, "image": image} for name, image in value.items()]
    return [] if value is None else value


def _graph(value: Any) -> Any:
    if not isinstance(value, dict | str) or not value:
        raise ValueError("has to be a workflow in API format: an object, or the same as JSON text")
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Name = Annotated[str, Field(min_length=1, max_length=255)]


class ImageIn(_Part):
    """`image`: base64, a data URI or an http(s) address; `name` as the graph has it."""

    name: Name
    image: Annotated[str, Field(min_length=1)]


class TakeIn(_Part):
    """Input `input` of node `node` takes the picture that the earlier stage `stage` gave."""

    node: Name
    input: Name
    stage: Name


Images = Annotated[list[ImageIn], BeforeValidator(_listed), Field(max_length=64)]
Workflow = Annotated[dict[str, Any] | str, BeforeValidator(_graph)]
Outputs = Annotated[list[Name], Field(max_length=100)]


class WorkflowIn(_Part):
    """Seeds 000 and 004. `outputs`: the nodes whose results count, all of them if empty."""

    workflow: Workflow
    images: Images = []
    outputs: Outputs = []
    deliver: Deliver = "auto"


class StageIn(_Part):
    name: Name
    workflow: Workflow
    images: Images = []
    takes: Annotated[list[TakeIn], Field(max_length=64)] = []
    outputs: Outputs = []


class StagesIn(_Part):
    stages: Annotated[list[StageIn], Field(min_length=1, max_length=16)]
    deliver: Deliver = "auto"


class PingIn(_Part):
    ping: Literal[True]


class ParametersIn(BaseModel):
    """Seed 001: `values` are for the package's own form to check."""

    values: dict[str, Any]
    deliver: Deliver = "auto"


Input: TypeAlias = PingIn | WorkflowIn | StagesIn | ParametersIn
_KEYS: Final[dict[str, type[Input]]] = {
    "ping": PingIn,
    "workflow": WorkflowIn,
    "stages": StagesIn,
}


def parse(data: Any) -> Input:
    """The input in its shape, which its keys tell. Raises InputInvalid with every problem."""
    if not isinstance(data, Mapping) or not data:
        raise InputInvalid(("input", _SHAPES))
    for key, model in _KEYS.items():
        if key in data:
            return _checked(model, dict(data))
    values = {str(key): value for key, value in data.items() if key != "deliver"}
    deliver = {"deliver": data["deliver"]} if "deliver" in data else {}
    return _checked(ParametersIn, {**deliver, "values": values})


def _checked(model: type[Input], data: dict[str, Any]) -> Input:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        problems = dict.fromkeys((path(each["loc"]), _said(each)) for each in found)
        raise InputInvalid(*list(problems)[:_NAMED]) from None


def path(loc: tuple[int | str, ...]) -> str:
    """`("stages", 0, "images", 1, "name")` as `stages[0].images[1].name`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc]
    return "".join(steps).removeprefix(".") or "input"


def _said(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "is not known here"
    if error["type"] == "missing":
        return "is missing"
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
