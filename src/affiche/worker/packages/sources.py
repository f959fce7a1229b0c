"""From where the model files of the catalog can be had.

Addresses as ComfyUI's own pages for Flux2 Klein, Flux Fill, Redux and Qwen-Image give them.
RunPod's builds cannot be tried here, and neither can these; `download_models.sh` says by name which
one does not answer.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HUB: Final = "https://huggingface.co"
_ENCODER: Final = f"{_HUB}/Comfy-Org/flux2-klein-9B/resolve/main/split_files/text_encoders"
_VAE: Final = f"{_HUB}/Comfy-Org/flux2-dev/resolve/main/split_files/vae"
_QWEN: Final = f"{_HUB}/Comfy-Org/Qwen-Image_ComfyUI/resolve/main/split_files"
_FLUX_TEXT: Final = f"{_HUB}/comfyanonymous/flux_text_encoders/resolve/main"
_FLUX_VAE: Final = f"{_HUB}/Comfy-Org/Lumina_Image_2.0_Repackaged/resolve/main/split_files/vae"

ADDRESSES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        # Gated: the licence has to be agreed to.
        ("diffusion_models", "flux-2-klein-9b-fp8.safetensors"): (
            f"{_HUB}/black-forest-labs/FLUX.2-klein-9b-fp8/resolve/main"
            "/flux-2-klein-9b-fp8.safetensors"
        ),
        ("diffusion_models", "flux-2-klein-base-9b-fp8.safetensors"): (
            f"{_HUB}/black-forest-labs/FLUX.2-klein-base-9b-fp8/resolve/main"
            "/flux-2-klein-base-9b-fp8.safetensors"
        ),
        ("text_encoders", "qwen_3_8b_fp8mixed.safetensors"): (
            f"{_ENCODER}/qwen_3_8b_fp8mixed.safetensors"
        ),
        ("vae", "flux2-vae.safetensors"): f"{_VAE}/flux2-vae.safetensors",
        # Both gated as well.
        ("diffusion_models", "flux1-fill-dev.safetensors"): (
            f"{_HUB}/black-forest-labs/FLUX.1-Fill-dev/resolve/main/flux1-fill-dev.safetensors"
        ),
        ("style_models", "flux1-redux-dev.safetensors"): (
            f"{_HUB}/black-forest-labs/FLUX.1-Redux-dev/resolve/main/flux1-redux-dev.safetensors"
        ),
        ("text_encoders", "clip_l.safetensors"): f"{_FLUX_TEXT}/clip_l.safetensors",
        ("text_encoders", "t5xxl_fp16.safetensors"): f"{_FLUX_TEXT}/t5xxl_fp16.safetensors",
        ("vae", "ae.safetensors"): f"{_FLUX_VAE}/ae.safetensors",
        ("diffusion_models", "qwen_image_fp8_e4m3fn.safetensors"): (
            f"{_QWEN}/diffusion_models/qwen_image_fp8_e4m3fn.safetensors"
        ),
        ("text_encoders", "qwen_2.5_vl_7b_fp8_scaled.safetensors"): (
            f"{_QWEN}/text_encoders/qwen_2.5_vl_7b_fp8_scaled.safetensors"
        ),
        ("vae", "qwen_image_vae.safetensors"): f"{_QWEN}/vae/qwen_image_vae.safetensors",
        ("clip_vision", "sigclip_vision_patch14_384.safetensors"): (
            f"{_HUB}/Comfy-Org/sigclip_vision_384/resolve/main"
            "/sigclip_vision_patch14_384.safetensors"
        ),
    }
)
"""Folder and file → address."""
