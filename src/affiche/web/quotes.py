"""What a form says before it is sent: what it costs, how long it takes, what is wrong with it, and
what will become of its pictures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.auth import SignedIn
from affiche.domain import seeds, sizes
from affiche.domain.credits import credits_for
from affiche.domain.forms import check
from affiche.domain.sizes import Expected, Size
from affiche.domain.templates import Template
from affiche.studio import offers, sources, templates
from affiche.studio.offers import Offer
from affiche.studio.templates import Versioned
from affiche.texts import Language, say
from affiche.web import counts, fields, posts, samples
from affiche.web.brought import first_picture
from affiche.web.fields import Answers, FieldView
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Quote:
    """Of so many `outputs`, each of them at `price`. `seconds` are the caller's own history where
    `measured`, else the template's estimate."""

    offer: Offer
    outputs: int
    price: int
    seconds: int
    measured: bool


@router.get("/templates/{slug}/check")
async def come_back(request: Request, slug: str, caller: SignedIn) -> Response:
    """As the address of a form that was sent."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    return page.go(f"/templates/{found.template.slug}")


@router.post("/templates/{slug}/check")
async def check_form(request: Request, slug: str, caller: SignedIn) -> Response:
    """What the form as it stands comes to, and what is wrong with it; nothing is asked or kept but
    pictures that were sent along."""
    page = desk(request, caller)
    found = await templates.find(page.studio, caller, slug)
    answers = await posts.read(request, page.studio, caller, found.template)
    problems = check(found.template.fields, answers.values, lenient=True).problems
    answers = replace(answers, problems=(*answers.problems, *problems))
    views = await fields.views(page.studio, caller, found.template, answers, page.language)
    views = [_fitting(page, view) for view in views]
    return page.page(
        "make/checks.html",
        views=views,
        count=counts.view(answers.outputs, page.language),
        hints=hints(found.template, answers, views, page.language),
        quote=await quote(page, caller, found, answers),
        offered=samples.offered(page.studio, found.template, page.language),
    )


async def quote(page: Desk, caller: SignedIn, found: Versioned, answers: Answers) -> Quote:
    outputs = counts.counted(answers.outputs)
    made = await offers.offer(page.studio, caller, found, outputs)
    price = credits_for(found.template)
    if made.seconds is not None:
        return Quote(made, outputs, price, max(1, math.ceil(made.seconds)), measured=True)
    each = _estimated(found.template, answers.values, page.language)
    return Quote(made, outputs, price, outputs * each, measured=False)


def hints(
    template: Template,
    answers: Answers,
    views: Sequence[FieldView],
    language: Language,
) -> dict[str, list[str]]:
    """What a picture's size and shape and a seed come to, by request key."""
    return {
        **_of_picture(template, answers.values, views, language),
        **_of_seeds(template, answers, language),
    }


def _of_seeds(template: Template, answers: Answers, language: Language) -> dict[str, list[str]]:
    """Several pictures differ by their seeds, which are counted up from the one that is given."""
    outputs = counts.counted(answers.outputs)
    found: dict[str, list[str]] = {}
    for each in template.fields:
        first = seeds.wish(answers.values.get(each.request_key)) if each.is_seed else None
        if first is not None and outputs > 1 and not seeds.is_over(first):
            last = seeds.of_output(first, outputs - 1)
            found[each.request_key] = [say(language, "make.hint.seeds", first=first, last=last)]
    return found


def _of_picture(
    template: Template,
    values: Mapping[str, str],
    views: Sequence[FieldView],
    language: Language,
) -> dict[str, list[str]]:
    slot = first_picture(template)
    view = next((each for each in views if slot and each.field.name == slot.name), None)
    if view is None:
        return {}
    source = (view.picture.width, view.picture.height) if view.picture else None
    made = sizes.expected(template, _read(template, values), source)
    if made is None or (source is None and not made.own):
        return {}
    return {view.name: [*_told(made, source, language)]}


def _told(made: Expected, source: Size | None, language: Language) -> list[str]:
    size = (made.width, made.height)
    said = [say(language, "make.hint.size", width=made.width, height=made.height)]
    if source is None:
        return said
    if made.own and sizes.bent(source, size):
        key = "make.hint.cropped" if _shape(source) != _shape(size) else "make.hint.trimmed"
        own, other = (say(language, f"make.shape.{_shape(each)}") for each in (source, size))
        said.append(say(language, key, own=own, made=other))
    if (by := sizes.stretch(source, size)) >= sizes.STRETCHED:
        width, height = source
        said.append(say(language, "make.hint.small", width=width, height=height, by=f"{by:.1f}"))
    return said


def _shape(size: Size) -> str:
    if not sizes.bent(size, (1, 1)):
        return "square"
    return "landscape" if size[0] > size[1] else "portrait"


def _fitting(page: Desk, view: FieldView) -> FieldView:
    """A picture from elsewhere may be of a kind that the field does not take."""
    wrong = sources.misfit(view.field, view.picture) if view.picture else None
    return replace(view, problem=wrong.message(page.language)) if wrong else view


def _read(template: Template, values: Mapping[str, str]) -> dict[str, Any]:
    """What is right, by field name."""
    return check(template.fields, dict(values), lenient=True).values


def _estimated(template: Template, values: Mapping[str, str], language: Language) -> int:
    """In seconds, by the preset whose values the form has."""
    for each in fields.presets(template, language):
        held = all(fields.same(values.get(key, ""), value) for key, value in each.values.items())
        if held and each.preset.estimated_time:
            return each.preset.estimated_time
    return template.estimated_time
