"""From what was asked of a batch to its works: checked in whole, before anything is kept."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from affiche.db.database import Transaction
from affiche.domain import subjects
from affiche.domain.batches import MOST_VARIATIONS, Planned, Shape, planned, shaped
from affiche.domain.fields import Field
from affiche.domain.grids import Axis, axes
from affiche.domain.prompts import build
from affiche.domain.templates import Template
from affiche.errors import FieldProblem, InvalidInputs
from affiche.studio import asking, characters, sources
from affiche.studio.studio import Caller, Studio
from affiche.studio.subjects import look_of
from affiche.studio.works import PRIORITIES

LONGEST_NAME: Final = 200
SHOWN: Final = 12
"""Prompts that a quote shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAsk:
    """What a batch is to be. `inputs`: what all its works have. `references`: ids of references or
    of uploaded pictures, one group of works for each, and None for none; they go into
    `reference_field`, which is the template's first field that takes one where it is not said.
    `grid`: "x" and "y", each `{"field": name, "values": list or text}`. The batch's seed is that of
    the inputs. `lenient` and `priority` as in `works.Ask`."""

    template: str
    inputs: Mapping[str, Any]
    references: Sequence[str] | None = None
    reference_field: str | None = None
    variations: int = 1
    grid: Mapping[str, Mapping[str, Any]] | None = None
    name: str = ""
    project_id: UUID | None = None
    priority: int = 0
    idempotency_key: str | None = None
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch comes to: `field` is where its `references` go, each with a name and a caption
    as far as they are known."""

    shape: Shape
    field: Field | None
    references: Sequence["Source"]
    x: Axis | None
    y: Axis | None

    def sample(self) -> dict[str, Any]:
        """The values in which its first work differs from the others."""
        found: dict[str, Any] = {axis.key: axis.values[0] for axis in (self.y, self.x) if axis}
        if self.field and self.references:
            found[self.field.request_key] = self.references[0].id
        return found

    def works(self, seed: int) -> list[tuple[Planned, dict[str, Any]]]:
        """Each with the inputs that are its own, by request key."""
        found = []
        for each in planned(self.shape, seed, self.x, self.y):
            own = dict(each.values)
            if self.field and self.references:
                own[self.field.request_key] = self.references[each.place.reference].id
            found.append((each, own))
        return found

    @property
    def grid(self) -> dict[str, Any]:
        return {
            name: {"field": axis.name, "key": axis.key, "values": list(axis.values)}
            for name, axis in (("x", self.x), ("y", self.y))
            if axis
        }


@dataclass(frozen=True, slots=True)
class Source:
    """One reference: `id` as the inputs name it, `filename` and `caption` of one that has them."""

    id: str
    filename: str = ""
    caption: str = ""


async def plan(
    studio: Studio, caller: Caller, template: Template, asked: BatchAsk
) -> tuple[Plan, list[FieldProblem]]:
    """The plan and what is wrong with it; raises BatchTooLarge before anything is looked up, and
    InvalidInputs where what is wrong leaves no plan."""
    found, problems = axes(template.fields, asked.grid or {})
    problems += out_of_bounds(asked.variations, asked.name)
    low, high = PRIORITIES
    if not low <= asked.priority <= high:
        problems.append(FieldProblem("priority", "between", (("low", low), ("high", high))))
    field = None
    if asked.references is not None:
        field = reference_field(template.fields, asked.reference_field)
        if field is None:
            problems.append(FieldProblem("references", "no_references"))
        elif not asked.references:
            problems.append(FieldProblem("references", "required"))
    if problems:
        raise InvalidInputs(problems)
    x, y = found.get("x"), found.get("y")
    shape = shaped(len(asked.references or ()) or 1, asked.variations, x, y)
    references: Sequence[Source] = ()
    if field is not None and asked.references:
        references, problems = await _sources(studio, caller, field, asked)
    return Plan(shape, field, references, x, y), problems


def out_of_bounds(variations: int, name: str) -> list[FieldProblem]:
    """What is wrong with either; pure."""
    problems = []
    if not 1 <= variations <= MOST_VARIATIONS:
        between = (("low", 1), ("high", MOST_VARIATIONS))
        problems.append(FieldProblem("variations", "between", between))
    if len(name) > LONGEST_NAME:
        limits = (("limit", LONGEST_NAME), ("length", len(name)))
        problems.append(FieldProblem("name", "too_long", limits))
    return problems


def reference_field(fields: Sequence[Field], name: str | None = None) -> Field | None:
    """Where a batch's references go: the field of that name, else the first for a reference, else
    the first for a picture."""
    takers = [field for kind in ("reference", "file") for field in fields if field.type == kind]
    if name is not None:
        takers = [field for field in takers if name in field.keys]
    return takers[0] if takers else None


def estimate(template: Template, count: int, places: int | None) -> int:
    """Seconds until `count` works are done where `places` run at once and nobody else asks."""
    return math.ceil(count / max(1, places or 1)) * template.estimated_time


async def looked_at(
    studio: Studio, caller: Caller, template: Template, asked: BatchAsk, made: Plan
) -> asking.Looked:
    """The inputs of the first work; of the others nothing else can be wrong, since each value of
    the grid and each reference was looked at by itself. Keeps no picture."""
    looked = await asking.looked_at(
        *(studio, caller, template, {**asked.inputs, **made.sample()}),
        lenient=asked.lenient,
        project_id=asked.project_id,
    )
    of_references = made.field.name if made.field else None
    problems = [each for each in looked.problems if each.field != of_references]
    return replace(looked, problems=problems)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the works of one reference, by its id, are told."""

    reference: str | None
    positive: str
    negative: str


