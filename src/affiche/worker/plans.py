"""From a checked input to what is run: stages of bound graphs, and the pictures that go in."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from affiche.domain import forms, seeds
from affiche.domain.forms import InlinePicture, PictureAddress, UploadedFile, UploadReference
from affiche.domain.templates import Stage, Template, stage_values
from affiche.domain.uploads import NotAnUpload, reference
from affiche.errors import FieldProblem, GraphInvalid, InvalidInputs
from affiche.graphs.bindings import bind
from affiche.graphs.graph import load
from affiche.texts import say
from affiche.worker.inputs import (
    Deliver,
    ImageIn,
    InputInvalid,
    ParametersIn,
    StageIn,
    StagesIn,
    WorkflowIn,
)

Api = dict[str, dict[str, Any]]
Shape = Literal["parameters", "workflow", "stages"]
# What a binding for a picture holds until the picture is uploaded.
_LATER: Final = "affiche.png"
_NO_PACKAGE: Final = 'is missing; this worker has no package, send "workflow" or "stages"'


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture that goes in: where its name is to stand in the graph, and where it comes from;
    `path` is where in the input it was asked."""

    path: str
    source: InlinePicture | PictureAddress
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Input `input` of node `node` takes the first picture that stage `stage` gave."""

    node: str
    input: str
    stage: str


@dataclass(frozen=True, slots=True)
class StagePlan:
    """`outputs`: the nodes whose results count, in this order; all of them if empty."""

    name: str
    graph: Api
    pictures: tuple[Wanted, ...] = ()
    takes: tuple[Take, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One job. `seed`: the one that was settled, for a package that has one."""

    shape: Shape
    stages: tuple[StagePlan, ...]
    deliver: Deliver = "auto"
    seed: int | None = None

    def counts(self, stage: StagePlan) -> bool:
        """Whether what it gave is a result: it is not when a later stage takes it."""
        return all(take.stage != stage.name for later in self.stages for take in later.takes)


def planned(
    asked: WorkflowIn | StagesIn | ParametersIn,
    template: Template | None,
    rng: random.Random,
    most: int,
) -> Plan:
    """The plan of a job; `most` bytes a picture may have.

    Raises InputInvalid, or InvalidInputs for the fields of `template`. It decodes base64, at some
    6 ms a megabyte: not on the event loop.
    """
    match asked:
        case WorkflowIn():
            return Plan("workflow", (_stage(asked, "", "", most),), asked.deliver)
        case StagesIn():
            _check_names(asked.stages)
            stages = (_stage(s, s.name, f"stages[{n}].", most) for n, s in enumerate(asked.stages))
            return Plan("stages", tuple(stages), asked.deliver)
    if template is None:
        raise InputInvalid(("workflow", _NO_PACKAGE))
    return _of_template(asked, template, rng)


# --- workflows --------------------------------------------------------------------------------


def _stage(asked: WorkflowIn | StageIn, name: str, where: str, most: int) -> StagePlan:
    try:
        graph = load(asked.workflow).api()
    except GraphInvalid as error:
        told = [(f"{where}workflow", p.message("en")) for p in error.problems]
        raise InputInvalid(*told) from None
    problems = [
        (f"{where}outputs[{n}]", f"names no node of the workflow (“{node[:80]}”)")
        for n, node in enumerate(asked.outputs)
        if node not in graph
    ]
    takes = []
    if isinstance(asked, StageIn):
        for n, take in enumerate(asked.takes):
            takes.append(Take(take.node, take.input, take.stage))
            if take.input not in graph.get(take.node, {"inputs": {}})["inputs"]:
                problems.append((f"{where}takes[{n}]", "names no input of a node of the workflow"))
    pictures, wrong = _pictures(asked.images, graph, where, most)
    if problems or wrong:
        raise InputInvalid(*problems, *wrong)
    return StagePlan(name, graph, tuple(pictures), tuple(takes), tuple(asked.outputs))


