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

from affiche.domain.templates import Stage, Template, stage_values
from affiche.engines.engine import Engine, Later, Picture, Run, Taken
from affiche.errors import EndpointRefused, RunLost
from affiche.graphs.bindings import bind
from affiche.pipeline.line import Begun, Line
from affiche.studio.uploads import File


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A stored picture as it goes to an engine: its bytes, or the address they are at."""

    file: File
    data: bytes
    url: str | None = None

    def at(self, node: str, input: str, key: str = "") -> Picture:
        name, kind = picture_name(self.file), self.file.mime_type
        return Picture(node, input, name, self.data, kind, key=key, url=self.url)


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
    files = [*fields.values(), *given.values()]
    held = {h.file.id: h for h in await asyncio.gather(*(_held(line, f, valid) for f in files))}
    first, *later = parts(
        template,
        begun,
        {name: held[file.id] for name, file in fields.items()},
        {slug: held[file.id] for slug, file in given.items()},
    )
    keys = {f.name: f.request_key for f in template.fields if not f.is_picture}
    return Run(
        begun.external_id or str(begun.id),
        first.graph,
        first.pictures,
        fresh=begun.unsent,
        name=first.name,
        outputs=first.outputs,
        later=tuple(later),
        parameters={keys.get(k, k): v for k, v in begun.parameters.items() if k not in fields},
        queue_seconds=time_outs.queue,
        run_seconds=run_seconds,
    )


async def _held(line: Line, file: File, valid: timedelta | None) -> Held:
    """By address for as long as `valid` says, where there are addresses for engines elsewhere."""
    studio = line.studio
    if valid is not None and (base := studio.address) is not None:
        link = await studio.objects.link(
            file.bucket_id, file.object_key, secret=studio.secret, now=studio.now(), valid=valid
        )
        return Held(file, b"", urljoin(base, link))
    return Held(file, await studio.objects.read(file.bucket_id, file.object_key))


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
    named = {name: picture_name(held.file) for name, held in fields.items()}
    values = stage_values(template, stage, {**parameters, **named})
    keys = {f.name: f.request_key for f in template.fields}
    pictures, takes = [], []
    for binding in workflow.pictures():
        slug, field = stage.takes.get(binding.name, ""), stage.source(binding.name)
        if slug in given:
            values[binding.name] = picture_name(given[slug].file)
            pictures.append(given[slug].at(binding.node, binding.input))
        elif slug:
            takes.append(Taken(binding.node, binding.input, slug))
        elif field in fields:
            pictures.append(fields[field].at(binding.node, binding.input, keys[field]))
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
        file = begun.files.get(name) or await line.writes.file(file_id=UUID(begun.parameters[name]))
        if file is None:
            raise RunLost(detail="an input picture is gone")
        found[name] = file
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
