"""What a work says of its picture, written when the picture is delivered."""

from typing import Any, Final

from affiche.domain.templates import Template
from affiche.domain.workflows import Graph, Workflow
from affiche.pipeline.line import Begun

SAID: Final = ("steps", "cfg", "megapixels", "sampler")
_SETTINGS: Final = {
    "steps": "steps",
    "cfg": "cfg",
    "sampler_name": "sampler",
    "megapixels": "megapixels",
}


def about(
    template: Template, workflow: Workflow, begun: Begun, *, asks_title: bool = False
) -> dict[str, Any]:
    """`title` and `tags` of the work, and the `data` of its output; `asks_title`: whether a model
    is then asked for another title."""
    said = {name: begun.parameters[name] for name in SAID if name in begun.parameters}
    return {
        "title": template.fallback_title.say(begun.language),
        "tags": list(template.tags),
        "data": {
            "model": template.model,
            "seed": begun.parameters["seed"],
            **made_with(workflow.graph),
            **said,
        },
        **({"asks_title": True} if asks_title else {}),
    }


def made_with(graph: Graph) -> dict[str, Any]:
    """Steps, cfg, sampler and megapixels as the graph itself sets them; a form may set others."""
    found: dict[str, Any] = {}
    for node in graph.nodes.values():
        for name, value in node.inputs.items():
            if name in _SETTINGS and not isinstance(value, list):
                found.setdefault(_SETTINGS[name], value)
    return found
