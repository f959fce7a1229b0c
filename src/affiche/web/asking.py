"""The form of a template, the pictures put into it, and the asking."""

import json
from dataclasses import replace
from typing import Annotated, Final, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from affiche.api.auth import SignedIn
from affiche.domain.forms import check
from affiche.domain.translation import Status, overall
from affiche.errors import AfficheError, InvalidInputs, NotFound
from affiche.studio import templates, translations, works
from affiche.studio.templates import Versioned
from affiche.studio.works import Ask, Work
from affiche.web import brought, counts, fields, posts, queue, quotes, samples, viewers
from affiche.web.fields import Answers
from affiche.web.pages import PRIVATE, Desk, address, desk
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
    settings: Annotated[UUID | None, Query(alias="from")] = None,
    seed: Literal["", "new"] = "",
    preset: str = "",
    picture: Annotated[UUID | None, Query(alias="input")] = None,
    brush: bool = False,
    shown: Annotated[UUID | None, Query(alias="work")] = None,
    output: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Others lead here with what it is to be filled with: docs/decisions/0037-make.md."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    work = await viewers.find(page, caller, shown)
    if work and work.template_slug != found.template.slug:
        return page.go(f"/templates/{quote(work.template_slug)}?work={work.id}")
    if brush and (other := await brought.brush_instead(page, caller, found.template)):
        query = {"from": settings or "", "input": picture or "", "brush": "1"}
        return page.go(f"/templates/{quote(other)}{address(query)}")
    wanted = brought.Wanted(
        settings=settings,
        reseeded=seed == "new",
        preset=preset,
        picture=picture,
        brush=brush,
        shown=shown,
    )
    come = await brought.bring(page, caller, found.template, wanted, work)
    answers = Answers(come.values, outputs=str(come.outputs))
    return await _page(page, caller, found, answers, come, work, output, brush=brush)


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
    found = await templates.find(page.studio, caller, slug)
    template = found.template
    answers = await posts.read(request, page.studio, caller, template)
    try:
        if answers.problems:
            # What is wrong with a picture is known already; all the rest is named with it.
            others = check(template.fields, answers.values, lenient=True).problems
            named = {problem.field for problem in answers.problems}
            rest = (problem for problem in others if problem.field not in named)
            raise InvalidInputs([*answers.problems, *rest])
        asked = Ask(
            template=slug,
            inputs=answers.values,
            output_count=counts.counted(answers.outputs),
            lenient=True,
            front=answers.front,
        )
        work = await works.ask(page.studio, caller, asked)
    except InvalidInputs as error:
        answers = replace(answers, problems=error.problems)
        return await _page(page, caller, found, answers, status=422)
    if page.wants_fragment:
        # The form stays as it is; the page shows the work beside it.
        told = json.dumps({"asked": {"work": str(work.id)}})
        return Response(status_code=204, headers=PRIVATE | {"HX-Trigger": told})
    return page.go(f"/works/{work.id}")


@router.get("/templates/{slug}/english")
async def come_back_from_english(request: Request, slug: str, caller: SignedIn) -> Response:
    """As above."""
    return desk(request, caller).go(f"/templates/{quote(slug)}")


@router.post("/templates/{slug}/english")
async def put_into_english(request: Request, slug: str, caller: SignedIn) -> Response:
    """The form again, with what its words would be in English, to look at and to change."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    answers = await posts.read(request, page.studio, caller, found.template)
    put = await translations.form(page.studio, caller, found.template.fields, answers.values)
    english = {key: each.english for key, each in put.items() if each.status in SHOWN}
    return await _page(
        page,
        caller,
        found,
        replace(answers, values={**answers.values, **english}),
        english=overall([each.status for each in put.values()]),
    )


@router.get("/templates/{slug}/recalled")
async def come_back_from_recalled(request: Request, slug: str, caller: SignedIn) -> Response:
    """As above."""
    return desk(request, caller).go(f"/templates/{quote(slug)}")


@router.post("/templates/{slug}/recalled")
async def fill_in(request: Request, slug: str, caller: SignedIn) -> Response:
    """The form with what a picture held, looked at as if somebody had written it; nothing is
    asked."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    answers = await posts.read(request, page.studio, caller, found.template)
    given = {key for key, value in answers.values.items() if value}
    named = {key for each in found.template.fields if given & set(each.keys) for key in each.keys}
    wrong = check(found.template.fields, answers.values, lenient=True).problems
    answers = replace(answers, problems=tuple(each for each in wrong if each.field in named))
    come = brought.Brought(dict(answers.values), yields=False, opened=True)
    return await _page(page, caller, found, answers, come)


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
    found: Versioned,
    answers: Answers,
    come: brought.Brought | None = None,
    work: Work | None = None,
    output: int = 1,
    *,
    brush: bool = False,
    english: Status | None = None,
    status: int = 200,
) -> Response:
    """`come` is None where the form was sent already and comes back."""
    template = found.template
    views = await fields.views(page.studio, caller, template, answers, page.language)
    wrong = [view for view in views if view.problem]
    opened = bool(come and come.opened) or any(view.group == "settings" for view in wrong)
    count = counts.view(answers.outputs, page.language)
    return page.page(
        "form.html",
        status=status,
        template=template,
        who=caller.id,
        fresh=come is not None and come.yields,
        brought=come.fields if come else [],
        brush=brush,
        offered=samples.offered(page.studio, template, page.language),
        views=views,
        kinds=fields.LABELS,
        count=count,
        quote=await quotes.quote(page, caller, found, answers),
        hints=quotes.hints(template, answers, views, page.language),
        presets=fields.presets(template, page.language),
        wrong=[*wrong, count] if count.problem else wrong,
        english=english,
        translates=page.studio.model is not None,
        opened=opened,
        folded=viewers.folded(page),
        **await queue.context(page, caller),
        **await viewers.seen(page, caller, work, output),
    )
