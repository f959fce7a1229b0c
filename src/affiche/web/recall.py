"""A picture that somebody brings back: what it says of how it was made, and the way to do so again.

Nothing of the picture is kept.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.api.files import of_form
from affiche.domain.fields import with_english
from affiche.domain.templates import Template
from affiche.errors import AfficheError, PictureTooLarge
from affiche.studio import recall
from affiche.studio.recall import Recalled
from affiche.texts import Language
from affiche.web import fields
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Told:
    """One setting; `key` is the form's, `label` its word."""

    key: str
    label: str
    value: str


@router.get("/recall")
async def invite(request: Request, caller: SignedIn) -> Response:
    return _page(desk(request, caller))


@router.post("/recall")
async def read(request: Request, caller: SignedIn) -> Response:
    page = desk(request, caller)
    too_large = PictureTooLarge(limit=recall.MEGABYTES)
    try:
        data, _ = await of_form(request, recall.MEGABYTES * 2**20, too_large, "picture")
        found = await recall.recall(page.studio, caller, data)
    except AfficheError as error:
        if error.status >= 500:
            raise
        return _page(page, problem=error, status=error.status)
    return _page(page, found)


def told(found: Recalled, language: Language) -> list[Told]:
    """The settings of a note: in the form's order and words where its template is on offer."""
    if found.note is None:
        return []
    if found.template is None:
        return [Told(key, key, str(value)) for key, value in found.note.inputs.items()]
    return _of_form(found.template, dict(found.note.inputs), language)


def _of_form(template: Template, inputs: dict[str, object], language: Language) -> list[Told]:
    brought = fields.of_work(template, inputs)
    rows = []
    for field in with_english(template.fields):
        value = brought.get(field.request_key, "")
        if field.request_key in inputs and value and not field.is_picture:
            rows.append(Told(field.request_key, field.label.say(language), value))
    return rows


def _page(
    page: Desk,
    found: Recalled | None = None,
    *,
    problem: AfficheError | None = None,
    status: int = 200,
) -> Response:
    return page.page(
        "recall.html",
        status=status,
        found=found,
        told=told(found, page.language) if found else [],
        problem=problem.message(page.language) if problem else "",
        hint=problem.hint(page.language) if problem else "",
    )
