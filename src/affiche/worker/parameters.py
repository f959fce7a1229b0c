"""Parameters into the graphs of the package: seed 001's way to ask."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from affiche.domain import forms, seeds
from affiche.domain.answers import is_blank
from affiche.domain.fields import Field
from affiche.domain.forms import InlinePicture, PictureAddress, UploadedFile, UploadReference
from affiche.domain.prompts import joined
from affiche.domain.subjects import SUFFIXES, provided
from affiche.domain.templates import Stage, Template, stage_values
from affiche.errors import FieldProblem, InvalidInputs
from affiche.graphs.bindings import bind
from affiche.worker.inputs import ParametersIn
from affiche.worker.plans import Plan, StagePlan, Take, Wanted

# What a binding for a picture holds until the picture is uploaded.
_LATER: Final = "affiche.png"


def of_template(asked: ParametersIn, template: Template, rng: random.Random) -> Plan:
    """The template with the values of `asked` in it, its seed settled. Raises InvalidInputs, whose
    fields are called as their sender called them, and GraphInvalid."""
    given, sent = _called(template, asked.values)
    # A studio sends what follows from its character and reference along.
    told = {name: given.pop(name) for name in provided(template.fields) & given.keys()}
    try:
        values: dict[str, Any] = dict(forms.validate(template.fields, given))
    except InvalidInputs as error:
        named = (replace(p, field=sent.get(p.field, p.field)) for p in error.problems)
        raise InvalidInputs(named) from None
    keys = {f.name: sent.get(f.name, f.request_key) for f in template.fields}
    files: dict[str, UploadReference] = {
        f.name: values[f.name] for f in template.fields if f.is_picture and f.name in values
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
    values |= _following(template, values) | told
    stages = tuple(_stage(template, s, values, files, keys) for s in template.stages)
    return Plan("parameters", stages, asked.deliver, seed)


def _following(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from a character of which no more than its name is known: the LoRA goes by that
    name, and the prompts are what was written."""
    wanted = provided(template.fields)
    who = str(values.get("character") or "")
    found = {
        "lora_file": f"{who}.safetensors",
        "model_name": who,
        "positive_prompt": joined(who, str(values.get(SUFFIXES[0]) or "")),
        "negative_prompt": joined(str(values.get(SUFFIXES[1]) or "")),
        "reference_filename": "picture",
    }
    return {name: value for name, value in found.items() if name in wanted}


def _stage(
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


def _called(template: Template, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values by request key, and what each field was called by its sender."""
    own = {field.name: list(_own(field)) for field in template.fields}
    claimed = {name for names in own.values() for name in names}
    files = [field for field in template.fields if field.is_picture]
    for at, field in enumerate(files):
        names = _with_ways(["image" if at == 0 else f"image_{at + 1}"])
        own[field.name] += [name for name in names if name not in claimed]
    values, sent = dict(given), {}
    for field in template.fields:
        known = [name for name in own[field.name] if not is_blank(given.get(name))]
        for name in own[field.name]:
            values.pop(name, None)
        if known:
            sent[field.name] = known[0]
            values[field.request_key] = given[known[0]]
    return values, sent


def _own(field: Field) -> Iterator[str]:
    """What a field may be called. A picture's way may be told too; where the endpoint serves many
    templates, its first picture is `image` and its second `image_2`, whatever they are here."""
    yield from _with_ways(field.keys) if field.is_picture else field.keys


def _with_ways(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (name, f"{name}_url", f"{name}_base64")
