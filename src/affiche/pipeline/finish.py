"""finish: the job is completed, and with its last job the work."""

import logging
from typing import Any, Final

from psycopg.types.json import Jsonb

from affiche.domain.workflows import Graph
from affiche.pipeline.line import Begun, Line, hold, template_of

SAID: Final = ("steps", "cfg", "megapixels", "sampler")
_SETTINGS: Final = {
    "steps": "steps",
    "cfg": "cfg",
    "sampler_name": "sampler",
    "megapixels": "megapixels",
}
log = logging.getLogger(__name__)


async def finish(line: Line, begun: Begun) -> None:
    template = await template_of(line, begun)
    fixed = made_with(template.stages[begun.stage].workflow.graph)
    about = fixed | {name: begun.parameters[name] for name in SAID if name in begun.parameters}
    async with line.studio.database.as_service() as transaction:
        hold(await transaction.run("steps.finished", job_id=begun.id, token=begun.token))
        await transaction.run(
            "steps.work_finished",
            work_id=begun.work_id,
            title=template.fallback_title.say(begun.language),
            tags=list(template.tags),
            about=Jsonb({"model": template.model, "seed": begun.parameters["seed"], **about}),
        )
    log.info(
        "work %s: picture %d of %d, %.1f s after it was asked for",
        begun.work_id,
        begun.output_index + 1,
        begun.output_count,
        (line.studio.now() - begun.asked_at).total_seconds(),
    )


def made_with(graph: Graph) -> dict[str, Any]:
    """Steps, cfg, sampler and megapixels as the graph itself sets them; a form may set others."""
    found: dict[str, Any] = {}
    for node in graph.nodes.values():
        for name, value in node.inputs.items():
            if name in _SETTINGS and not isinstance(value, list):
                found.setdefault(_SETTINGS[name], value)
    return found
