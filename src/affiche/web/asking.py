"""The form of a template, the pictures put into it, and the asking."""

from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from affiche.api.auth import SignedIn
from affiche.domain.forms import check
from affiche.domain.templates import Template
from affiche.domain.translation import Status, overall
from affiche.errors import AfficheError, InvalidInputs, NotFound
from affiche.studio import credits, templates, translations, works
from affiche.studio.works import Ask
from affiche.web import fields, posts, samples
from affiche.web.fields import Answers
from affiche.web.pages import PRIVATE, Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
PROMPTS: Final = 50
SHOWN: Final = ("translated", "cached")
"""What is worth showing: all else would be what was written."""


@router.get("/templates/{slug}")
async def form(
    request: Request,
    slug: str,
    caller: SignedIn,
    source: Annotated[UUID | None, Query(alias="from")] = None,
    preset: str = "",
) -> Response:
    page = desk(request, caller)
    template = (await templates.find(page.studio, caller, slug)).template
    values = fields.defaults(template)
    if source:
        work = await works.get(page.studio, caller, source)
        values = fields.of_work(template, work.input_data)
    for offered in fields.presets(template, page.language):
        if offered.preset.slug == preset:
            values |= offered.values
    brought = bool(source or preset)
    return await _page(page, caller, template, Answers(values), opened=brought, fresh=not brought)


@router.get("/templates/{slug}/prompts/{key}")
async def list_prompts(request: Request, slug: str, key: str, caller: SignedIn) -> Response:
    """What the caller asked for in that field of late, each once, the latest first."""
    studio = desk(request, caller).studio
    template = (await templates.find(studio, caller, slug)).template
    if not any(field.request_key == key for field in template.fields):
        raise NotFound(what="field")
    found = await works.page(studio, caller, template=slug, limit=PROMPTS)
    written = (work.input_data.get(key) for work in found)
    prompts = list(dict.fromkeys(text for text in written if isinstance(text, str) and text))
    return JSONResponse({"prompts": prompts}, headers=PRIVATE)


@router.get("/templates/{slug}/works")
async def come_back(request: Request, slug: str, caller: SignedIn) -> Response:
    """A form that was refused without scripts has this address, and can be asked for by it."""
    return desk(request, caller).go(f"/templates/{quote(slug)}")


@router.post("/templates/{slug}/works")
async def ask(request: Request, slug: str, caller: SignedIn) -> Response:
    page = desk(request, caller)
    template = (await templates.find(page.studio, caller, slug)).template
    answers = await posts.read(request, page.studio, caller, template)
    try:
        if answers.problems:
            # What is wrong with a picture is known already; all the rest is named with it.
            others = check(template.fields, answers.values, lenient=True).problems
            named = {problem.field for problem in answers.problems}
            rest = (problem for problem in others if problem.field not in named)
            raise InvalidInputs([*answers.problems, *rest])
        work = await works.ask(
            page.studio, caller, Ask(template=slug, inputs=answers.values, lenient=True)
        )
    except InvalidInputs as error:
        answers = Answers(answers.values, error.problems)
        return await _page(page, caller, template, answers, status=422)
    return page.go(f"/works/{work.id}")


@router.get("/templates/{slug}/english")
async def come_back_from_english(request: Request, slug: str, caller: SignedIn) -> Response:
    """As above."""
    return desk(request, caller).go(f"/templates/{quote(slug)}")


@router.post("/templates/{slug}/english")
async def put_into_english(request: Request, slug: str, caller: SignedIn) -> Response:
    """The form again, with what its words would be in English, to look at and to change."""
    page = desk(request, caller)
    template = (await templates.find(page.studio, caller, slug)).template
    answers = await posts.read(request, page.studio, caller, template)
    found = await translations.form(page.studio, caller, template.fields, answers.values)
    english = {key: each.english for key, each in found.items() if each.status in SHOWN}
    return await _page(
        page,
        caller,
        template,
        Answers({**answers.values, **english}, answers.problems),
        english=overall([each.status for each in found.values()]),
    )


@router.post("/templates/{slug}/pictures/{key}")
async def put_picture(request: Request, slug: str, key: str, caller: SignedIn) -> Response:
    """Keep one picture while the rest of the form is still being filled in."""
    page = desk(request, caller)
    try:
        template = (await templates.find(page.studio, caller, slug)).template
        field = next((f for f in template.fields if f.is_picture and f.request_key == key), None)
        if field is None:
            raise NotFound(what="field")
        file = await posts.picture(request, page.studio, caller, field)
    except AfficheError as error:
        return JSONResponse({"message": error.message(page.language)}, error.status)
    return JSONResponse({"id": str(file.id), "width": file.width, "height": file.height}, 201)


async def _page(
    page: Desk,
    caller: SignedIn,
    template: Template,
    answers: Answers,
    *,
    opened: bool = False,
    fresh: bool = False,
    english: Status | None = None,
    status: int = 200,
) -> Response:
    views = await fields.views(page.studio, caller, template, answers, page.language)
    wrong = [view for view in views if view.problem]
    charging = page.studio.settings.credits
    return page.page(
        "form.html",
        status=status,
        template=template,
        who=caller.id,
        fresh=fresh,
        offered=samples.offered(page.studio, template, page.language),
        views=views,
        kinds=fields.LABELS,
        quote=await credits.quote(page.studio, caller, template.slug) if charging else None,
        presets=fields.presets(template, page.language),
        wrong=wrong,
        english=english,
        translates=page.studio.model is not None,
        opened=opened or any(view.group == "settings" for view in wrong),
    )
