"""prepare: check the inputs, bring every picture into storage, settle the seed and the words."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid5

from affiche.domain import seeds, subjects
from affiche.domain.fields import Field
from affiche.domain.forms import (
    InlinePicture,
    PictureAddress,
    UploadedFile,
    validate,
    with_english,
)
from affiche.domain.subjects import Reference
from affiche.domain.templates import Template
from affiche.errors import FieldProblem, InvalidInputs
from affiche.fetch.download import picture_bytes
from affiche.pipeline import runs
from affiche.pipeline.line import Begun, Line, check_held, moved, template_of, write
from affiche.studio import masks, sources, translations, uploads

# Characters of text in a form; a picture as text is longer, and takes a while to read.
INLINE_MOST: Final = 200_000


async def prepare(line: Line, begun: Begun) -> Begun:
    template = await template_of(line, begun)
    stages = await runs.stages_of(line, begun, template)
    if begun.stage and begun.parameters:
        # Handed on by the stage before, which has settled them.
        told = begun.translation
        settled = Settled(begun.parameters, begun.input_data, begun.seed, {}, told)
    else:
        settled = await _settled(line, begun, template)
    chosen = await _chosen(line, begun)
    # The id of the run is on record before anything is started under it, so that it can be found.
    await write(
        line.writes.prepared,
        begun,
        fresh=begun.fresh,
        external_id=chosen,
        stages=stages,
        parameters=settled.parameters,
        prompt=settled.parameters.get("positive_prompt", settled.parameters.get("prompt")),
        negative_prompt=settled.parameters.get("negative_prompt"),
        input_data=settled.input_data,
        seed=settled.seed,
        translation=settled.translation,
    )
    return moved(
        begun,
        "submit",
        stages=stages,
        external_id=chosen,
        unsent=True,
        parameters=settled.parameters,
        seed=settled.seed,
        files=settled.files,
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """The inputs of a job as they will be used, and the work's as they are kept; `seed` is the
    work's."""

    parameters: dict[str, Any]
    input_data: dict[str, Any]
    seed: int | None
    files: Mapping[str, uploads.File]
    translation: dict[str, Any] | None


async def _settled(line: Line, begun: Begun, template: Template) -> Settled:
    values = await _valid(template, begun.input_data)
    subject = subjects.subject_from(begun.subject)
    subjects.check(template.fields, subject)
    values = subjects.with_strength(template.fields, subject, values, begun.input_data)
    wanted = values.pop("seed", begun.seed)
    base = seeds.settle(wanted, begun.seed or seeds.draw(line.studio.random)).value
    files: dict[str, uploads.File] = {}
    for field in template.fields:
        if field.type == "reference" and subject.reference is not None:
            files[field.name] = await _shown(line, field, subject.reference)
            values[field.name] = str(subject.reference.id)
        elif field.is_picture and field.name in values:
            files[field.name] = await _stored(line, begun, field, values[field.name])
            values[field.name] = str(files[field.name].id)
    await masks.check(line.studio, template.fields, files)
    seed = seeds.of_output(base, begun.output_index)
    data = _input_data(template, values, base)
    await check_held(line, begun)
    english, translation = await translations.settle(
        line.studio,
        template.fields,
        values,
        project_id=begun.project_id,
        work_id=begun.work_id,
        before=begun.translation,
        by_stand_in=await _is_painted(line, begun),
    )
    named = {name: str(file.id) for name, file in files.items()}
    told = {**english, **named, **subjects.variables(template.fields, subject, english)}
    return Settled({**told, "seed": seed}, data, base, files, translation)


async def _is_painted(line: Line, begun: Begun) -> bool:
    """Whether a stand-in makes the picture: for nobody else the built-in dictionary translates."""
    if begun.endpoint_id is None:
        return False
    return (await line.engines.endpoint(begun.endpoint_id)).kind == "preview"


async def _chosen(line: Line, begun: Begun) -> str | None:
    """The id for the run to come, where it is ours to choose."""
    return None if await line.engines.names_runs(begun.endpoint_id) else run_id(begun)


def run_id(begun: Begun) -> str:
    """The job's own id for its first run; another for each take that starts one anew."""
    return str(begun.id if begun.takes == 0 else uuid5(begun.id, str(begun.takes)))


async def _valid(template: Template, data: dict[str, Any]) -> dict[str, Any]:
    size = sum(len(value) for value in data.values() if isinstance(value, str))
    if size > INLINE_MOST:
        return await asyncio.to_thread(validate, template.fields, data)
    return validate(template.fields, data)


async def _shown(line: Line, field: Field, reference: Reference) -> uploads.File:
    """The reference's picture, which is the project's, whoever brought it."""
    file = await line.writes.file(file_id=reference.file_id)
    if file is None:
        raise InvalidInputs([FieldProblem(field.name, "file_unknown")])
    return file


async def _stored(line: Line, begun: Begun, field: Field, value: object) -> uploads.File:
    """The stored picture, fetched or decoded now if it was not before."""
    studio = line.studio
    if isinstance(value, UploadedFile):
        file = await line.writes.file(file_id=value.id)
        if file is None or file.user_id != begun.user_id:
            raise InvalidInputs([FieldProblem(field.name, "file_unknown")])
        return file
    limits = sources.limits_of(studio, field)
    if isinstance(value, PictureAddress):
        fetched = await picture_bytes(
            value.url,
            limit_bytes=limits.bytes,
            timeout=studio.settings.fetch_seconds,
            policy=studio.policy,
        )
        data = fetched.data
    else:
        assert isinstance(value, InlinePicture)
        data = value.data
    checked = await uploads.check(data, limits, sources.accepted(field))
    await check_held(line, begun)
    return await uploads.keep(studio, begun.user_id, checked, field.name)


def _input_data(template: Template, values: dict[str, Any], seed: int) -> dict[str, Any]:
    asked = with_english(template.fields)
    data = {f.request_key: values[f.name] for f in asked if f.name in values}
    return {**data, "seed": seed} if any(f.is_seed for f in template.fields) else data
