"""What a template is: a form over one or more stages, with its texts, price and time-outs.

Data only; `affiche.catalog` reads and writes it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from affiche.domain.fields import Field, form_fields, request_dto
from affiche.domain.wording import Text
from affiche.domain.workflows import Binding, Model, Workflow

__all__ = [
    "ENGINE_KINDS",
    "Binding",
    "EngineKind",
    "Model",
    "Preset",
    "Stage",
    "Template",
    "Text",
    "TimeOuts",
    "Workflow",
    "definition",
    "stage_values",
]

EngineKind = Literal["runpod", "comfyui", "preview"]
ENGINE_KINDS: Final[tuple[EngineKind, ...]] = ("runpod", "comfyui", "preview")


@dataclass(frozen=True, slots=True)
class Preset:
    """Values for some of the fields, set together; `estimated_time` in seconds, if it differs."""

    slug: str
    title: Text
    values: Mapping[str, Any]
    estimated_time: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One run of one workflow. `inputs`: binding or placeholder → field, where names differ;
    `takes`: picture binding → slug of the earlier stage whose picture it takes."""

    workflow: Workflow
    inputs: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.workflow.slug

    def source(self, name: str) -> str:
        """The field that feeds the binding or placeholder `name`."""
        return self.inputs.get(name, name)


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """In seconds: how long a job may wait on the engine, and how long it may then run."""

    queue: int = 15 * 60
    run: int = 6 * 60


@dataclass(frozen=True, slots=True)
class Template:
    """`version` is the digest of everything else; `estimated_time` is in seconds, `credits` the
    price of one output; `engines` the kinds it may run on; `model` is what a work's record says
    it was made with; `fallback_title` is a work's title when no language model gives one."""

    id: UUID
    slug: str
    template_name: str
    version: str
    work_type: str
    title: Text
    description: Text
    model: str
    estimated_time: int
    display_order: int
    is_active: bool
    credits: int
    engines: tuple[EngineKind, ...]
    fields: tuple[Field, ...]
    presets: tuple[Preset, ...]
    stages: tuple[Stage, ...]
    tags: tuple[str, ...]
    fallback_title: Text
    time_outs: TimeOuts

    @property
    def request_dto(self) -> dict[str, str]:
        """Request key → type, as seed 000 keeps it."""
        return request_dto(self.fields)

    @property
    def models(self) -> tuple[Model, ...]:
        """The model files of all stages, each file once."""
        found = {(m.folder, m.name): m for stage in self.stages for m in stage.workflow.models}
        return tuple(found.values())

    def stage_at(self, slug: str) -> int:
        """The place of the stage of that slug, which is there."""
        return [stage.slug for stage in self.stages].index(slug)


def stage_values(template: Template, stage: Stage, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The values for `graphs.bindings.bind`, by binding or placeholder name.

    `inputs` are a work's values by field name, as `forms.validate` gives them, save that a file's
    is the name under which the engine holds it. Fields of the template without a value in
    `inputs` fall back to their default; without one either, and for a seed, which is settled
    before (`affiche.domain.seeds`), the graph keeps what it has. So it does where the picture of
    an earlier stage goes, which nobody asked.
    """
    asked = (f for f in template.fields if not f.is_seed)
    defaults = {f.name: f.default for f in asked if f.default is not None}
    known = {**defaults, **{name: value for name, value in inputs.items() if value is not None}}
    takers = {binding.name for binding in stage.workflow.bindings} | stage.workflow.placeholders
    takers -= set(stage.takes)
    return {
        name: known[stage.source(name)] for name in sorted(takers) if stage.source(name) in known
    }


def definition(template: Template) -> dict[str, Any]:
    """All of `template` but its version as JSON data; `catalog.definitions.template_from` reads
    it again, so that a version that ran can be kept and brought back."""
    return {
        "id": str(template.id),
        "slug": template.slug,
        "template_name": template.template_name,
        "work_type": template.work_type,
        "title": template.title.definition(),
        "description": template.description.definition(),
        "model": template.model,
        "estimated_time": template.estimated_time,
        "display_order": template.display_order,
        "is_active": template.is_active,
        "credits": template.credits,
        "engines": list(template.engines),
        "fields": form_fields(template.fields),
        "presets": [_preset(preset) for preset in template.presets],
        "stages": [_stage(stage) for stage in template.stages],
        "tags": list(template.tags),
        "fallback_title": template.fallback_title.definition(),
        "time_outs": asdict(template.time_outs),
    }


def digest(definition: Mapping[str, Any]) -> str:
    """64 hexadecimal digits that change when anything in `definition` does."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "slug": preset.slug,
        "title": preset.title.definition(),
        "values": dict(preset.values),
        "estimated_time": preset.estimated_time,
    }


def _stage(stage: Stage) -> dict[str, Any]:
    workflow = stage.workflow
    whole = {
        "slug": workflow.slug,
        "graph": workflow.graph.api(),
        "bindings": [_binding(binding) for binding in workflow.bindings],
        "outputs": list(workflow.outputs),
        "inputs": dict(stage.inputs),
    }
    # Left out where there is nothing, so that templates of before keep their version.
    return {**whole, "takes": dict(stage.takes)} if stage.takes else whole


def _binding(binding: Binding) -> dict[str, Any]:
    whole = {
        "name": binding.name,
        "node": binding.node,
        "class": binding.class_type,
        "input": binding.input,
        "type": binding.type,
        "min": binding.minimum,
        "max": binding.maximum,
        "choices": list(binding.choices) or None,
        "file": binding.file,
    }
    return {key: value for key, value in whole.items() if value is not None}
