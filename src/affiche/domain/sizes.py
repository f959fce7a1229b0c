"""How large the picture of a template will be, read from its graph before anything runs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from affiche.domain.templates import Stage, Template, stage_values

MEGAPIXEL: Final = 1024 * 1024
"""As ComfyUI's `ImageScaleToTotalPixels` counts them."""
GRAIN: Final = 16
"""Image models work on multiples of so many pixels."""
SCALING: Final = "ImageScaleToTotalPixels"
BENT: Final = 0.06
"""How far two proportions may differ and still be called the same."""
STRETCHED: Final = 1.5
"""How many times larger, in each direction, a picture may be made before it looks soft."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Expected:
    """`width` and `height` in pixels, to some 16 of them. `own`: they are the template's own,
    whatever picture comes in."""

    width: int
    height: int
    own: bool = False


def expected(template: Template, values: Mapping[str, Any], source: Size | None) -> Expected | None:
    """Of the last stage, for the `values` by field name and a `source` of that size; None where the
    graph does not tell, or tells only by a source that there is not yet."""
    if source and any(field.promise for field in template.fields):
        # What the mask leaves is the source's, and so is the frame.
        return Expected(*source)
    stage = template.stages[-1]
    given = _given(template, stage, values)
    for _, kind, inputs in given:
        if kind.startswith("Empty") and "Latent" in kind and _whole(inputs):
            width, height = (int(inputs[side]) // GRAIN * GRAIN for side in ("width", "height"))
            return Expected(width, height, own=True)
    for _, kind, inputs in given:
        if source and kind == SCALING and isinstance(inputs.get("megapixels"), int | float):
            return _scaled(source, inputs["megapixels"])
    return None


def bent(one: Size, other: Size) -> bool:
    """Whether their proportions differ by more than a model's own rounding."""
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) > BENT


def stretch(source: Size, made: Size) -> float:
    """How many times larger `made` is, in each direction: as areas have it."""
    return math.sqrt(made[0] * made[1] / (source[0] * source[1]))


def _scaled(source: Size, megapixels: float) -> Expected:
    by = math.sqrt(megapixels * MEGAPIXEL / (source[0] * source[1]))
    width, height = (max(GRAIN, round(side * by) // GRAIN * GRAIN) for side in source)
    return Expected(width, height)


def _given(
    template: Template, stage: Stage, values: Mapping[str, Any]
) -> list[tuple[str, str, dict[str, Any]]]:
    """The nodes of a stage with what will be bound to them: id, class and inputs."""
    bound = stage_values(template, stage, values)
    found = []
    for node in stage.workflow.graph.nodes.values():
        own = {
            b.input: bound[b.name]
            for b in stage.workflow.bindings
            if b.node == node.id and b.name in bound
        }
        found.append((node.id, node.class_type, {**node.inputs, **own}))
    return found


def _whole(inputs: Mapping[str, Any]) -> bool:
    return all(isinstance(inputs.get(side), int) for side in ("width", "height"))
