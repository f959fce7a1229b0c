"""Masks that come with a work: looked at before anything is kept, and laid on their pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from affiche.domain.fields import Field
from affiche.domain.masks import Size
from affiche.errors import FieldProblem, InvalidInputs, NotFound, PictureError
from affiche.pictures import masks
from affiche.pictures.masks import Mask
from affiche.pictures.threads import in_thread
from affiche.studio.studio import Studio
from affiche.studio.uploads import Checked, File

Given = File | Checked
"""A picture that is stored, or one that came with the request and is not yet."""


async def problems(
    studio: Studio, fields: Sequence[Field], values: Mapping[str, Any], given: Mapping[str, Given]
) -> list[FieldProblem]:
    """What is wrong with the masks among `values`, as far as their pictures are there (`given`);
    what is at an address is looked at once it was fetched."""
    found = []
    for field in fields:
        if field.type != "mask" or field.name not in values:
            continue
        if field.target not in values:
            found.append(FieldProblem(field.name, "mask_without_target"))
        elif field.name in given:
            mask = given[field.name]
            try:
                await laid(studio, mask, _size(given.get(field.target, mask)))
            except PictureError as error:
                found.append(FieldProblem(field.name, error.code, tuple(error.params.items())))
            except NotFound:
                found.append(FieldProblem(field.name, "file_unknown"))
    return found


async def check(studio: Studio, fields: Sequence[Field], files: Mapping[str, File]) -> None:
    """The same, once every picture is stored. Raises the PictureError of the first that is no
    good, so that the work itself says what was wrong; InvalidInputs for one without a target."""
    for field in fields:
        if field.type == "mask" and field.name in files:
            if field.target not in files:
                raise InvalidInputs([FieldProblem(field.name, "mask_without_target")])
            await laid(studio, files[field.name], _size(files[field.target]))


async def laid(studio: Studio, mask: Given, target: Size) -> Mask:
    """Raises a PictureError (MaskEmpty, MaskFull, MaskMisfit among them), StorageFailed."""
    if isinstance(mask, Checked):
        data = mask.picture.data
    else:
        data = await studio.objects.read(mask.bucket_id, mask.object_key)
    return await in_thread(masks.laid, data, target)


def _size(picture: Given) -> Size:
    seen = picture.picture if isinstance(picture, Checked) else picture
    return seen.width, seen.height
