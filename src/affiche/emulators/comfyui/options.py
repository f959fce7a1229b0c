"""How an emulated ComfyUI server is set up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LATEST: Final = "0.33.0"

MODEL_FILES: Final[Mapping[str, Sequence[str]]] = {
    "checkpoints": ("sd_xl_base_1.0.safetensors",),
    "clip_vision": ("sigclip_vision_patch14_384.safetensors",),
    "diffusion_models": (
        "flux-2-klein-9b-fp8.safetensors",
        "flux-2-klein-base-9b-fp8.safetensors",
        "flux1-fill-dev.safetensors",
        "qwen_image_fp8_e4m3fn.safetensors",
    ),
    # One of four, as seed 003 found it on its server.
    "loras": ("milan.safetensors",),
    "style_models": ("flux1-redux-dev.safetensors",),
    "text_encoders": (
        "clip_l.safetensors",
        "qwen_2.5_vl_7b_fp8_scaled.safetensors",
        "qwen_3_8b_fp8mixed.safetensors",
        "t5xxl_fp16.safetensors",
    ),
    "upscale_models": ("4x-UltraSharp.pth",),
    "vae": ("ae.safetensors", "flux2-vae.safetensors", "pixel_space", "qwen_image_vae.safetensors"),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What a server is started with.

    `folder` holds `input/`, `output/` and `temp/`. `pace` is the time one sampler step takes, in
    seconds; 0 answers at once. `version` below 0.4 has no `/api/jobs` and takes any `prompt_id`.
    `models` are the files the loaders find, by folder; with `any_model` every name is found, which
    is what a preview wants. `metadata` writes the graph into saved PNGs (trap 4). `previews` sends
    a small picture with every sampler step (`--preview-method`). `keep` is how many files each
    folder holds before the oldest go. `control` opens `/_faults` to loopback.
    """

    folder: Path
    pace: float = 0.0
    version: str = LATEST
    models: Mapping[str, Sequence[str]] = field(default_factory=lambda: MODEL_FILES)
    any_model: bool = False
    metadata: bool = True
    previews: bool = False
    keep: int = 400
    control: bool = False
    max_upload: int = 100 * 1024 * 1024

    @property
    def has_jobs(self) -> bool:
        """Observed: 0.3.75 answers 404 where 0.33.0 has the jobs routes."""
        major, minor = (int(part) for part in self.version.split(".")[:2])
        return (major, minor) >= (0, 4)

    @property
    def strict_ids(self) -> bool:
        """0.3.75 took any string as a `prompt_id`."""
        return self.has_jobs
