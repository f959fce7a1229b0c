"""Reading a template from its definition: every key known, every binding fed, every field used."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, cast
from uuid import UUID

from affiche.catalog import stages
from affiche.domain import definitions as read
from affiche.domain import forms, masks, subjects
from affiche.domain.definitions import DefinitionInvalid, Table
from affiche.domain.fields import Field
from affiche.domain.templates import (
    ENGINE_KINDS,
    Binding,
    EngineKind,
    Preset,
    Stage,
    Template,
    TimeOuts,
    Workflow,
    definition,
    digest,
)
from affiche.errors import GraphInvalid
from affiche.graphs.bindings import BINDING_TYPES, BindingType, misfit, placeholders
from affiche.graphs.graph import load
from affiche.graphs.models import models

_slug = read.matching(r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by -")
_name = read.matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", "letters, digits and _ . -")
_file = read.matching(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.(png|jpg|webp)", "a plain name and .png, .jpg or .webp"
)
_FEEDS: Final[Mapping[str, tuple[BindingType, ...]]] = {
    "file": ("picture",),
    "mask": ("picture",),
    "character": (),
    "reference": ("picture",),
    "text": ("string",),
    "textarea": ("string",),
    "number": ("number", "integer"),
    "slider": ("number", "integer"),
    "select": ("string", "number", "integer"),
    "checkbox": ("boolean",),
}


def template_from(data: Mapping[str, Any]) -> Template:
    """The template that `data` (the shape of `domain.templates.definition`) describes, its version
    computed. Raises DefinitionInvalid, naming the key."""
    table = Table(data)
    fields = table.need("fields", forms.fields_from)
    template = Template(
        id=table.need("id", _uuid),
        slug=table.need("slug", _slug),
        template_name=table.need("template_name", _name),
        version="",
        work_type=table.need("work_type", _name),
        title=table.need("title", read.wording),
        description=table.need("description", read.wording),
        model=table.need("model", read.string),
        estimated_time=table.need("estimated_time", read.positive),
        display_order=table.fallback("display_order", read.not_negative, 100),
        is_active=table.fallback("is_active", read.boolean, True),
        credits=table.need("credits", read.not_negative),
        engines=table.fallback("engines", read.entries(_engine), ENGINE_KINDS),
        fields=fields,
        presets=table.maybe("presets", read.entries(_preset)) or (),
        stages=table.need("stages", read.entries(_stage)),
        tags=table.maybe("tags", read.entries(read.string)) or (),
        fallback_title=table.need("fallback_title", read.wording),
        time_outs=table.fallback("time_outs", _time_outs, TimeOuts()),
    )
    table.close()
    if not template.stages:
        raise table.wrong("stages", "must hold at least one stage")
    if not template.engines:
        raise table.wrong("engines", "must name at least one kind")
    stages.check(template)
    template = replace(
        template, stages=tuple(_fed(template, at) for at in range(len(template.stages)))
    )
    _check_fields_used(template)
    _check_presets(template)
    return replace(template, version=digest(definition(template)))


# --- readers ----------------------------------------------------------------------------------


def _uuid(value: object, where: str) -> UUID:
    try:
        return UUID(read.string(value, where))
    except ValueError:
        raise DefinitionInvalid(where, "must be a UUID") from None


def _engine(value: object, where: str) -> EngineKind:
    return cast(EngineKind, read.one_of(*ENGINE_KINDS)(value, where))


def _time_outs(value: object, where: str) -> TimeOuts:
    table = Table(value, where)
    usual = TimeOuts()
    found = TimeOuts(
        queue=table.fallback("queue", read.positive, usual.queue),
        run=table.fallback("run", read.positive, usual.run),
    )
    table.close()
    return found


def _preset(value: object, where: str) -> Preset:
    table = Table(value, where)
    preset = Preset(
        slug=table.need("slug", _slug),
        title=table.need("title", read.wording),
        values=table.need("values", read.mapping),
        estimated_time=table.maybe("estimated_time", read.positive),
    )
    table.close()
    return preset


def _stage(value: object, where: str) -> Stage:
    table = Table(value, where)
    try:
        graph = load(table.need("graph", read.mapping))
    except GraphInvalid as error:
        raise table.wrong("graph", error.problems[0].message("en")) from None
    stage = Stage(
        workflow=Workflow(
            slug=table.need("slug", _slug),
            graph=graph,
            bindings=table.maybe("bindings", read.entries(_binding)) or (),
            outputs=table.need("outputs", read.entries(read.string)),
            models=models(graph),
            placeholders=frozenset(placeholders(graph)),
        ),
        inputs=table.fallback("inputs", _names, {}),
        takes=table.fallback("takes", _names, {}),
    )
    table.close()
    for output in stage.workflow.outputs or ("",):
        if output not in graph.nodes:
            raise table.wrong("outputs", f"names no node of the graph (“{output}”)")
    return stage


def _names(value: object, where: str) -> dict[str, str]:
    return {
        name: read.string(named, f"{where}.{name}")
        for name, named in read.mapping(value, where).items()
    }


def _binding(value: object, where: str) -> Binding:
    table = Table(value, where)
    binding = Binding(
        name=table.need("name", _name),
        node=table.need("node", read.string),
        class_type=table.need("class", read.string),
        input=table.need("input", read.string),
        type=cast(BindingType, table.need("type", read.one_of(*BINDING_TYPES))),
        minimum=table.maybe("min", read.number),
        maximum=table.maybe("max", read.number),
        choices=table.maybe("choices", read.entries(_choice)) or (),
        file=table.maybe("file", _file),
    )
    if binding.file is not None and binding.type != "picture":
        raise table.wrong("file", f"does not belong to a {binding.type}")
    table.close()
    return binding


def _choice(value: object, where: str) -> str | int | float:
    return value if isinstance(value, str) else read.number(value, where)


# --- what the parts have to do with each other ------------------------------------------------


def _fed(template: Template, at: int) -> Stage:
    """The stage with its bindings checked, and bounded as the fields are that feed them."""
    stage, where = template.stages[at], f"stages[{at}]"
    by_name = {field.name: field for field in template.fields}
    takers = {b.name for b in stage.workflow.bindings} | stage.workflow.placeholders
    for name in stage.inputs:
        if name not in takers:
            raise DefinitionInvalid(f"{where}.inputs.{name}", "is no binding or placeholder")
    for name in takers - set(stage.takes) - subjects.provided(template.fields):
        if stage.source(name) not in by_name:
            raise DefinitionInvalid(where, f"“{name}” is fed by no field of the form")
    bindings = tuple(
        _bounded(stage, binding, by_name.get(stage.source(binding.name)), f"{where}.bindings[{n}]")
        for n, binding in enumerate(stage.workflow.bindings)
    )
    _check_files(stage, bindings, where)
    return replace(stage, workflow=replace(stage.workflow, bindings=bindings))


def _check_files(stage: Stage, bindings: tuple[Binding, ...], where: str) -> None:
    sources: dict[str, str] = {}
    for at, binding in enumerate(bindings):
        if binding.file is not None:
            source = stage.source(binding.name)
            if sources.setdefault(binding.file, source) != source:
                raise DefinitionInvalid(
                    f"{where}.bindings[{at}].file", "is another picture's name too"
                )


def _bounded(stage: Stage, binding: Binding, field: Field | None, where: str) -> Binding:
    if problem := misfit(stage.workflow.graph, binding):
        raise DefinitionInvalid(where, problem.message("en"))
    if field is None or binding.name in stage.takes:
        return binding
    if binding.type not in _FEEDS[field.type]:
        raise DefinitionInvalid(where, f"a {field.type} field cannot feed a {binding.type}")
    if binding.type == "integer" and field.type in ("number", "slider") and not field.is_integral:
        raise DefinitionInvalid(where, f"field “{field.name}” has steps that are not whole")
    if binding.type not in ("integer", "number"):
        return binding
    return replace(
        binding,
        minimum=field.minimum if binding.minimum is None else binding.minimum,
        maximum=field.maximum if binding.maximum is None else binding.maximum,
    )


def _check_fields_used(template: Template) -> None:
    used = set(_sources(template)) | masks.used_without_binding(template.fields)
    used |= subjects.feeding(template.fields)
    for at, field in enumerate(template.fields):
        if field.name not in used:
            raise DefinitionInvalid(f"fields[{at}]", f"no stage uses “{field.name}”")


def _sources(template: Template) -> Iterator[str]:
    for stage in template.stages:
        for binding in stage.workflow.bindings:
            if binding.name not in stage.takes:
                yield stage.source(binding.name)
        for name in stage.workflow.placeholders:
            yield stage.source(name)


def _check_presets(template: Template) -> None:
    by_name = {field.name: field for field in template.fields}
    for at, preset in enumerate(template.presets):
        where = f"presets[{at}].values"
        for name in preset.values:
            if name not in by_name:
                raise DefinitionInvalid(f"{where}.{name}", "is no field of the form")
        chosen = [by_name[name] for name in preset.values]
        for problem in forms.check(chosen, preset.values).problems:
            raise DefinitionInvalid(f"{where}.{problem.field}", problem.message("en"))
