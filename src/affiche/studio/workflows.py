"""A workflow that somebody brings: what ComfyUI runs, what its editor saved, or a picture that it
made, which holds both.

Nothing of a picture is decoded or kept: its texts alone are read.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from affiche.domain.workflows import Graph
from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs import conversion, editor
from affiche.graphs.graph import load, parsed
from affiche.pictures.containers import texts
from affiche.pictures.kinds import Kind, sniff
from affiche.pictures.threads import in_thread
from affiche.studio import audit, equipment
from affiche.studio.studio import Caller, Studio

_RUN: Final = ("class_type", "inputs", "_meta")
"""What a node is run by; a server adds notes of its own to the graph in a picture."""


async def read(studio: Studio, caller: Caller, data: bytes) -> Graph:
    """The graph that `data` holds. Raises Forbidden, PictureBroken, or GraphInvalid, which names
    all that is wrong with it, or that it cannot be told what the editor's format means here."""
    audit.require_operator(caller)
    kind = sniff(data)
    found = await in_thread(_of_picture, data, kind) if kind else data
    tree = await asyncio.to_thread(parsed, found) if isinstance(found, bytes | str) else found
    if not editor.is_editors(tree):
        return await asyncio.to_thread(load, tree)
    classes = await asyncio.to_thread(_classes, tree)
    schemas = await equipment.everything(studio, classes)
    return await asyncio.to_thread(conversion.convert, tree, schemas)


def _classes(tree: Mapping[str, Any]) -> frozenset[str]:
    workflow = editor.read(tree)
    canvases = [workflow.canvas, *workflow.subgraphs.values()]
    return frozenset(node.type for canvas in canvases for node in canvas.nodes.values())


def _of_picture(data: bytes, kind: Kind) -> Any:
    """What was run, or else what the editor saved. Raises PictureBroken, GraphInvalid."""
    found = texts.texts(data, kind)
    if "prompt" in found:
        tree = parsed(found["prompt"])
        if isinstance(tree, Mapping) and not editor.is_editors(tree):
            return {id_: _bare(node) for id_, node in tree.items()}
    if "workflow" in found:
        return found["workflow"]
    raise GraphInvalid([GraphProblem(code="picture_without_graph")])


def _bare(node: object) -> object:
    if not isinstance(node, Mapping):
        return node
    return {key: node[key] for key in _RUN if key in node}
