"""What the bench shows of a draft: where one stands, and all that is to be seen from there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from affiche.catalog.drafts import Finding, good_fields
from affiche.domain import drafts as edits
from affiche.domain.drafts import Content
from affiche.domain.templates import ENGINE_KINDS, Template, Text, TimeOuts
from affiche.errors import AfficheError, DraftChanged, GraphInvalid, InvalidInputs
from affiche.graphs.schemas import known
from affiche.graphs.suggestions import called
from affiche.studio import endpoints, trials, workshop
from affiche.studio.drafts import Draft
from affiche.studio.failures import recalled
from affiche.studio.studio import Caller
from affiche.texts import Language
from affiche.web import (
    cards,
    drawing,
    field_entries,
    fields,
    particulars,
    preset_views,
    samples,
)
from affiche.web.fields import Answers
from affiche.web.pages import Desk
from affiche.web.workshop import ACCEPT

VIEWS: Final = ("graph", "form", "presets", "details", "try", "publish")


@dataclass(frozen=True, slots=True)
class Stand:
    """Which of VIEWS, and in it which stage, node and field are chosen."""

    view: str = VIEWS[0]
    stage: int = 0
    node: str = ""
    field: str = ""

    def address(self, draft: Draft) -> str:
        asked = {"view": self.view, "stage": self.stage, "node": self.node, "field": self.field}
        return f"/workshop/drafts/{draft.id}?{urlencode({k: v for k, v in asked.items() if v})}"


@dataclass(frozen=True, slots=True)
class Row:
    """A field in the list of all: `label` in the reader's language."""

    name: str
    kind: str
    label: str
    required: bool
    wrong: bool


def shown(draft: Draft) -> Template:
    """A template with those fields of the draft that can be shown already."""
    content = draft.content
    return Template(
        id=draft.id,
        slug=f"draft-{draft.id}",
        template_name="",
        version="",
        work_type=content["work_type"],
        title=_text(content["title"]),
        description=_text(content["description"]),
        model=content["model"],
        estimated_time=content["estimated_time"],
        display_order=0,
        is_active=False,
        credits=0,
        engines=ENGINE_KINDS,
        fields=good_fields(content),
        presets=(),
        stages=(),
        tags=(),
        fallback_title=_text(content["fallback_title"]),
        time_outs=TimeOuts(),
    )


async def page(
    page: Desk,
    caller: Caller,
    draft: Draft,
    stand: Stand,
    *,
    sent: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    error: AfficheError | None = None,
    answers: Answers | None = None,
    engine: str = "",
    saved: bool = False,
    made: bool = False,
) -> Response:
    """`sent`, with `problems` by entry or the `error`: a form that was refused, as it was sent."""
    stage = stand.stage if stand.stage < len(draft.graphs) else 0
    is_presets = stand.view == "presets"
    found = await workshop.findings(page.studio, draft)
    now, before = await workshop.present(page.studio, draft)
    status = error.status if error else 422 if problems or (answers and answers.problems) else 200
    return page.page(
        "workshop/draft.html",
        status=status,
        draft=draft,
        stand=stand,
        stage=stage,
        tabs=VIEWS,
        accept=ACCEPT,
        address=f"/workshop/drafts/{draft.id}",
        findings=[(each, _way(draft, each)) for each in found],
        now=now,
        error=error,
        changed=isinstance(error, DraftChanged),
        graph_problems=_problems(error, page.language),
        problems=problems or {},
        saved=saved,
        made=made,
        rows=_rows(draft.content, found, page.language),
        heading=_phrase(draft.content["title"], page.language),
        others=draft.changed_by != caller.id and draft.changed_name,
        **await asyncio.to_thread(_graph, draft, stage, stand, found, page.language),
        **_field(draft, stand, sent),
        **(preset_views.shown(draft, stand.field, sent, page.language) if is_presets else {}),
        **await _form(page, caller, draft, stand, answers),
        **particulars.shown(draft.content, sent if stand.view == "details" else None),
        **await _trials(page, caller, draft, stand, engine),
        **_publishing(draft, found, before, sent) if stand.view == "publish" else {},
    )


# --- parts ------------------------------------------------------------------------------------


def _graph(
    draft: Draft, stage: int, stand: Stand, found: Sequence[Finding], language: Language
) -> dict[str, Any]:
    graph = drawing.graph_of(draft.graphs[stage]) if stand.view == "graph" else None
    if graph is None:
        return {"graph": None, "drawn": None, "node": None, "inputs": [], "of_node": []}
    own = draft.content["stages"][stage]
    labels = {f["name"]: _phrase(f.get("label"), language) or f["name"] for f in _fields(draft)}
    wrong = frozenset(f.name for f in found if f.place == "node" and f.stage == stage)
    node = graph.nodes.get(stand.node)
    schemas = known()
    schema = schemas.get(node.class_type) if node else None
    return {
        "graph": graph,
        "drawn": drawing.draw(graph, own, stand.node, wrong, labels),
        "node": node,
        "labels": labels,
        "feeds": {id_: _feeds(own, id_, labels) for id_ in graph.nodes},
        "inputs": drawing.inputs(graph, schemas, draft.content, own, node.id) if node else [],
        "names": {name: called(name).say(language) for name in (node.inputs if node else ())},
        "of_node": [f for f in found if f.place == "node" and node and f.name == node.id],
        "puts_out": bool(
            node
            and (
                (schema or {}).get("output_node")
                or node.class_type.startswith("Save")
                or node.id in own["outputs"]
            )
        ),
        "counts": bool(node and node.id in own["outputs"]),
    }


