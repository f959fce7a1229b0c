"""submit: bind the graph and start it on the engine, once, whatever happens in between."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from affiche.domain.templates import Template, stage_values
from affiche.engines.engine import Engine, Picture, Run
from affiche.errors import EngineError, RunLost
from affiche.graphs.bindings import bind
from affiche.pipeline.line import (
    Begun,
    Line,
    Superseded,
    check_held,
    hold,
    moved,
    template_of,
)
from affiche.studio.uploads import File

FIRST_LOOK = timedelta(seconds=1)


async def submit(line: Line, begun: Begun) -> Begun | None:
    template, known = await template_of(line, begun), begun.external_id
    chosen = known or run_id(begun)
    async with line.studio.database.singly() as service:
        if known is None:
            # The id is on record before anything is started under it, so it can be found again.
            hold(
                await service.run(
                    "steps.submitting", job_id=begun.id, token=begun.token, external_id=chosen
                )
            )
        files = await _files(service, template, begun.parameters)
    engine = await line.engines.get(begun.endpoint_id)
    run = await _run(line, begun, template, files, chosen)
    await check_held(line, begun)
    external_id = await engine.submit(replace(run, fresh=known is None))
    now = line.studio.now()
    accepted = moved(
        begun,
        "observe",
        uuid4(),
        external_id=external_id,
        started_at=now,
        deadline_at=now + timedelta(seconds=template.time_outs.queue),
    )
    try:
        await _record(line, begun, accepted)
    except Superseded:
        # Cancelled or taken over while the engine accepted: this run is nobody's.
        await _stop(line, begun, engine, external_id)
        raise
    # An engine that is quick may have ended, and said so, before we wrote down that it began.
    if line.early.pop(external_id):
        return accepted
    return None


def run_id(begun: Begun) -> str:
    """The job's own id for its first run; another for each take that starts one anew."""
    return str(begun.id if begun.takes == 0 else uuid5(begun.id, str(begun.takes)))


async def _files(
    transaction: Any, template: Template, parameters: dict[str, Any]
) -> dict[str, File]:
    names = [f.name for f in template.fields if f.type == "file" and f.name in parameters]
    ids = [UUID(parameters[name]) for name in names]
    found = {f.id: f for f in await transaction.all(File, "files.by_ids", ids=ids)}
    if len(found) != len(set(ids)):
        raise RunLost(detail="an input picture is gone")
    return {name: found[file_id] for name, file_id in zip(names, ids, strict=True)}


async def _run(
    line: Line, begun: Begun, template: Template, files: dict[str, File], run: str
) -> Run:
    stage = template.stages[begun.stage]
    workflow = stage.workflow
    data = await asyncio.gather(
        *(line.studio.objects.read(f.bucket_id, f.object_key) for f in files.values())
    )
    held = dict(zip(files, data, strict=True))
    pictures = [
        Picture(
            binding.node,
            binding.input,
            picture_name(files[field]),
            held[field],
            files[field].mime_type,
        )
        for binding in workflow.pictures()
        if (field := stage.source(binding.name)) in files
    ]
    named = {name: picture_name(file) for name, file in files.items()}
    values = stage_values(template, stage, {**begun.parameters, **named})
    graph = bind(workflow.graph, workflow.bindings, values)
    return Run(run, graph.api(), pictures)


def picture_name(file: File) -> str:
    """ASCII, and the same for the same picture, so that a second upload finds the first."""
    return f"{file.id}.{file.mime_type.removeprefix('image/').replace('jpeg', 'jpg')}"


async def _record(line: Line, begun: Begun, accepted: Begun) -> None:
    async with line.studio.database.singly() as service:
        hold(
            await service.run(
                "steps.submitted",
                job_id=begun.id,
                token=begun.token,
                fresh=accepted.token,
                external_id=accepted.external_id,
                observe_at=line.studio.now() + FIRST_LOOK,
                deadline_at=accepted.deadline_at,
            )
        )


async def _stop(line: Line, begun: Begun, engine: Engine, external_id: str) -> None:
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
