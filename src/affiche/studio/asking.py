"""Inputs of a work that is asked for: looked at in whole, and only then kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from affiche.domain import seeds
from affiche.domain.forms import check, with_english
from affiche.domain.templates import Template
from affiche.errors import FieldProblem, InvalidInputs
from affiche.studio import sources, subjects
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Looked:
    """What was asked, looked at without anything being kept. `seed` is what was wanted for one."""

    resolved: sources.Resolved
    seed: Any
    problems: Sequence[FieldProblem]


async def looked_at(
    studio: Studio,
    caller: Caller,
    template: Template,
    inputs: Mapping[str, Any],
    *,
    lenient: bool = False,
    project_id: UUID | None = None,
) -> Looked:
    """The inputs against the template's fields, with all problems there are."""
    # In a thread, because a picture may come as 20 MB of base64.
    checked = await asyncio.to_thread(check, template.fields, inputs, lenient=lenient)
    named = await subjects.named(studio, caller, template, checked.values, inputs, project_id)
    resolved = await sources.resolve(studio, caller, template.fields, named.values)
    problems = [*checked.problems, *named.problems, *resolved.problems]
    return Looked(resolved, checked.values.get("seed"), problems)


async def settled(
    studio: Studio, caller: Caller, template: Template, looked: Looked
) -> tuple[dict[str, Any], int]:
    """What goes into `input_data`, by request key, and the seed. Raises InvalidInputs with every
    problem, and only else keeps the pictures that came."""
    if looked.problems:
        raise InvalidInputs(looked.problems)
    values = await sources.keep(studio, caller, looked.resolved)
    seed = seeds.settle(looked.seed, seeds.draw(studio.random)).value
    keys = {f.name: f.request_key for f in with_english(template.fields)}
    data = {keys[name]: value for name, value in values.items()}
    if any(f.is_seed for f in template.fields):
        data["seed"] = seed
    return data, seed
