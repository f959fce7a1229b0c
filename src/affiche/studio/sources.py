"""Where a work's pictures come from: a file uploaded before, bytes in the request, an address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from affiche.domain.fields import Field
from affiche.domain.forms import InlinePicture, PictureAddress, UploadedFile
from affiche.errors import AddressRefused, FieldProblem, NotFound, PictureError
from affiche.fetch.urls import checked as checked_address
from affiche.pictures.kinds import Kind, accepted_kinds
from affiche.pictures.verification import Limits
from affiche.studio import masks, uploads
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Resolved:
    """Values by field name; what came as bytes is decoded and waits in `pictures`."""

    values: Mapping[str, Any]
    pictures: Mapping[str, uploads.Checked]
    problems: Sequence[FieldProblem]


async def resolve(
    studio: Studio, caller: Caller, fields: Sequence[Field], values: Mapping[str, Any]
) -> Resolved:
    """Look at every picture without keeping any: a problem leaves nothing behind."""
    named = {f.name: f for f in fields}
    plain, pictures, problems = dict(values), dict[str, uploads.Checked](), list[FieldProblem]()
    files = dict[str, uploads.File]()
    for name, value in values.items():
        try:
            match value:
                case UploadedFile():
                    file = await uploads.get(studio, caller, value.id)
                    if (problem := misfit(named[name], file)) is not None:
                        problems.append(problem)
                    plain[name], files[name] = str(file.id), file
                case PictureAddress():
                    checked_address(value.url, studio.policy)
                    plain[name] = value.url
                case InlinePicture():
                    pictures[name] = await uploads.check(
                        value.data, limits_of(studio, named[name]), accepted(named[name])
                    )
        except (PictureError, AddressRefused) as error:
            problems.append(FieldProblem(name, error.code, tuple(error.params.items())))
        except NotFound:
            problems.append(FieldProblem(name, "file_unknown"))
    problems += await masks.problems(studio, fields, values, {**files, **pictures})
    return Resolved(plain, pictures, problems)


async def keep(studio: Studio, caller: Caller, resolved: Resolved) -> dict[str, Any]:
    """The values with every picture stored; called when nothing else can be refused."""
    kept = dict(resolved.values)
    for name, picture in resolved.pictures.items():
        kept[name] = str(
            (await uploads.keep(studio, caller.id, picture, name, project_id=caller.project_id)).id
        )
    return kept


def accepted(field: Field) -> frozenset[Kind] | None:
    """The kinds of picture that the field takes; None for all that Affiche reads."""
    return accepted_kinds(field.accept) if field.accept else None


def limits_of(studio: Studio, field: Field) -> Limits:
    """The field's own size limit, within the studio's."""
    wide = studio.limits
    if field.max_size is None:
        return wide
    return Limits(max(1, min(wide.megabytes, field.max_size // 2**20)), wide.megapixels)


def misfit(field: Field, file: uploads.File) -> FieldProblem | None:
    """Why a stored file does not fit the field, if so."""
    return unfit(field, file.mime_type)


def unfit(field: Field, media_type: str) -> FieldProblem | None:
    """The same, of a picture of that type."""
    allowed = field.media_types()
    if not allowed or media_type in allowed:
        return None
    names = {m.removeprefix("image/") for m in allowed}
    return FieldProblem(
        field.name,
        "picture_type",
        (
            ("found", media_type.removeprefix("image/")),
            ("accepted", ", ".join(sorted(names))),
        ),
    )
