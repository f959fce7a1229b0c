"""prepare: check the inputs, bring every picture into storage, settle the seed and the prompt."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from affiche.domain import seeds
from affiche.domain.fields import Field
from affiche.domain.forms import InlinePicture, PictureAddress, UploadedFile, validate
from affiche.domain.templates import Template
from affiche.errors import FieldProblem, InvalidInputs
from affiche.fetch.download import picture_bytes
from affiche.pipeline.line import Begun, Line, check_held, hold, moved, template_of
from affiche.studio import sources, uploads


async def prepare(line: Line, begun: Begun) -> Begun:
    template = await template_of(line, begun)
    values = await asyncio.to_thread(validate, template.fields, begun.input_data)
    wanted = values.pop("seed", begun.seed)
    base = seeds.settle(wanted, begun.seed or seeds.draw(line.studio.random)).value
    for field in template.fields:
        if field.type == "file" and field.name in values:
            values[field.name] = str(await _stored(line, begun, field, values[field.name]))
    # Outputs of one work differ in nothing but the seed; each can be made again from its own.
    seed = (base + begun.output_index - 1) % seeds.MAX_SEED + 1
    prompt = values.get("prompt")
    kind = (await line.engines.endpoint(begun.endpoint_id)).kind if begun.endpoint_id else None
    parameters, fresh = {**values, "seed": seed}, uuid4()
    async with line.studio.database.singly() as service:
        hold(
            await service.run(
                "steps.prepared",
                job_id=begun.id,
                token=begun.token,
                fresh=fresh,
                parameters=Jsonb(parameters),
                prompt=prompt,
                negative_prompt=values.get("negative_prompt"),
                input_data=Jsonb(_input_data(template, values, base)),
                seed=base,
                metadata=Jsonb(_metadata(template, values, base)),
                engine=kind,
            )
        )
    return moved(begun, "submit", fresh, parameters=parameters)


async def _stored(line: Line, begun: Begun, field: Field, value: object) -> UUID:
    """The id of the stored picture, fetched or decoded now if it was not before."""
    studio = line.studio
    if isinstance(value, UploadedFile):
        async with studio.database.singly() as service:
            file = await service.maybe(uploads.File, "files.by_id", id=value.id)
        if file is None or file.user_id != begun.user_id:
            raise InvalidInputs([FieldProblem(field.name, "file_unknown")])
        return file.id
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
    return (await uploads.keep(studio, begun.user_id, checked, field.name)).id


def _input_data(template: Template, values: dict[str, Any], seed: int) -> dict[str, Any]:
    data = {f.request_key: values[f.name] for f in template.fields if f.name in values}
    return {**data, "seed": seed} if any(f.is_seed for f in template.fields) else data


def _metadata(template: Template, values: dict[str, Any], seed: int) -> dict[str, Any]:
    """What seed 001 keeps of a generation; width and height follow with the picture."""
    files = {f.name for f in template.fields if f.type == "file"}
    return {
        **{name: value for name, value in values.items() if name not in files},
        "original_prompt": values.get("prompt"),
        "model": template.model,
        "seed": seed,
        "has_image_input": any(name in values for name in files),
    }
