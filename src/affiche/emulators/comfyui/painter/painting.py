"""What is to be painted."""

from dataclasses import dataclass
from typing import Union

import pyvips


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """One picture that a sampler was asked for.

    `width` and `height` in pixels. `references` are photographs to keep the subject of; `source`
    is a picture (or another painting) that was noised to the share `denoise` (0..1) and is changed
    from there. `mask` is white where a change is allowed. Pictures are 8-bit sRGB, three bands;
    the mask has one.
    """

    width: int
    height: int
    prompt: str
    negative: str = ""
    seed: int = 0
    steps: int = 4
    cfg: float = 1.0
    denoise: float = 1.0
    guidance: float | None = None
    references: tuple[pyvips.Image, ...] = ()
    styles: tuple[tuple[pyvips.Image, float], ...] = ()
    loras: tuple[tuple[str, float], ...] = ()
    source: Union[pyvips.Image, "Painting", None] = None
    mask: pyvips.Image | None = None
