"""A bound graph made ready for one server and one run: pure, and always a copy."""

from collections.abc import Iterable, Mapping
from typing import Any

Graph = Mapping[str, Mapping[str, Any]]


def prepared(
    graph: Graph, prefix: str, names: Iterable[tuple[str, str, str]]
) -> dict[str, dict[str, Any]]:
    """The graph with `names` (node, input, value) put in, and `prefix` on every node that saves.

    A prefix of its own keeps the server from answering an identical graph out of its cache with
    files that may be gone. Raises KeyError for a name that belongs to no node.
    """
    made = {node: {**body, "inputs": {**body.get("inputs", {})}} for node, body in graph.items()}
    for node, field, value in names:
        made[node]["inputs"][field] = value
    savers = [body["inputs"] for body in made.values() if "filename_prefix" in body["inputs"]]
    for number, inputs in enumerate(savers):
        inputs["filename_prefix"] = f"{prefix}-{number}" if number else prefix
    return made
