"""The model files that a graph needs, and where ComfyUI looks for them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from affiche.domain.workflows import Graph, Model
from affiche.graphs.bindings import has_placeholder

__all__ = ["FOLDERS", "Model", "folder_of", "models"]

FOLDERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "CheckpointLoaderSimple": {"ckpt_name": "checkpoints"},
        "CLIPLoader": {"clip_name": "text_encoders"},
        "CLIPVisionLoader": {"clip_name": "clip_vision"},
        "DualCLIPLoader": {"clip_name1": "text_encoders", "clip_name2": "text_encoders"},
        "LoraLoader": {"lora_name": "loras"},
        "LoraLoaderModelOnly": {"lora_name": "loras"},
        "StyleModelLoader": {"style_model_name": "style_models"},
        "UNETLoader": {"unet_name": "diffusion_models"},
        "UpscaleModelLoader": {"model_name": "upscale_models"},
        "VAELoader": {"vae_name": "vae"},
    }
)
"""Class → input → folder under `models/`, as `GET /models` names the folders."""

_BUILT_IN: Final = frozenset({"pixel_space"})
"""Names in ComfyUI's own lists that stand for no file."""


def folder_of(class_type: str, input: str) -> str | None:
    """The folder from which this input picks a file, or None if it names no model."""
    return FOLDERS.get(class_type, {}).get(input)


def models(graph: Graph) -> tuple[Model, ...]:
    """Every model file that `graph` names, in the order of its nodes; placeholders left out."""
    return tuple(
        Model(folder, name, node.id, node.class_type, input_)
        for node in graph.nodes.values()
        for input_, folder in FOLDERS.get(node.class_type, {}).items()
        if isinstance(name := node.inputs.get(input_), str)
        and name not in _BUILT_IN
        and not has_placeholder(name)
    )
