"""What a job asks of its engine: the graph with the work's values in it, and its pictures.

A job runs one stage of its template, or all that are left where its endpoint's worker does stages.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from affiche.domain.fields import Field
from affiche.domain.templates import Stage, Template, stage_values
from affiche.engines.engine import Engine, Later, Picture, Run, Taken
from affiche.errors import EndpointRefused, RunLost
from affiche.graphs.bindings import bind
from affiche.pictures.masks import sent
from affiche.pictures.threads import in_thread
from affiche.pipeline.line import Begun, Line
from affiche.studio.masks import laid
from affiche.studio.uploads import File


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A stored picture as it goes to an engine: its bytes, or the address they are at."""

    name: str
    media_type: str
    data: bytes
    url: str | None = None

    def at(self, node: str, input: str, key: str = "", sent_as: str = "") -> Picture:
        return Picture(
            *(node, input, self.name, self.data, self.media_type),
            key=key,
            url=self.url,
            sent_as=sent_as,
        )


async def stages_of(line: Line, begun: Begun, template: Template) -> int:
    """How many stages the job is to run, from its own on. Raises EndpointRefused for an endpoint
    that only takes parameters, whose worker begins with the first stage whatever was done."""
    left = len(template.stages) - begun.stage
    if left < 1:
        raise RunLost(detail=f"template {template.slug} has no stage {begun.stage}")
    if len(template.stages) == 1 or begun.endpoint_id is None:
        return 1
    endpoint = await line.engines.endpoint(begun.endpoint_id)
    if endpoint.request_shape == "parameters":
        if begun.stage:
            raise EndpointRefused(name=endpoint.name, detail="it cannot go on with a later stage")
        return left
    return left if endpoint.does_stages else 1


async def run_of(line: Line, begun: Begun, template: Template, engine: Engine) -> Run:
    """The run of the job's stages. Raises RunLost for a picture that is gone, GraphInvalid."""
    fields, given = await _files(line, begun, template), await _before(line, begun, template)
    time_outs = template.time_outs
    run_seconds = time_outs.run * begun.stages
    valid = timedelta(seconds=time_outs.queue + run_seconds) if engine.by_url else None
    masks = {f.name: f for f in template.fields if f.type == "mask" and f.name in fields}
    covers = {name: await _laid(line, begun, masks[name], fields[name]) for name in masks}
    plain = [file for name, file in fields.items() if name not in masks]
    files = {file.id: file for file in [*plain, *given.values()]}
    found = await asyncio.gather(*(_held(line, file, valid) for file in files.values()))
    held = dict(zip(files, found, strict=True))
    first, *later = parts(
        template,
        begun,
        {name: covers.get(name) or held[file.id] for name, file in fields.items()},
        {slug: held[file.id] for slug, file in given.items()},
    )
    keys = {f.name: f.request_key for f in template.fields if not f.is_picture}
    unsaid = {f.name for f in template.fields if f.is_picture} | fields.keys()
    return Run(
        begun.external_id or str(begun.id),
        first.graph,
        first.pictures,
        fresh=begun.unsent,
        name=first.name,
        outputs=first.outputs,
        later=tuple(later),
        parameters={keys.get(k, k): v for k, v in begun.parameters.items() if k not in unsaid},
        queue_seconds=time_outs.queue,
        run_seconds=run_seconds,
    )


async def _held(line: Line, file: File, valid: timedelta | None) -> Held:
    """By address for as long as `valid` says, where there are addresses for engines elsewhere."""
    studio, name = line.studio, picture_name(file)
    if valid is not None and (base := studio.address) is not None:
        link = await studio.link(file.bucket_id, file.object_key, valid)
        return Held(name, file.mime_type, b"", urljoin(base, link))
    data = await studio.objects.read(file.bucket_id, file.object_key)
    return Held(name, file.mime_type, data)


async def _laid(line: Line, begun: Begun, field: Field, mask: File) -> Held:
    """The mask as engines get it: on its target, and the same whatever of it a graph reads."""
    target = await file_of(line, begun, field.target)
    size = target.width, target.height
    made = await in_thread(sent, await laid(line.studio, mask, size))
    return Held(f"{mask.id}-{size[0]}x{size[1]}.png", made.media_type, made.data)


async def file_of(line: Line, begun: Begun, field: str) -> File:
    """The picture that the job has in that field. Raises RunLost for one that is gone."""
    named = begun.parameters.get(field)
    file = begun.files.get(field)
    if file is None and named is not None:
        file = await line.writes.file(file_id=UUID(named))
    if file is None:
        raise RunLost(detail="an input picture is gone")
    return file


def parts(
    template: Template, begun: Begun, fields: Mapping[str, Held], given: Mapping[str, Held]
) -> list[Later]:
    """The job's stages in their order, each bound. `fields`: pictures by field; `given`: those of
    stages before this job, by slug. What a stage takes from within the job is left to the engine.

    Raises GraphInvalid.
    """
    whole = template.stages[begun.stage : begun.stage + begun.stages]
    return [_part(template, stage, begun.parameters, fields, given) for stage in whole]


def _part(
    template: Template,
    stage: Stage,
    parameters: Mapping[str, Any],
    fields: Mapping[str, Held],
    given: Mapping[str, Held],
) -> Later:
    workflow = stage.workflow
    named = {name: held.name for name, held in fields.items()}
    values = stage_values(template, stage, {**parameters, **named})
    keys = {f.name: f.request_key for f in template.fields}
    pictures, takes = [], []
    for binding in workflow.pictures():
        slug, field = stage.takes.get(binding.name, ""), stage.source(binding.name)
        if slug in given:
            values[binding.name] = given[slug].name
            pictures.append(given[slug].at(binding.node, binding.input))
        elif slug:
            takes.append(Taken(binding.node, binding.input, slug))
        elif field in fields:
            picture = fields[field].at(binding.node, binding.input, keys[field], binding.file or "")
            pictures.append(picture)
    graph = bind(workflow.graph, workflow.bindings, values).api()
    return Later(stage.slug, graph, workflow.outputs, pictures, takes)


def picture_name(file: File) -> str:
    """ASCII, and the same for the same picture, so that a second upload finds the first."""
    return f"{file.id}.{file.mime_type.removeprefix('image/').replace('jpeg', 'jpg')}"


async def _files(line: Line, begun: Begun, template: Template) -> dict[str, File]:
    """The uploads that the job's stages show to the engine, by field."""
    stages = template.stages[begun.stage : begun.stage + begun.stages]
    shown = {
        stage.source(binding.name)
        for stage in stages
        for binding in stage.workflow.pictures()
        if binding.name not in stage.takes
    }
    found = {}
    for name in sorted(shown & begun.parameters.keys()):
        found[name] = await file_of(line, begun, name)
    return found


async def _before(line: Line, begun: Begun, template: Template) -> dict[str, File]:
    """What the job's stages take from stages before it, by slug."""
    stages = template.stages[begun.stage : begun.stage + begun.stages]
    found = {}
    for slug in sorted({slug for stage in stages for slug in stage.takes.values()}):
        at = template.stage_at(slug)
        if at < begun.stage:
            file = await line.writes.stage_picture(
                work_id=begun.work_id, output_index=begun.output_index, stage=at
            )
            if file is None:
                raise RunLost(detail=f"the picture of stage “{slug}” is gone")
            found[slug] = file
    return found
