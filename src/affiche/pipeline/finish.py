"""finish: the job is completed, and with its last job the work."""

import logging

from psycopg.types.json import Jsonb

from affiche.pipeline.line import Begun, Line, hold, template_of

log = logging.getLogger(__name__)


async def finish(line: Line, begun: Begun) -> None:
    template = await template_of(line, begun)
    about = {
        name: begun.parameters[name]
        for name in ("steps", "cfg", "megapixels", "sampler")
        if name in begun.parameters
    }
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
