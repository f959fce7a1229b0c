"""What a workflow is: a ComfyUI graph in API format, its bindings, outputs and model files.

Data only. Reading, binding and checking graphs is the business of `affiche.graphs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

BindingType = Literal["string", "integer", "number", "boolean", "picture"]
BINDING_TYPES: Final[tuple[BindingType, ...]] = (
    "string",
    "integer",
    "number",
    "boolean",
    "picture",
)


@dataclass(frozen=True, slots=True)
class Link:
    """An input fed by output `index` of node `node`."""

    node: str
    index: int


@dataclass(frozen=True, slots=True)
class Node:
    """One node; `raw` is its API-format object, checked on loading and never changed."""

    id: str
    raw: Mapping[str, Any]

    @property
    def class_type(self) -> str:
        return str(self.raw["class_type"])

    @property
    def title(self) -> str | None:
        meta = self.raw.get("_meta")
        title = meta.get("title") if isinstance(meta, Mapping) else None
        return title if isinstance(title, str) else None

    @property
    def inputs(self) -> Mapping[str, Any]:
        inputs: Mapping[str, Any] = self.raw["inputs"]
        return MappingProxyType(dict(inputs))

    def link(self, name: str) -> Link | None:
        """The link that feeds input `name`, or None for a value or no input."""
        value = self.raw["inputs"].get(name)
        return Link(value[0], value[1]) if isinstance(value, list) else None

    def links(self) -> dict[str, Link]:
        """The linked inputs by name. In API format a list is always a link."""
        inputs = self.raw["inputs"]
        return {n: Link(v[0], v[1]) for n, v in inputs.items() if isinstance(v, list)}

    def with_inputs(self, changes: Mapping[str, Any]) -> "Node":
        return Node(self.id, {**self.raw, "inputs": {**self.raw["inputs"], **changes}})


def _copied(value: Any) -> Any:
    """Of what JSON is made of; `copy.deepcopy` takes ten times as long, for every work."""
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph by node id. Made by `affiche.graphs.graph.load`, which checks its shape."""

    nodes: Mapping[str, Node]

    def api(self) -> dict[str, dict[str, Any]]:
        """A fresh copy in API format, the reader's to change: what `POST /prompt` takes."""
        return {id_: _copied(node.raw) for id_, node in self.nodes.items()}


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the parameter `name` goes: input `input` of node `node`, which is a `class_type`.

    A node is held by id *and* class, because ids in published graphs have moved
    (ComfyUI's own Klein template renumbered its inner nodes). Several bindings may share a name.
    `minimum`, `maximum` bound numbers, ends included; `choices`, if any, are all that is allowed.
    A `picture` takes the name under which the engine holds the upload; `file` is what it is called
    where it is sent along with its graph, which else follows from the upload.
    """

    name: str
    node: str
    class_type: str
    input: str
    type: BindingType
    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: tuple[str | int | float, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model file that a graph loads, and the folder under `models/` where ComfyUI looks."""

    folder: str
    name: str
    node: str
    class_type: str
    input: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """`outputs`: ids of the nodes whose pictures count; every other output is passed over.

    `placeholders` and `models` are what `affiche.graphs` finds in the graph.
    """

    slug: str
    graph: Graph
    bindings: tuple[Binding, ...]
    outputs: tuple[str, ...]
    models: tuple[Model, ...] = ()
    placeholders: frozenset[str] = frozenset()

    def pictures(self) -> tuple[Binding, ...]:
        """The bindings that take an uploaded picture's name."""
        return tuple(b for b in self.bindings if b.type == "picture")
