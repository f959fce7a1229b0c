"""From a checked input to what is run."""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from affiche.domain.forms import InlinePicture, PictureAddress, UploadedFile
from affiche.domain.templates import Template
from affiche.domain.uploads import NotAnUpload, reference
from affiche.errors import GraphInvalid
from affiche.graphs.graph import load
from affiche.texts import say
from affiche.worker.inputs import (
    ImageIn,
    InputInvalid,
    ParametersIn,
    StageIn,
    StagesIn,
    WorkflowIn,
)
from affiche.worker.parameters import of_template
from affiche.worker.plans import Api, Plan, StagePlan, Take, Wanted

_NO_PACKAGE: Final = 'is missing; this worker has no package, send "workflow" or "stages"'


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
    return of_template(asked, template, rng)


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
