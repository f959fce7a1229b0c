"""Reading what a form sent: text as it was typed, pictures as they are stored."""

from collections.abc import AsyncGenerator
from typing import Final

from fastapi import Request
from starlette.datastructures import UploadFile

from affiche.api.bodies import pieces
from affiche.domain.fields import Field, with_english
from affiche.domain.templates import Template
from affiche.errors import (
    AfficheError,
    FieldProblem,
    PictureEmpty,
    PictureError,
    PictureTooLarge,
)
from affiche.studio import sources, uploads
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.web import counts
from affiche.web.fields import Answers

MORE: Final = 4
"""How many times over its limit a picture is read, so that the form comes back with its words."""
WORDS: Final = 2 * 2**20
FRONT: Final = "ask-front"
"""The button of the form; no field of a template has a hyphen in its name."""
LONGEST_COUNT: Final = 20
"""Characters of a number that is shown again."""


async def read(request: Request, studio: Studio, caller: Caller, template: Template) -> Answers:
    """The answers by request key; a picture that was sent stands there by its new file's id.

    A picture that cannot be kept is a problem of its field, and whatever was held stays.
    Raises PictureTooLarge for a form that is too large to be read at all.
    """
    pictures = [field for field in template.fields if field.is_picture]
    limit = max((sources.limits_of(studio, f).megabytes for f in pictures), default=1)
    request = Bounded(request, MORE * limit, len(pictures))
    values: dict[str, str] = {}
    problems: list[FieldProblem] = []
    async with request.form(max_files=50, max_fields=500) as form:
        front = FRONT in form
        outputs = str(form.get(counts.NAME) or "")[:LONGEST_COUNT]
        for field in with_english(template.fields):
            given = form.getlist(field.request_key)
            texts = [one for one in given if isinstance(one, str) and one.strip()]
            values[field.request_key] = texts[-1] if texts else ""
            sent = next(
                (one for one in given if isinstance(one, UploadFile) and one.filename), None
            )
            if not field.is_picture or sent is None:
                continue
            try:
                file = await _keep(sent, studio, caller, field)
                values[field.request_key] = str(file.id)
            except PictureError as error:
                problems.append(FieldProblem(field.name, error.code, tuple(error.params.items())))
    return Answers(values, (*problems, *counts.problems(outputs)), front, outputs)


async def picture(request: Request, studio: Studio, caller: Caller, field: Field) -> File:
    """The one picture that was sent for `field`; raises a PictureError."""
    request = Bounded(request, sources.limits_of(studio, field).megabytes, 1)
    async with request.form(max_files=1, max_fields=1) as form:
        sent = next((part for part in form.values() if isinstance(part, UploadFile)), None)
        if sent is None:
            raise PictureEmpty
        return await _keep(sent, studio, caller, field)


class Bounded(Request):
    """A form that is read no further than so many pictures of so many MB, and their words."""

    def __init__(self, request: Request, megabytes: int, pictures: int) -> None:
        super().__init__(request.scope, request.receive)
        self.limit = megabytes * 2**20 * pictures + WORDS
        self.error: AfficheError = PictureTooLarge(limit=megabytes)

    async def stream(self) -> AsyncGenerator[bytes, None]:
        async for piece in pieces(Request(self.scope, self.receive), self.limit, self.error):
            yield piece


async def _keep(sent: UploadFile, studio: Studio, caller: Caller, field: Field) -> File:
    limits = sources.limits_of(studio, field)
    if (sent.size or 0) > limits.bytes:
        raise PictureTooLarge(limit=limits.megabytes)
    checked = await uploads.check(await sent.read(), limits, sources.accepted(field))
    return await uploads.keep(studio, caller.id, checked, sent.filename or "")
