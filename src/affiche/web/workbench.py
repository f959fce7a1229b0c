"""One draft of a template on the bench: its graph, its form and words, trying and publishing it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from affiche.api.admin.door import Operating
from affiche.domain import drafts as edits
from affiche.domain.drafts import Content
from affiche.errors import (
    AfficheError,
    DraftChanged,
    DraftUnfinished,
    GraphInvalid,
    InvalidInputs,
    NotFound,
    PictureError,
    TemplateMoved,
    TemplateNameTaken,
    VersionCurrent,
)
from affiche.graphs.bindings import placeholders
from affiche.graphs.graph import load
from affiche.graphs.schemas import known
from affiche.graphs.suggestions import suggest, suggest_variable
from affiche.studio import drafts, trials, workflows, workshop
from affiche.studio.drafts import Draft
from affiche.studio.studio import Caller
from affiche.web import field_entries, particulars, posts, stands
from affiche.web.fields import Answers
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute
from affiche.web.stands import VIEWS, Stand
from affiche.web.workshop import words, workflow_of

router: Final = APIRouter(route_class=PageRoute)


def stand(sent: Mapping[str, str]) -> Stand:
    """Where on the bench somebody is, as the address or a form says."""
    stage = sent.get("stage", "0")
    return Stand(
        view=sent["view"] if sent.get("view") in VIEWS else VIEWS[0],
        stage=int(stage) if stage.isdecimal() and len(stage) < 4 else 0,
        node=sent.get("node", ""),
        field=sent.get("field", ""),
    )


@router.get("/workshop/drafts/{draft_id}")
async def show(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page = desk(request, caller)
    draft = await drafts.get(page.studio, caller, draft_id)
    return await stands.page(page, caller, draft, stand(dict(request.query_params)))


@router.post("/workshop/drafts/{draft_id}/fields")
async def make_field(request: Request, draft_id: UUID, caller: Operating) -> Response:
    """A field of an input, or an input of a field that there is."""
    page, sent = desk(request, caller), await words(request)
    place, made = stand(sent), [""]

    def do(content: Content) -> Content:
        found, made[0] = _bound(draft, content, place, sent)
        return found

    draft = await drafts.get(page.studio, caller, draft_id)
    after = await drafts.change(page.studio, caller, draft_id, do)
    return await go(page, caller, after, replace(place, field=made[0]), made=True)


def _bound(
    draft: Draft, content: Content, place: Stand, sent: Mapping[str, str]
) -> tuple[Content, str]:
    """With the input bound, and the name of the field that feeds it. Raises NotFound."""
    name = sent.get("input", "")
    if place.stage >= len(draft.graphs):
        raise NotFound(what="page")
    graph = load(draft.graphs[place.stage])
    if variable := sent.get("variable"):
        field = suggest_variable(graph, known(), place.node, name, variable)
        if field is None or edits.field(content, variable) is not None:
            raise NotFound(what="field")
        return {**content, "fields": [*content["fields"], field]}, variable
    guess = suggest(graph, known(), place.node, name, sent.get("kind"))
    if guess is None or name in edits.feeding(content["stages"][place.stage], place.node):
        raise NotFound(what="field")
    wanted = sent.get("to", "")
    if wanted:
        if edits.field(content, wanted) is None:
            raise NotFound(what="field")
        return edits.with_binding(content, place.stage, guess.binding, wanted), wanted
    added = {**guess.field, "name": edits.free_name(content, guess.field["name"])}
    if guess.kind == "seed" and added["name"] != guess.field["name"]:
        added.pop("request_key")
    if guess.kind == "mask":
        pictures = [f["name"] for f in content["fields"] if f["type"] == "file"]
        added["target"] = pictures[0] if pictures else ""
    return edits.with_field(content, place.stage, added, guess.binding), str(added["name"])


@router.post("/workshop/drafts/{draft_id}/unbind")
async def unbind(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    place = stand(sent)

    def do(content: Content) -> Content:
        if place.stage >= len(content["stages"]):
            raise NotFound(what="page")
        return edits.without_binding(content, place.stage, place.node, sent.get("input", ""))

    after = await drafts.change(page.studio, caller, draft_id, do)
    return await go(page, caller, after, replace(place, field=""))


@router.post("/workshop/drafts/{draft_id}/outputs")
async def mark_output(request: Request, draft_id: UUID, caller: Operating) -> Response:
    """Whether the pictures of a node count."""
    page, sent = desk(request, caller), await words(request)
    place = stand(sent)

    def do(content: Content) -> Content:
        if place.stage >= len(content["stages"]):
            raise NotFound(what="page")
        found = {**content, "stages": [dict(each) for each in content["stages"]]}
        own = found["stages"][place.stage]
        rest = [id_ for id_ in own["outputs"] if id_ != place.node]
        own["outputs"] = [*rest, place.node] if sent.get("counts") else rest
        return found

    after = await drafts.change(page.studio, caller, draft_id, do)
    return await go(page, caller, after, place)


@router.post("/workshop/drafts/{draft_id}/fields/{name}")
async def save_field(request: Request, draft_id: UUID, name: str, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    place = replace(stand(sent), field=name)
    draft = await drafts.get(page.studio, caller, draft_id)
    before = edits.field(draft.content, name)
    if before is None:
        return await _gone(page, caller, draft, place)
    found = field_entries.read(sent, before)
    new = found.definition["name"]
    if not new or (new != name and new in edits.names(draft.content)):
        found.problems["name"] = "name_taken" if new else "name_missing"
    if found.problems:
        return await stands.page(page, caller, draft, place, sent=sent, problems=found.problems)
    variables = [placeholders(load(graph)) for graph in draft.graphs]
    return await save(
        page,
        caller,
        draft,
        replace(place, field=new),
        sent,
        do=lambda content: edits.with_changed(content, name, found.definition, variables),
        part=lambda content: edits.field(content, name),
    )


@router.post("/workshop/drafts/{draft_id}/fields/{name}/{act}")
async def act_on_field(
    request: Request, draft_id: UUID, name: str, act: str, caller: Operating
) -> Response:
    """Move it up or down, or take it away."""
    page, sent = desk(request, caller), await words(request)
    place = stand(sent)
    steps = {"up": -1, "down": 1}

    def do(content: Content) -> Content:
        if name not in edits.names(content):
            return content
        if act in steps:
            return edits.moved(content, name, steps[act])
        return edits.without_field(content, name)

    if act not in (*steps, "remove"):
        raise NotFound(what="page")
    after = await drafts.change(page.studio, caller, draft_id, do)
    if act == "remove" and place.field == name:
        place = replace(place, field="")
    return await go(page, caller, after, place)


@router.post("/workshop/drafts/{draft_id}/order")
async def order(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    names = sent.get("names", "").split()
    after = await drafts.change(
        page.studio, caller, draft_id, lambda content: edits.ordered(content, names)
    )
    return await go(page, caller, after, stand(sent))


@router.post("/workshop/drafts/{draft_id}/details")
async def save_details(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    draft = await drafts.get(page.studio, caller, draft_id)
    found, problems = particulars.read(sent, draft.content)
    place = Stand("details")
    if problems:
        return await stands.page(page, caller, draft, place, sent=sent, problems=problems)
    return await save(
        page,
        caller,
        draft,
        place,
        sent,
        do=lambda content: {**content, **found},
        part=particulars.stored,
    )


@router.post("/workshop/drafts/{draft_id}/workflow")
async def exchange(request: Request, draft_id: UUID, caller: Operating) -> Response:
    """Another graph for one stage."""
    page = desk(request, caller)
    place = stand(dict(request.query_params))
    data, _ = await workflow_of(request, page.studio)
    try:
        graph = await workflows.read(page.studio, caller, data)
    except (GraphInvalid, PictureError) as error:
        draft = await drafts.get(page.studio, caller, draft_id)
        return await stands.page(page, caller, draft, place, error=error)
    after = await drafts.exchange(page.studio, caller, draft_id, place.stage, graph)
    return await go(page, caller, after, place)


@router.post("/workshop/drafts/{draft_id}/discard")
async def discard(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    if sent.get("sure") != "yes":
        return page.go(f"/workshop/drafts/{draft_id}?view=publish")
    await drafts.discard(page.studio, caller, draft_id)
    return page.go("/workshop")


# --- trying and publishing --------------------------------------------------------------------


@router.post("/workshop/drafts/{draft_id}/works")
async def try_it(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page = desk(request, caller)
    draft = await drafts.get(page.studio, caller, draft_id)
    engine = request.query_params.get("engine", "")
    template = stands.shown(draft)
    form = await posts.read(request, page.studio, caller, template)
    place = Stand("try")
    try:
        if form.problems:
            raise InvalidInputs(form.problems)
        await trials.start(page.studio, caller, draft, engine, form.values)
    except InvalidInputs as error:
        answers = Answers(form.values, error.problems)
        return await stands.page(page, caller, draft, place, answers=answers, engine=engine)
    except DraftUnfinished as error:
        return await stands.page(page, caller, draft, place, error=error, engine=engine)
    return await go(page, caller, draft, place, engine=engine, answers=Answers(form.values))


@router.post("/workshop/drafts/{draft_id}/pictures/{key}")
async def put_picture(request: Request, draft_id: UUID, key: str, caller: Operating) -> Response:
    """Keep one picture while the rest of the form is still being filled in."""
    page = desk(request, caller)
    try:
        template = stands.shown(await drafts.get(page.studio, caller, draft_id))
        wanted = next((f for f in template.fields if f.is_picture and f.request_key == key), None)
        if wanted is None:
            raise NotFound(what="field")
        file = await posts.picture(request, page.studio, caller, wanted)
    except AfficheError as error:
        return JSONResponse({"message": error.message(page.language)}, error.status)
    return JSONResponse({"id": str(file.id), "width": file.width, "height": file.height}, 201)


@router.get("/workshop/drafts/{draft_id}/prompts/{key}")
async def list_prompts(request: Request, draft_id: UUID, key: str, caller: Operating) -> Response:
    """What was tried with it of late."""
    studio = desk(request, caller).studio
    found = await trials.listed(studio, caller, await drafts.get(studio, caller, draft_id))
    written = (work.input_data.get(key) for work in found)
    prompts = list(dict.fromkeys(text for text in written if isinstance(text, str) and text))
    return JSONResponse({"prompts": prompts})


@router.post("/workshop/drafts/{draft_id}/publish")
async def publish(request: Request, draft_id: UUID, caller: Operating) -> Response:
    page, sent = desk(request, caller), await words(request)
    over = sent.get("over", "0")
    try:
        slug, _ = await workshop.publish(
            page.studio,
            caller,
            draft_id,
            over=int(over) if over.isdecimal() and len(over) < 9 else 0,
            note=sent.get("note", "").strip(),
        )
    except (DraftUnfinished, TemplateMoved, TemplateNameTaken, VersionCurrent) as error:
        draft = await drafts.get(page.studio, caller, draft_id)
        return await stands.page(page, caller, draft, Stand("publish"), sent=sent, error=error)
    return page.go(f"/workshop/templates/{quote(slug)}")


# --- afterwards -------------------------------------------------------------------------------


async def save(
    page: Desk,
    caller: Caller,
    draft: Draft,
    place: Stand,
    sent: Mapping[str, str],
    *,
    do: Callable[[Content], Content],
    part: Callable[[Content], object],
    then: Callable[[], Stand] | None = None,
) -> Response:
    """Saved, and what is at `then`; or where somebody else changed it meanwhile, the form as it
    was sent, with a word of who that was and what there is now."""
    seen = sent.get("seen", "")
    try:
        after = await drafts.change(page.studio, caller, draft.id, do, part=part, seen=seen)
    except DraftChanged as error:
        now = await drafts.get(page.studio, caller, draft.id)
        old = replace(place, field=place.field if edits.field(now.content, place.field) else "")
        return await stands.page(page, caller, now, old, sent=sent, error=error)
    return await go(page, caller, after, then() if then else place, saved=True)


async def _gone(page: Desk, caller: Caller, draft: Draft, place: Stand) -> Response:
    error = DraftChanged(name=draft.changed_name or "–")
    return await stands.page(page, caller, draft, replace(place, field=""), error=error)


async def go(page: Desk, caller: Caller, draft: Draft, place: Stand, **more: Any) -> Response:
    if page.wants_fragment:
        answer = await stands.page(page, caller, draft, place, **more)
        answer.headers["HX-Push-Url"] = place.address(draft)
        return answer
    return page.go(place.address(draft))
