"""What a mask promises: of the target nothing changes but what the mask covers.

Whatever the engine gave, the studio puts the picture together itself, and holds what was stored
against the target before the work is completed (docs/decisions/0033).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from affiche.domain import masks as rules
from affiche.domain.masks import Kept
from affiche.domain.templates import Template
from affiche.errors import MaskNotKept, OutputBroken, PictureError
from affiche.pictures import masks
from affiche.pictures.normalisation import Normalised
from affiche.pictures.threads import timed
from affiche.pictures.thumbnails import Thumbnail, thumbnail
from affiche.pipeline.line import Begun, Line
from affiche.pipeline.runs import file_of
from affiche.studio.masks import laid

# Of 50 megapixels under a wide edge; ordinary ones take a tenth of a second.
SECONDS = 60.0
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """`target`: the bytes that the studio holds; `feather` in pixels, as it was asked for."""

    target: bytes
    mask: masks.Mask
    feather: int


@dataclass(frozen=True, slots=True)
class Composited:
    """`feather` as it was used."""

    picture: Normalised
    thumbnail: Thumbnail
    feather: int


async def of(line: Line, begun: Begun, template: Template) -> Promise | None:
    """The promise of the work, if its mask was given. Raises RunLost for a picture that is gone."""
    field = rules.promised(template.fields)
    given = begun.parameters
    if field is None or not {field.name, field.target} <= given.keys():
        return None
    target = await file_of(line, begun, field.target)
    mask = await file_of(line, begun, field.name)
    covers = await laid(line.studio, mask, (target.width, target.height))
    data = await line.studio.objects.read(target.bucket_id, target.object_key)
    return Promise(data, covers, rules.feather(field, given))


async def composited(promise: Promise, result: bytes) -> Composited:
    """The target with the engine's picture under the mask. Raises OutputBroken."""
    return await _in_time(_put_together, promise, result)


async def held(line: Line, promise: Promise, object_key: str, feather: int) -> Kept:
    """What became of it in the store, from where it is read again. Raises MaskNotKept."""
    stored = await line.studio.objects.read("works", object_key)
    kept = await _in_time(masks.held, promise.target, stored, promise.mask, feather)
    if kept.changed_outside:
        raise MaskNotKept(changed=kept.changed_outside)
    return kept


def _put_together(promise: Promise, result: bytes) -> Composited:
    picture, feather = masks.composited(promise.target, result, promise.mask, promise.feather)
    return Composited(picture, thumbnail(picture.data), feather)


async def _in_time(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await timed(SECONDS, lambda: function(*args, **kwargs))
    except PictureError as error:
        raise OutputBroken(detail=str(error)) from error
