"""What every node is: a function of its inputs, and what it may ask of the run it is part of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

import pyvips

from affiche.emulators.comfyui.folders import Folders
from affiche.emulators.comfyui.options import Options


class Interrupted(Exception):
    """Somebody asked for the run to stop."""


class NodeError(Exception):
    """A node failed as a real one would; `kind` is the full name of the exception it raises."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class Step(Protocol):
    """Says how far a node is; raises Interrupted. `look` gives a preview if one is wanted."""

    async def __call__(
        self, value: int, maximum: int, look: Callable[[], pyvips.Image] | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one node, beside its inputs."""

    node_id: str
    graph: Mapping[str, Any]
    extra: Mapping[str, Any]
    folders: Folders
    options: Options
    step: Step
    send: Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Result:
    """The values at the output slots, and what the node shows in `executed` and history."""

    values: tuple[Any, ...] = ()
    ui: dict[str, Any] | None = None


Inputs = Mapping[str, Any]
Function = TypeVar("Function", bound=Callable[..., Any])
Work = Callable[[Call, Inputs], Any]


@dataclass(frozen=True, slots=True)
class Node:
    """`run` is a plain function, called in a thread when `heavy`; or a coroutine function."""

    run: Work | Callable[[Call, Inputs], Awaitable[Any]]
    heavy: bool = False


NODES: Final[dict[str, Node]] = {}


@dataclass(frozen=True, slots=True)
class node:
    """Registers a function as the node class `name`.

    The function returns a Result, or the tuple of its output values.
    """

    name: str
    heavy: bool = field(default=False)

    def __call__(self, run: Function) -> Function:
        NODES[self.name] = Node(run, self.heavy)
        return run
