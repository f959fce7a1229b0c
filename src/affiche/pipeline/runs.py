"""What a job asks of its engine: the graph with the work's values in it, and its pictures."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from affiche.domain.templates import Template, stage_values
from affiche.engines.engine import Engine, Picture, Run
from affiche.errors import RunLost
from affiche.graphs.bindings import bind
from affiche.pipeline.line import Begun, Line
from affiche.studio.uploads import File


@dataclass(frozen=True, slots=True)
class Held:
    """An input picture as it goes to an engine: its bytes, or the address they are at."""

    file: File
    data: bytes
    url: str | None


async def run_of(line: Line, begun: Begun, template: Template, engine: Engine) -> Run:
    """The run of the job's stage. Raises RunLost for a picture that is gone, GraphInvalid."""
    files = begun.files or await _files(line, template, begun.parameters)
    time_outs = template.time_outs
    valid = timedelta(seconds=time_outs.queue + time_outs.run)
    held = await asyncio.gather(
        *(_held(line, file, valid if engine.by_url else None) for file in files.values())
    )
    return _run(begun, template, dict(zip(files, held, strict=True)))


async def _held(line: Line, file: File, valid: timedelta | None) -> Held:
    """By address for as long as `valid` says, where there are addresses for engines elsewhere."""
    studio = line.studio
    if valid is not None and (base := studio.address) is not None:
        link = await studio.objects.link(
            file.bucket_id, file.object_key, secret=studio.secret, now=studio.now(), valid=valid
        )
        return Held(file, b"", urljoin(base, link))
    return Held(file, await studio.objects.read(file.bucket_id, file.object_key), None)


def picture_name(file: File) -> str:
    """ASCII, and the same for the same picture, so that a second upload finds the first."""
    return f"{file.id}.{file.mime_type.removeprefix('image/').replace('jpeg', 'jpg')}"


async def _files(line: Line, template: Template, parameters: dict[str, Any]) -> dict[str, File]:
    found = {}
    for form_field in template.fields:
        if form_field.type == "file" and form_field.name in parameters:
            file = await line.writes.file(file_id=UUID(parameters[form_field.name]))
            if file is None:
                raise RunLost(detail="an input picture is gone")
            found[form_field.name] = file
    return found


def _run(begun: Begun, template: Template, files: Mapping[str, Held]) -> Run:
    stage = template.stages[begun.stage]
    workflow = stage.workflow
    pictures = [
        Picture(
            binding.node,
            binding.input,
            picture_name(files[field].file),
            files[field].data,
            files[field].file.mime_type,
            field,
            files[field].url,
        )
        for binding in workflow.pictures()
        if (field := stage.source(binding.name)) in files
    ]
    named = {name: picture_name(held.file) for name, held in files.items()}
    values = stage_values(template, stage, {**begun.parameters, **named})
    graph = bind(workflow.graph, workflow.bindings, values)
    keys = {f.name: f.request_key for f in template.fields if f.type != "file"}
    return Run(
        begun.external_id or str(begun.id),
        graph.api(),
        pictures,
        fresh=begun.unsent,
        name=workflow.slug,
        outputs=tuple(workflow.outputs),
        parameters={
            **{keys[name]: value for name, value in begun.parameters.items() if name in keys},
            "seed": begun.parameters.get("seed", begun.seed),
        },
        queue_seconds=template.time_outs.queue,
        run_seconds=template.time_outs.run,
    )
