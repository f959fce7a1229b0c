"""Whether a draft of a template may become a version of it, and where it is to be mended if not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from affiche.catalog import reasons
from affiche.catalog.checks import check
from affiche.catalog.definitions import template_from
from affiche.domain import drafts, forms
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.drafts import Content, Graphs
from affiche.domain.fields import Field
from affiche.domain.templates import Template
from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs.bindings import Binding
from affiche.graphs.graph import load
from affiche.graphs.schemas import known
from affiche.graphs.validation import validate
from affiche.texts import Language, say

Place = Literal["node", "field", "preset", "detail", "whole"]
NEEDED: Final = ("slug", "template_name", "title", "description", "work_type", "model")
_FIELD: Final = re.compile(r"fields\[(\d+)\]")
_PRESET: Final = re.compile(r"presets\[(\d+)\]")
_STAGE: Final = re.compile(r"stages\[(\d+)\](?:\.bindings\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong and where: a node of `stage`, the field, preset or detail `name`. `code` is a
    sentence under `workshop.findings`; what graphs and definitions say of themselves is taken
    over. `minor`: that one engine does not know a node that another may."""

    place: Place
    name: str
    code: str = ""
    reason: str = ""
    problem: GraphProblem | None = None
    stage: int = 0

    @property
    def minor(self) -> bool:
        return self.problem is not None and self.problem.code == "missing_node_type"

    def message(self, language: Language) -> str:
        if self.problem is not None:
            return self.problem.message(language)
        name = self.name
        if self.place == "detail":
            name = say(language, f"workshop.details.{self.name.partition('.')[0]}")
        told = reasons.told(language, self.reason) if self.reason else ""
        return say(language, f"workshop.findings.{self.code}", name=name, reason=told)


def template(template_id: UUID, content: Mapping[str, Any], graphs: Graphs) -> Template:
    """The template that a draft without findings is. Raises DefinitionInvalid."""
    return template_from(drafts.whole(template_id, content, graphs))


def findings(template_id: UUID, content: Content, graphs: Graphs) -> list[Finding]:
    """Everything that keeps the draft from being published, in the order in which one mends it."""
    found = [*_of_graphs(content, graphs), *_of_fields(content), *_of_details(content)]
    if any(not each.minor for each in found):
        return found
    try:
        made = template(template_id, content, graphs)
    except DefinitionInvalid as error:
        return [*found, _of_definition(error, content)]
    known_already = {each.problem for each in found}
    rest = (problem for problem in check(made) if problem not in known_already)
    return [*found, *(Finding("node", p.node or "", problem=p) for p in rest)]


def good_fields(content: Mapping[str, Any]) -> tuple[Field, ...]:
    """Those of the form that can be shown already."""
    good: list[Mapping[str, Any]] = []
    for each in content["fields"]:
        try:
            forms.fields_from([*good, each])
        except DefinitionInvalid:
            continue
        good.append(each)
    return forms.fields_from(good)


# --- parts ------------------------------------------------------------------------------------


def _of_graphs(content: Content, graphs: Graphs) -> Iterator[Finding]:
    for at, (stage, raw) in enumerate(zip(content["stages"], graphs, strict=True)):
        try:
            graph = load(raw)
        except GraphInvalid as error:
            yield from (Finding("node", p.node or "", problem=p, stage=at) for p in error.problems)
            continue
        bindings = [
            Binding(
                name=b["name"],
                node=b["node"],
                class_type=b["class"],
                input=b["input"],
                type=b["type"],
            )
            for b in stage["bindings"]
        ]
        for problem in validate(graph, known(), bindings, files=False):
            yield Finding("node", problem.node or "", problem=problem, stage=at)
        if not stage["outputs"]:
            yield Finding("node", "", "no_output", stage=at)


def _of_fields(content: Content) -> Iterator[Finding]:
    names = drafts.names(content)
    for each in content["fields"]:
        # What a mask lies on is looked at with the whole form.
        alone = {k: v for k, v in each.items() if k != "feather"}
        beside = [f for f in content["fields"] if f["name"] == each.get("target") and f != each]
        if each["type"] == "mask" and each.get("target") not in names:
            yield Finding("field", each["name"], "no_target")
            continue
        try:
            forms.fields_from([*beside, alone])
        except DefinitionInvalid as error:
            where = error.where.rpartition(".")[2] if "." in error.where else ""
            reason = f"{where} {error.reason}".strip()
            yield Finding("field", each["name"], "definition", reason)


def _of_details(content: Content) -> Iterator[Finding]:
    for key in (*NEEDED, "fallback_title"):
        value = content.get(key)
        texts = list(value.values()) if isinstance(value, Mapping) else [value]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            yield Finding("detail", key, "missing")
    if not content["engines"]:
        yield Finding("detail", "engines", "missing")


def _of_definition(error: DefinitionInvalid, content: Content) -> Finding:
    if (at := _FIELD.match(error.where)) and int(at[1]) < len(content["fields"]):
        name = content["fields"][int(at[1])]["name"]
        return Finding("field", name, "definition", error.reason)
    if at := _PRESET.match(error.where):
        return Finding("preset", content["presets"][int(at[1])]["slug"], "preset")
    if at := _STAGE.match(error.where):
        stage = int(at[1])
        node = content["stages"][stage]["bindings"][int(at[2])]["node"] if at[2] else ""
        return Finding("node", node, "definition", str(error), stage=stage)
    key = re.split(r"[.\[]", error.where)[0]
    known_key = key in (*NEEDED, "fallback_title", "engines", "estimated_time", "credits")
    return Finding("detail" if known_key else "whole", key, "definition", error.reason)


def stand_in(
    template_id: UUID, slug: str, content: Content, graphs: Graphs, engine: str
) -> Template:
    """The draft as it is tried: at no price, on one kind of engine, with words of its own where it
    has none yet. Raises DefinitionInvalid."""
    words = {key: _worded(content[key], slug) for key in ("title", "description", "fallback_title")}
    own = {"slug": slug, "template_name": slug, "credits": 0, "engines": [engine]}
    plain = {key: content[key] or slug for key in ("work_type", "model")}
    told = {**content, **own, **words, **plain, "is_active": False, "presets": []}
    return template(template_id, told, graphs)


def _worded(text: object, otherwise: str) -> dict[str, str]:
    if isinstance(text, Mapping):
        return {language: text.get(language) or otherwise for language in ("ko", "en")}
    return dict.fromkeys(("ko", "en"), str(text or otherwise))
