"""What a job asks of its engine: the graph with the work's values in it, and its pictures."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from affiche.domain.templates import Template, stage_values
from affiche.engines.engine import Picture, Run
from affiche.errors import RunLost
from affiche.graphs.bindings import bind
from affiche.pipeline.line import Begun, Line
from affiche.studio.uploads import File


async def run_of(line: Line, begun: Begun, template: Template) -> Run:
    """The run of the job's stage. Raises RunLost for a picture that is gone, GraphInvalid."""
    files = begun.files or await _files(line, template, begun.parameters)
    data = await asyncio.gather(
        *(line.studio.objects.read(f.bucket_id, f.object_key) for f in files.values())
    )
    return _run(begun, template, files, dict(zip(files, data, strict=True)))


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


def _run(
    begun: Begun, template: Template, files: Mapping[str, File], data: Mapping[str, bytes]
) -> Run:
    stage = template.stages[begun.stage]
    workflow = stage.workflow
    pictures = [
        Picture(
            binding.node,
            binding.input,
            picture_name(files[field]),
            data[field],
            files[field].mime_type,
        )
        for binding in workflow.pictures()
        if (field := stage.source(binding.name)) in files
    ]
    named = {name: picture_name(file) for name, file in files.items()}
    values = stage_values(template, stage, {**begun.parameters, **named})
    graph = bind(workflow.graph, workflow.bindings, values)
    assert begun.external_id is not None
    return Run(begun.external_id, graph.api(), pictures, fresh=begun.unsent)
