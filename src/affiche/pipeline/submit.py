"""submit: bind the graph and start it on the engine, once, whatever happens in between."""

from datetime import timedelta
from typing import Any

from affiche.domain.templates import Template
from affiche.engines.engine import Engine
from affiche.errors import EngineError
from affiche.pipeline.line import (
    Begun,
    Line,
    Superseded,
    check_held,
    moved,
    template_of,
    write,
)
from affiche.pipeline.runs import run_of

FIRST_LOOK = timedelta(seconds=1)


async def submit(line: Line, begun: Begun) -> Begun | None:
    template = await template_of(line, begun)
    engine = await line.engines.get(begun.endpoint_id)
    run = await run_of(line, begun, template)
    await check_held(line, begun)
    external_id = await engine.submit(run)
    now = line.studio.now()
    accepted = moved(
        begun,
        "observe",
        external_id=external_id,
        started_at=now,
        deadline_at=now + timedelta(seconds=template.time_outs.queue),
    )
    try:
        await _record(line, begun, template, accepted)
    except Superseded:
        # Cancelled or taken over while the engine accepted: this run is nobody's.
        await _stop(line, begun, engine, external_id)
        raise
    # An engine that is quick may have ended, and said so, before we wrote down that it began.
    if line.early.pop(external_id):
        return accepted
    return None


async def _record(line: Line, begun: Begun, template: Template, accepted: Begun) -> None:
    kind = (await line.engines.endpoint(begun.endpoint_id)).kind if begun.endpoint_id else None
    await write(
        line.writes.submitted,
        begun,
        fresh=accepted.token,
        external_id=accepted.external_id,
        observe_at=line.studio.now() + FIRST_LOOK,
        deadline_at=accepted.deadline_at,
        engine=kind,
        metadata=_metadata(template, begun.parameters, begun.seed),
    )


def _metadata(template: Template, parameters: dict[str, Any], seed: int | None) -> dict[str, Any]:
    """What seed 001 keeps of a generation; width and height follow with the picture."""
    files = {f.name for f in template.fields if f.type == "file"}
    return {
        **{name: value for name, value in parameters.items() if name not in files},
        "original_prompt": parameters.get("prompt"),
        "model": template.model,
        "seed": seed,
        "has_image_input": any(name in parameters for name in files),
    }


async def _stop(line: Line, begun: Begun, engine: Engine, external_id: str) -> None:
    async with line.studio.database.singly() as service:
        if await service.value("steps.runs", job_id=begun.id, external_id=external_id):
            # Whoever took the job over found this very run, and waits for it.
            return
    try:
        await engine.cancel(external_id)
    except EngineError:
        async with line.studio.database.as_service() as transaction:
            await transaction.run(
                "withdrawals.add",
                job_id=begun.id,
                endpoint_id=begun.endpoint_id,
                external_id=external_id,
            )
