"""What flows between nodes: real pictures and masks, and symbols for what a GPU would hold."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import pyvips

from affiche.emulators.comfyui.painter.painting import Painting


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """IMAGE: frames of equal size, three bands of 8-bit sRGB, in memory."""

    frames: tuple[pyvips.Image, ...]

    @property
    def width(self) -> int:
        return int(self.frames[0].width)

    @property
    def height(self) -> int:
        return int(self.frames[0].height)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """MASK: frames of one 8-bit band, white where something shall change."""

    frames: tuple[pyvips.Image, ...]

    @property
    def width(self) -> int:
        return int(self.frames[0].width)

    @property
    def height(self) -> int:
        return int(self.frames[0].height)


@dataclass(frozen=True, slots=True)
class Model:
    """MODEL, with the LoRAs patched into it as (name, strength)."""

    name: str
    loras: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Encoder:
    """CLIP."""

    name: str


@dataclass(frozen=True, slots=True)
class Vae:
    """VAE; `grid` is how many pixels one cell of its latent covers."""

    name: str
    grid: int = 8

    @classmethod
    def named(cls, name: str) -> Self:
        return cls(name, 16 if "flux2" in name.lower() else 8)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loaded file that only its name matters of (style, vision and upscale models)."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Vision:
    """CLIP_VISION_OUTPUT: the picture that was looked at."""

    picture: Picture


@dataclass(frozen=True, slots=True, eq=False)
class Conditioning:
    """CONDITIONING: the text and what was attached to it on the way to the sampler."""

    text: str = ""
    references: tuple["Latent", ...] = ()
    styles: tuple[tuple[Picture, float], ...] = ()
    guidance: float | None = None

    def with_reference(self, latent: "Latent") -> "Conditioning":
        return replace(self, references=(*self.references, latent))


@dataclass(frozen=True, slots=True)
class Noise:
    seed: int


@dataclass(frozen=True, slots=True)
class Sigmas:
    """SIGMAS: steps `first` to `last` out of `total`."""

    total: int
    first: int = 0
    last: int | None = None

    @property
    def steps(self) -> int:
        return max(0, (self.total if self.last is None else self.last) - self.first)

    @property
    def denoise(self) -> float:
        """The share of the whole noise that stands at the first of these steps, 0..1."""
        return max(0.0, 1.0 - self.first / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Guider:
    model: Model
    positive: Conditioning
    negative: Conditioning
    cfg: float


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """LATENT: a size in pixels on the grid of its VAE, and what is known of its content.

    `pixels` when it was encoded from a picture, `paintings` (one a frame) when it was sampled;
    empty otherwise.
    """

    width: int
    height: int
    grid: int = 8
    batch: int = 1
    pixels: Picture | None = None
    mask: Mask | None = None
    paintings: tuple[Painting, ...] = field(default=())


def weight(values: tuple[Any, ...]) -> int:
    """About how many bytes the pictures among `values` hold in memory."""
    total = 0
    for value in values:
        frames = value.frames if isinstance(value, Picture | Mask) else ()
        if isinstance(value, Latent) and value.pixels is not None:
            frames = value.pixels.frames
        total += sum(frame.width * frame.height * frame.bands for frame in frames)
    return total
