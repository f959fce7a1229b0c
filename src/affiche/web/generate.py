"""The page that asks for a batch: who, after which references, how many of each, and the sum."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from affiche.api.auth import SignedIn
from affiche.domain.batches import MOST_VARIATIONS
from affiche.domain.templates import Template
from affiche.errors import AfficheError, InvalidInputs, NotFound
from affiche.studio import batches, characters, loras, prompts, references, templates
from affiche.studio.characters import Character
from affiche.studio.prompts import Preview
from affiche.texts import say
from affiche.web import batches as asked
from affiche.web import fields, orders, samples, shelves
from affiche.web.fields import Answers
from affiche.web.orders import Order, Sum
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
Words = Annotated[str, Query(alias="shelf-words", max_length=references.LONGEST_SEARCH)]
Category = Annotated[str, Query(alias="shelf-category", max_length=200)]


@router.get("/generate")
async def generate(
    request: Request,
    caller: SignedIn,
    template: Annotated[str, Query(max_length=200)] = "",
    character: Annotated[str, Query(max_length=200)] = "",
    reference: Annotated[list[UUID] | None, Query(max_length=500)] = None,
    category: Category = "",
    words: Words = "",
) -> Response:
    """`character` and `reference` are chosen already: other pages lead here with them."""
    page = desk(request, caller)
    offered = await _offered(page, caller)
    if not offered:
        return page.page("generate/none.html")
    chosen = _chosen(offered, template)
    order = replace(
        orders.blank(chosen, uuid.uuid4().hex),
        picked=[str(each) for each in reference or ()],
        category=category,
        words=words,
    )
    there = await characters.listed(page.studio, caller)
    named = [each for each in there if character and character in (str(each.id), each.slug)]
    if named or len(there) == 1:
        order = replace(order, character=str((named or there)[0].id))
    return await _page(page, caller, offered, chosen, order)


@router.get("/generate/references")
async def browse(
    request: Request,
    caller: SignedIn,
    category: Category = "",
    words: Words = "",
    before: UUID | None = None,
) -> Response:
    """References of a category, a search, or further down; as a part of the page."""
    page = desk(request, caller)
    if not page.wants_fragment:
        return page.go("/generate")
    shelf = await shelves.shelf(page, caller, category, words, before=before)
    return page.page("generate/references.html", shelf=shelf, picked=())


@router.get("/generate/picks")
async def picks(
    request: Request, caller: SignedIn, category: Category = "", words: Words = ""
) -> Response:
    """Ids of everything in a category and a search, to be chosen together."""
    page = desk(request, caller)
    return JSONResponse(await shelves.everything(page, caller, category, words))


@router.get("/generate/queue")
async def queue(request: Request, caller: SignedIn) -> Response:
    """The newest batches, as they are now."""
    page = desk(request, caller)
    if not page.wants_fragment:
        return page.go("/batches")
    rows = await asked.rows(page, caller, asked.RECENT)
    return page.page("generate/queue.html", rows=rows, queue_trigger=asked.LIVE)


@router.get("/generate/look")
async def come_back(request: Request, caller: SignedIn) -> Response:
    """A form that was looked at without scripts has this address."""
    return desk(request, caller).go("/generate")


@router.post("/generate/look")
async def look(request: Request, caller: SignedIn) -> Response:
    """What the form comes to; nothing is asked or kept. Without scripts also the way to another
    category, further down, and to everything at once."""
    page = desk(request, caller)
    offered, chosen, order = await _sent(page, caller)
    if page.wants_fragment:
        return await _sum(page, caller, chosen, order)
    if order.pressed == "all":
        more = await shelves.everything(page, caller, order.category, order.words)
        order = replace(order, picked=list(dict.fromkeys([*order.picked, *more])))
    if order.pressed == "none":
        order = replace(order, picked=[])
    return await _page(page, caller, offered, chosen, order)


@router.post("/generate")
async def ask(request: Request, caller: SignedIn) -> Response:
    page = desk(request, caller)
    offered, chosen, order = await _sent(page, caller)
    try:
        batch = await batches.ask(page.studio, caller, order.asked(chosen, keyed=True))
    except InvalidInputs as error:
        found = Sum(problems=error.problems)
    except AfficheError as error:
        if error.status >= 500:
            raise
        found = Sum(refused=error)
    else:
        return page.go(f"/batches/{batch.id}")
    if page.wants_fragment:
        return await _sum(page, caller, chosen, order, found, status=422)
    return await _page(page, caller, offered, chosen, order, found, status=422)


async def _sent(page: Desk, caller: SignedIn) -> tuple[list[Template], Template, Order]:
    """The templates on offer, the one that was chosen, and the form as it was sent."""
    form = await orders.read(page.request)
    offered = await _offered(page, caller)
    chosen = _chosen(offered, str(form.get("batch-template") or ""))
    return offered, chosen, orders.of_form(form, chosen)


async def _offered(page: Desk, caller: SignedIn) -> list[Template]:
    """The templates that take references."""
    found = [each.template for each in await templates.gallery(page.studio, caller)]
    return [each for each in found if any(f.type == "reference" for f in each.fields)]


def _chosen(offered: list[Template], slug: str) -> Template:
    """Raises NotFound for one that is not on offer."""
    found = [each for each in offered if slug in ("", each.slug)]
    if not found:
        raise NotFound(what="template")
    return found[0]


async def _page(
    page: Desk,
    caller: SignedIn,
    offered: list[Template],
    template: Template,
    order: Order,
    found: Sum | None = None,
    *,
    status: int = 200,
) -> Response:
    found = found or await orders.summed(page.studio, caller, template, order)
    answers = Answers(order.values, tuple(found.problems))
    names = {each.request_key for each in orders.own_fields(template)}
    views = await fields.views(page.studio, caller, template, answers, page.language)
    who = orders.character_field(template)
    there = await characters.listed(page.studio, caller) if who else []
    before = shelves.after(order.before)
    shelf = await shelves.shelf(page, caller, order.category, order.words, before=before)
    return page.page(
        "generate/page.html",
        status=status,
        offered=samples.offered(page.studio, template, page.language),
        choices=[samples.offered(page.studio, each, page.language) for each in offered],
        order=order,
        picked=set(order.picked),
        views=[view for view in views if view.name in names and not view.field.is_picture],
        axes=[(f.name, f.label.say(page.language)) for f in orders.varied(template)],
        asks_who=who is not None,
        people=await _people(page, template, there),
        categories=await references.categories(page.studio, caller),
        shelf=shelf,
        most_variations=MOST_VARIATIONS,
        rows=await asked.rows(page, caller, asked.RECENT),
        queue_trigger=asked.LIVE,
        **await _told(page, caller, template, order, found),
    )


async def _people(
    page: Desk, template: Template, there: list[Character]
) -> list[tuple[Character, bool]]:
    """Each with whether its LoRA is known to be missing where its works would run."""
    found = []
    needed = bool(loras.loads(template))
    for each in there:
        missing = needed and not each.lora_file
        if needed and each.lora_file:
            standing = await loras.standing(page.studio, template, each.lora_file)
            missing = standing.known and not standing.there
        found.append((each, missing))
    return found


async def _sum(
    page: Desk,
    caller: SignedIn,
    template: Template,
    order: Order,
    found: Sum | None = None,
    *,
    status: int = 200,
) -> Response:
    found = found or await orders.summed(page.studio, caller, template, order)
    told = await _told(page, caller, template, order, found)
    return page.page("generate/sum.html", status=status, order=order, **told)


async def _told(
    page: Desk,
    caller: SignedIn,
    template: Template,
    order: Order,
    found: Sum,
) -> dict[str, Any]:
    """The sum and the prompts in words."""
    labels = {key: f.label.say(page.language) for f in template.fields for key in f.keys}
    wrong = []
    for problem in found.problems:
        place = orders.anchor(template, problem)
        label = (
            say(page.language, f"batches.generate.{place[1]}")
            if place
            else labels.get(problem.field)
        )
        where = place[0] if place else problem.field
        wrong.append((where, label or problem.field, problem.message(page.language)))
    preview: Preview | None = None
    if order.pressed == "english" and found.quote is not None:
        preview = await _preview(page, caller, template, order)
    sources = found.quote.plan.references if found.quote else ()
    return {
        "offered_slug": template.slug,
        "span": lambda seconds: timedelta(seconds=seconds),
        "sum": found,
        "wrong": wrong,
        "x_problem": _of_axis(page, found, "x"),
        "y_problem": _of_axis(page, found, "y"),
        "prompts": found.quote.prompts if found.quote else (),
        "sources": {each.id: each for each in sources},
        "uncaptioned": sum(not each.caption for each in sources),
        "preview": preview,
        "translates": page.studio.model is not None,
    }


async def _preview(
    page: Desk, caller: SignedIn, template: Template, order: Order
) -> Preview | None:
    """Of the first reference, translated as it would go."""
    wanted = order.asked(template)
    what = next(f for f in template.fields if f.type == "reference")
    inputs = {**wanted.inputs, what.request_key: order.picked[0]}
    try:
        return await prompts.preview(page.studio, caller, template.slug, inputs, lenient=True)
    except InvalidInputs:
        return None


def _of_axis(page: Desk, found: Sum, side: str) -> str:
    problem = found.of_axis(side)
    return problem.message(page.language) if problem else ""