def _feeds(stage: Mapping[str, Any], node: str, labels: Mapping[str, str]) -> list[str]:
    fed = edits.feeding(stage, node).values()
    return list(dict.fromkeys(labels.get(name, name) for name in fed))


def _field(draft: Draft, stand: Stand, sent: Mapping[str, str] | None) -> dict[str, Any]:
    field = edits.field(draft.content, stand.field) if stand.field else None
    if field is None or stand.view not in ("graph", "form"):
        return {"field_of": None}
    there = field_entries.entries(field)
    kind = (sent or there).get("kind", there["kind"])
    return {
        "field_of": field,
        "entries": {**there, **_cleared(there), **sent} if sent is not None else there,
        "stored": there,
        "field_seen": edits.seal(field),
        "kinds_of": field_entries.siblings(there["kind"]),
        "own": field_entries.OWN.get(kind, ()),
        "pictures": [f["name"] for f in _fields(draft) if f["type"] == "file"],
    }


def _cleared(there: Mapping[str, str]) -> dict[str, str]:
    """A box that is not ticked is not sent."""
    return {key: "" for key in ("required", "translate") if key in there}


async def _form(
    page: Desk, caller: Caller, draft: Draft, stand: Stand, answers: Answers | None
) -> dict[str, Any]:
    if stand.view not in ("form", "try"):
        return {"form": None}
    template = shown(draft)
    given = (
        Answers({**fields.defaults(template), **answers.values}, answers.problems)
        if answers
        else Answers(fields.defaults(template))
    )
    found = await fields.views(page.studio, caller, template, given, page.language)
    # What is translated is shown once the template stands; here it would only be in the way.
    found = [view for view in found if not view.is_english]
    offered = samples.offered(page.studio, template, page.language)
    return {
        "form": found,
        "views": found,
        "offered": _Bench(offered, f"/workshop/drafts/{draft.id}"),
        "kinds": fields.LABELS,
        "hints": {},
        "wrong": [view for view in found if view.problem],
    }


@dataclass(frozen=True, slots=True)
class _Bench:
    """As `Offered`, with the draft's own address."""

    offered: samples.Offered
    address: str

    @property
    def title(self) -> str:
        return self.offered.title

    @property
    def description(self) -> str:
        return self.offered.description


async def _trials(
    page: Desk, caller: Caller, draft: Draft, stand: Stand, engine: str
) -> dict[str, Any]:
    if stand.view != "try":
        return {}
    found = await trials.listed(page.studio, caller, draft)
    shown_ = await cards.of_works(page.studio, caller, found, page.language)
    told = {
        card.work.id: recalled(card.work.error_code or "", card.work.error_params)
        for card in shown_
        if card.work.status == "failed"
    }
    return {
        "engines": [e.endpoint for e in await endpoints.listed(page.studio, caller)],
        "engine": engine,
        "trials": shown_,
        "told": {id_: error.message(page.language) for id_, error in told.items()},
        "running": any(not card.work.ended for card in shown_),
    }


def _publishing(
    draft: Draft, found: Sequence[Finding], before: Template | None, sent: Mapping[str, str] | None
) -> dict[str, Any]:
    differences = None if found else workshop.differences(draft, before)
    return {
        "differences": differences,
        "new": before is None,
        "behind": draft.base_version is not None,
        "note": (sent or {}).get("note", ""),
    }


# --- small ------------------------------------------------------------------------------------


def _way(draft: Draft, found: Finding) -> str:
    """Where it is mended."""
    if found.place == "node":
        return Stand("graph", found.stage, found.name).address(draft)
    if found.place == "field":
        return Stand("form", field=found.name).address(draft)
    if found.place == "preset":
        return Stand("presets", field=found.name).address(draft)
    return f"{Stand('details').address(draft)}#detail-{found.name.partition('.')[0]}"


def _problems(error: AfficheError | None, language: Language) -> list[str]:
    if isinstance(error, GraphInvalid | InvalidInputs):
        return [each.message(language) for each in error.problems]
    return []


def _rows(content: Content, found: Sequence[Finding], language: Language) -> list[Row]:
    wrong = {each.name for each in found if each.place == "field"}
    return [
        Row(
            name=field["name"],
            kind=field_entries.kind_of(field),
            label=_phrase(field.get("label"), language) or field["name"],
            required=bool(field.get("required")),
            wrong=field["name"] in wrong,
        )
        for field in content["fields"]
    ]


def _fields(draft: Draft) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = draft.content["fields"]
    return found


def _phrase(text: Any, language: Language) -> str:
    return str(text.get(language) or "") if isinstance(text, Mapping) else str(text or "")


def _text(text: Any) -> Text:
    return Text(_phrase(text, "ko"), _phrase(text, "en"))
