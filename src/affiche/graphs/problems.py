"""Naming what is wrong in a graph: node, class, title and input with every problem."""

from typing import Any, Final

from affiche.domain.workflows import Binding, Node
from affiche.errors import GraphProblem

SHOWN: Final = 80
"""How many characters of a value are repeated in a sentence."""


def at(node: Node | None, code: str, input: str | None = None, **params: Any) -> GraphProblem:
    """A problem at `node` (None: of the whole graph); `code` is under `graphs.problems`."""
    return GraphProblem(
        code=code,
        node=node.id if node else None,
        class_type=node.class_type if node else None,
        title=node.title if node else None,
        input=input,
        params=tuple(params.items()),
    )


def of_binding(binding: Binding, code: str, **params: Any) -> GraphProblem:
    """A problem of a binding whose node is not there or not the one that was meant."""
    return GraphProblem(
        code=code,
        node=binding.node,
        class_type=binding.class_type,
        input=binding.input,
        params=(("name", binding.name), *params.items()),
    )


def shown(value: object) -> str:
    """A value as a sentence repeats it: short."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