async def prompts(
    studio: Studio,
    caller: Caller,
    template: Template,
    asked: BatchAsk,
    made: Plan,
    looked: asking.Looked,
) -> list[Prompt]:
    """Of the first references, as the rules put them together from what is known now. Raises
    InvalidInputs for a character that is not there."""
    values = looked.resolved.values
    field = next((f for f in template.fields if f.type == "character"), None)
    if field is None or field.name not in values:
        plain = [str(values.get(name) or "") for name in ("prompt", "negative_prompt")]
        return [Prompt(None, *plain)]
    name = str(values[field.name])
    character = await characters.find(studio, caller, name, asked.project_id)
    if character is None:
        raise InvalidInputs([FieldProblem(field.name, "character_unknown")])
    look = look_of(character)
    told = [str(values.get(name) or "") for name in subjects.SUFFIXES]
    found = []
    for source in (made.references or (None,))[:SHOWN]:
        built = build(
            look,
            caption=source.caption if source else "",
            positive_suffix=told[0],
            negative_suffix=told[1],
        )
        found.append(Prompt(source.id if source else None, built.positive, built.negative))
    return found


async def _sources(
    studio: Studio, caller: Caller, field: Field, asked: BatchAsk
) -> tuple[list[Source], list[FieldProblem]]:
    """Every reference, in as many statements for five thousand as for one; each problem once."""
    ids = [_id(given) for given in asked.references or ()]
    if None in ids:
        return [], [FieldProblem("references", "references_mixed")]
    wanted = list(dict.fromkeys(each for each in ids if each))
    async with studio.database.as_user(caller.id) as transaction:
        project = asked.project_id or caller.project_id
        named = await _references(transaction, field, project, wanted)
        rest = [each for each in wanted if each not in named]
        rows = await transaction.rows("batches.files", ids=rest) if rest else []
    types = {row["id"]: row["mime_type"] for row in rows}
    types |= {each: row["mime_type"] for each, row in named.items()}
    problems: dict[str, FieldProblem] = {}
    for each in wanted:
        if each not in types:
            problems.setdefault("", FieldProblem("references", "file_unknown"))
        elif problem := sources.unfit(field, types[each]):
            problems.setdefault(problem.code, FieldProblem("references", *_rest(problem)))
    known = {each: (row["filename"], row["caption"]) for each, row in named.items()}
    found = [Source(str(each), *known.get(each, ("", ""))) for each in ids if each]
    return found, list(problems.values())


async def _references(
    transaction: Transaction, field: Field, project_id: UUID | None, ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    if field.type != "reference":
        return {}
    project = project_id or await transaction.value("batches.own_project")
    rows = await transaction.rows("batches.references", ids=list(ids), project_id=project)
    return {row["id"]: row for row in rows}


def _rest(problem: FieldProblem) -> tuple[str, tuple[tuple[str, Any], ...]]:
    return problem.code, problem.params


def _id(given: str) -> UUID | None:
    try:
        return UUID(given) if len(given) == 36 else None
    except ValueError:
        return None
