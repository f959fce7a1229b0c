"""submit: bind the graph and start it on the engine, once, whatever happens in between."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from affiche.domain.pace import adoption
from affiche.domain.templates import Template
from affiche.engines.engine import Engine
from affiche.errors import EngineError
from affiche.pipeline import sending
from affiche.pipeline.line import (
    Accepted,
    Begun,
    Line,
    Superseded,
    check_held,
    moved,
    template_of,
)
from affiche.pipeline.runs import run_of

FIRST_LOOK = timedelta(seconds=1)


async def submit(line: Line, begun: Begun) -> Begun | None:
    template = await template_of(line, begun)
    engine = await line.engines.get(begun.endpoint_id)
    if engine.names_runs:
        return await _send(line, begun, template, engine)
    run = await run_of(line, begun, template, engine)
    await check_held(line, begun)
    external_id = await engine.submit(run)
    return await _accepted(line, begun, template, engine, external_id)


async def _send(line: Line, begun: Begun, template: Template, engine: Engine) -> Begun | None:
    sent = await sending.begun_before(line, begun)
    if sent is None:
        run = await run_of(line, begun, template, engine)
        key = await sending.begin(line, begun)
        run = replace(run, webhook=sending.webhook(line, key))
        sent = await sending.send(line, begun, engine, run, key)
    return await _accepted(line, begun, template, engine, sent.external_id, sent.key)


async def _accepted(
    line: Line,
    begun: Begun,
    template: Template,
    engine: Engine,
    external_id: str | None,
    key: UUID | None = None,
) -> Begun | None:
    """Write down what the engine took; the job to be carried on if its end was heard before."""
    try:
        accepted = await _record(line, begun, template, engine, external_id, key)
    except Superseded:
        # Cancelled or taken over while the engine accepted: this run is nobody's.
        if external_id is not None:
            await _stop(line, begun, engine, external_id)
        raise
    # An engine that is quick may have ended, and said so, before we wrote down that it began.
    name = accepted.external_id
    if name is not None and (accepted.heard or line.early.pop(name)):
        return replace(
            moved(begun, "observe", external_id=name),
            started_at=line.studio.now(),
            deadline_at=_deadline(line, template),
        )
    return None


async def _record(
    line: Line,
    begun: Begun,
    template: Template,
    engine: Engine,
    external_id: str | None,
    key: UUID | None,
) -> Accepted:
    now = line.studio.now()
    look_at = now + FIRST_LOOK
    if external_id is None:
        pace = await line.times.pace(begun.endpoint_id, begun.workflow_id)
        look_at = now + adoption(pace, timedelta(seconds=template.time_outs.run * begun.stages))
    accepted = await line.writes.submitted(
        job_id=begun.id,
        token=begun.token,
        fresh=begun.fresh,
        external_id=external_id,
        observe_at=look_at,
        deadline_at=_deadline(line, template),
        engine=engine.kind,
        metadata=_metadata(template, begun),
        key=key,
    )
    if accepted is None:
        raise Superseded
    return accepted


def _deadline(line: Line, template: Template) -> datetime:
    """Until when it may wait in the engine's queue."""
    return line.studio.now() + timedelta(seconds=template.time_outs.queue)


def _metadata(template: Template, begun: Begun) -> dict[str, Any]:
    """What seed 001 keeps of a generation; width and height follow with the picture. The original
    prompt is as it was written, where the prompt may be a translation."""
    parameters = begun.parameters
    written = [
        begun.input_data.get(k) for f in template.fields if f.name == "prompt" for k in f.keys
    ]
    files = {f.name for f in template.fields if f.is_picture}
    return {
        **{name: value for name, value in parameters.items() if name not in files},
        "original_prompt": next(filter(None, written), parameters.get("prompt")),
        "model": template.model,
        "seed": begun.seed,
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
