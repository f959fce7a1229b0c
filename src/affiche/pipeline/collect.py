"""collect: fetch the output, believe it only once decoded, store it, and complete the job."""

import hashlib
import logging

from affiche.domain.observations import Output
from affiche.domain.templates import Workflow
from affiche.engines.engine import Engine
from affiche.errors import OutputBroken, OutputMissing, PictureError, PictureTooLarge
from affiche.pictures.normalisation import Normalised, without_metadata
from affiche.pictures.threads import in_thread
from affiche.pictures.thumbnails import Thumbnail
from affiche.pictures.verification import Limits, inspect
from affiche.pipeline import promises
from affiche.pipeline.delivery import about
from affiche.pipeline.line import Begun, Line, check_held, template_of, write
from affiche.storage import keys

# Of what an engine gives, which is more than people may bring: an upscaled picture is large.
LIMITS = Limits(megabytes=100, megapixels=72)
log = logging.getLogger(__name__)


async def collect(line: Line, begun: Begun) -> None:
    studio = line.studio
    template = await template_of(line, begun)
    last = begun.stage + begun.stages - 1
    workflow = template.stages[last].workflow
    output = chosen(workflow, begun, template.stages[last].slug)
    engine = await line.engines.get(begun.endpoint_id)
    data = await _read(engine, output)
    picture, thumbnail = await _verified(data)
    is_last = last + 1 == len(template.stages)
    promise = await promises.of(line, begun, template) if is_last else None
    feather = 0
    if promise is not None:
        made = await promises.composited(promise, data)
        picture, thumbnail, feather = made.picture, made.thumbnail, made.feather
    await check_held(line, begun)
    file_id = studio.new_id()
    object_key = keys.work(begun.user_id, begun.work_id, begun.token, picture.media_type)
    thumbnail_key = keys.thumbnail(begun.user_id, file_id, thumbnail.media_type)
    await studio.objects.put("works", object_key, picture.data, picture.media_type)
    await studio.objects.put("thumbs", thumbnail_key, thumbnail.data, thumbnail.media_type)
    kept = await promises.held(line, promise, object_key, feather) if promise else None
    stored = {
        "file_id": file_id,
        "object_key": object_key,
        "thumbnail_key": thumbnail_key,
        "thumbnail_size": len(thumbnail.data),
        "width": picture.width,
        "height": picture.height,
        "file_size": len(picture.data),
        "mime_type": picture.media_type,
        "sha256": hashlib.sha256(picture.data).digest(),
    }
    told = f"picture {begun.output_index + 1} of {begun.output_count}"
    if not is_last:
        name = served_name(begun.output_index, object_key, f"stage-{last + 1}")
        stored |= {"name": name, "path": f"{begun.user_id}/{begun.work_id}/{name}"}
        # The job is completed and the next stage's is there, in the statement that adds the file.
        await write(line.writes.passed_on, begun, **stored)
        told = f"stage {last + 1} of {len(template.stages)} of {told}"
    else:
        name = served_name(begun.output_index, object_key)
        stored |= {"name": name, "path": f"{begun.user_id}/{begun.work_id}/{name}"}
        # The job is completed, and with its last job the work, in that statement.
        said = about(template, workflow, begun, asks_title=studio.model is not None)
        if kept is not None:
            said["data"] |= {"mask": kept.record()}
            said["metadata"] = {"mask": kept.record()}
        await write(line.writes.delivered, begun, about=said, **stored)
    log.info(
        "work %s: %s, %.1f s after it was asked for",
        begun.work_id,
        told,
        (studio.now() - begun.asked_at).total_seconds(),
    )


def served_name(output_index: int, object_key: str, stem: str = "output") -> str:
    """output.png, then output-2.png and so on."""
    number = f"-{output_index + 1}" if output_index else ""
    return f"{stem}{number}.{object_key.rpartition('.')[2]}"


def chosen(workflow: Workflow, begun: Begun, stage: str) -> Output:
    """The first picture of the first declared output node, or else of those of which the worker
    did not say what gave them; raises OutputMissing.

    What a preview node shows (type temp) is not an output, nor what another stage of the run gave,
    where the worker tells of its stages.
    """
    found = [Output(**output) for output in begun.outputs or ()]
    pictures = [
        o
        for o in found
        if o.kind == "images"
        and o.ref.get("type") != "temp"
        and o.ref.get("stage") in (None, stage)
    ]
    for node in (*workflow.outputs, ""):
        for output in pictures:
            if output.node == node:
                return output
    raise OutputMissing(detail=f"none of the nodes {workflow.outputs} gave a picture")


async def _read(engine: Engine, output: Output) -> bytes:
    data = bytearray()
    async for piece in engine.read(output):
        data += piece
        if len(data) > LIMITS.bytes:
            raise OutputBroken(detail="larger than the limit")
    return bytes(data)


async def _verified(data: bytes) -> tuple[Normalised, Thumbnail]:
    try:
        return await in_thread(_decoded, data)
    except PictureTooLarge:
        raise
    except PictureError as error:
        raise OutputBroken(detail=str(error)) from error


def _decoded(data: bytes) -> tuple[Normalised, Thumbnail]:
    verified, thumbnail = inspect(data, LIMITS)
    return without_metadata(data, verified), thumbnail