def _check_names(stages: Sequence[StageIn]) -> None:
    problems = []
    for n, stage in enumerate(stages):
        before = [earlier.name for earlier in stages[:n]]
        if stage.name in before:
            problems.append((f"stages[{n}].name", "is the name of an earlier stage"))
        problems += [
            (f"stages[{n}].takes[{t}].stage", "is the name of no earlier stage")
            for t, take in enumerate(stage.takes)
            if take.stage not in before
        ]
    if problems:
        raise InputInvalid(*problems)


def _pictures(
    images: Sequence[ImageIn], graph: Api, where: str, most: int
) -> tuple[list[Wanted], list[tuple[str, str]]]:
    found: list[Wanted] = []
    problems: list[tuple[str, str]] = []
    names: set[str] = set()
    for n, image in enumerate(images):
        at = f"{where}images[{n}]"
        if image.name in names:
            problems.append((f"{at}.name", "comes twice"))
        names.add(image.name)
        try:
            source = _source(image.image, most)
        except NotAnUpload as wrong:
            sentence = say("en", f"forms.problems.{wrong.code}", **wrong.params)
            problems.append((f"{at}.image", sentence))
        else:
            places = tuple(_places(graph, image.name))
            if not places:
                problems.append((f"{at}.name", "stands in no input of the workflow"))
            found.append(Wanted(f"{at}.image", source, places))
    return found, problems


def _source(text: str, most: int) -> InlinePicture | PictureAddress:
    source = reference(text, max_size=most)
    if isinstance(source, UploadedFile):
        raise NotAnUpload("not_a_picture")
    return source


def _places(graph: Api, name: str) -> Iterator[tuple[str, str]]:
    """Every input that holds the name, as ComfyUI's own pages write it too."""
    for node, body in graph.items():
        for field, value in body["inputs"].items():
            if isinstance(value, str) and value.removesuffix(" [input]") == name:
                yield node, field


# --- the package ------------------------------------------------------------------------------


def _of_template(asked: ParametersIn, template: Template, rng: random.Random) -> Plan:
    values: dict[str, Any] = dict(forms.validate(template.fields, asked.values))
    keys = {f.name: _key(f.keys, asked.values) for f in template.fields}
    files: dict[str, UploadReference] = {
        f.name: values[f.name] for f in template.fields if f.type == "file" and f.name in values
    }
    unknown = [name for name, file in files.items() if isinstance(file, UploadedFile)]
    if unknown:
        raise InvalidInputs([FieldProblem(keys[name], "not_a_picture") for name in unknown])
    seed = None
    for field in template.fields:
        if field.is_seed:
            wanted = values.pop(field.name, None)
            seed = seeds.settle(wanted, seeds.draw(rng), field=field.name).value
            values[field.name] = seed
    values.update(dict.fromkeys(files, _LATER))
    stages = tuple(_template_stage(template, s, values, files, keys) for s in template.stages)
    return Plan("parameters", stages, asked.deliver, seed)


def _template_stage(
    template: Template,
    stage: Stage,
    values: Mapping[str, Any],
    files: Mapping[str, UploadReference],
    keys: Mapping[str, str],
) -> StagePlan:
    workflow = stage.workflow
    graph = bind(workflow.graph, workflow.bindings, stage_values(template, stage, values)).api()
    places: dict[str, list[tuple[str, str]]] = {}
    takes = []
    for binding in workflow.pictures():
        if binding.name in stage.takes:
            takes.append(Take(binding.node, binding.input, stage.takes[binding.name]))
        elif stage.source(binding.name) in files:
            places.setdefault(stage.source(binding.name), []).append((binding.node, binding.input))
    pictures = [
        Wanted(keys[field], source, tuple(places[field]))
        for field, source in files.items()
        if field in places and isinstance(source, InlinePicture | PictureAddress)
    ]
    return StagePlan(workflow.slug, graph, tuple(pictures), tuple(takes), workflow.outputs)


def _key(keys: Sequence[str], given: Mapping[str, Any]) -> str:
    """The key under which a field's answer came, so that problems name what was sent."""
    return next((key for key in keys if key in given), keys[0])
