"""The presets of a draft: values that people set in the form by one click."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api.admin.door import Operating
from affiche.domain import forms
from affiche.domain import preset_drafts as edits
from affiche.domain.drafts import Content
from affiche.domain.fields import Field
from affiche.errors import DraftChanged, NotFound
from affiche.studio import drafts
from affiche.texts import Language
from affiche.web import stands, workbench
from affiche.web.pages import desk
from affiche.web.preset_views import NEW, settable
from affiche.web.refusals import PageRoute
from affiche.web.workshop import words

router: Final = APIRouter(route_class=PageRoute)
STEPS: Final = {"up": -1, "down": 1}


@dataclass(slots=True)
class Read:
    """`problems`: by entry, a key under `workshop.entries`; `wrong`: by field, in words."""

    preset: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


@router.post("/workshop/drafts/{draft_id}/presets")
async def save(request: Request, draft_id: UUID, caller: Operating) -> Response:
    """A new one, or one that there is."""
    page, sent = desk(request, caller), await words(request)
    place = replace(workbench.stand(sent), view="presets", field=sent.get("field", NEW))
    draft = await drafts.get(page.studio, caller, draft_id)
    before = edits.preset(draft.content, place.field)
    if before is None and place.field != NEW:
        error = DraftChanged(name=draft.changed_name or "–")
        return await stands.page(page, caller, draft, replace(place, field=""), error=error)
    found = read(sent, before, draft.content, page.language)
    if found.problems or found.wrong:
        problems = found.problems | {f"value.{name}": text for name, text in found.wrong.items()}
        return await stands.page(page, caller, draft, place, sent=sent, problems=problems)
    slug = [found.preset["slug"]]

    def do(content: Content) -> Content:
        if before is None:
            slug[0] = edits.slug_for(content, found.preset["title"]["en"])
        return edits.with_preset(content, {**found.preset, "slug": slug[0]})

    return await workbench.save(
        *(page, caller, draft, place, sent),
        do=do,
        part=lambda content: edits.preset(content, place.field),
        then=lambda: replace(place, field=slug[0]),
    )


@router.post("/workshop/drafts/{draft_id}/presets/{slug}/{act}")
async def act_on(
    request: Request, draft_id: UUID, slug: str, act: str, caller: Operating
) -> Response:
    """Move it up or down, or take it away."""
    page, sent = desk(request, caller), await words(request)
    place = replace(workbench.stand(sent), view="presets")

    def do(content: Content) -> Content:
        if act in STEPS:
            return edits.moved_preset(content, slug, STEPS[act])
        return edits.without_preset(content, slug)

    if act not in (*STEPS, "remove"):
        raise NotFound(what="page")
    after = await drafts.change(page.studio, caller, draft_id, do)
    if act == "remove" and place.field == slug:
        place = replace(place, field="")
    return await workbench.go(page, caller, after, place)


def read(
    sent: Mapping[str, str], before: Mapping[str, Any] | None, content: Content, language: Language
) -> Read:
    """The preset that was sent. What it sets that no form shows (a seed) stays as it was; its slug
    too, and a new one has none yet."""
    title = {lang: sent.get(f"title.{lang}", "").strip() for lang in ("ko", "en")}
    found = Read({"slug": before["slug"] if before else "", "title": title})
    found.problems = {f"title.{lang}": "name_missing" for lang, text in title.items() if not text}
    shown = settable(content)
    names = {each.name for each in shown}
    values = {k: v for k, v in (before or {}).get("values", {}).items() if k not in names}
    for each in shown:
        _set(each, sent.get(f"value.{each.name}", ""), values, found, language)
    found.preset["values"] = values
    if not values and not found.wrong:
        found.problems["values"] = "no_values"
    seconds = sent.get("seconds", "").strip()
    if seconds.isascii() and seconds.isdecimal() and len(seconds) < 7 and int(seconds):
        found.preset["estimated_time"] = int(seconds)
    elif seconds:
        found.problems["seconds"] = "not_whole"
    return found


def _set(asked: Field, text: str, values: dict[str, Any], found: Read, language: Language) -> None:
    """An empty entry leaves the field as the form has it."""
    if not text.strip():
        return
    checked = forms.check([asked], {asked.request_key: text}, lenient=True)
    if checked.problems:
        found.wrong[asked.name] = checked.problems[0].message(language)
    elif asked.name in checked.values:
        values[asked.name] = checked.values[asked.name]
