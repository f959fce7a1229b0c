"""Small graphs in API format, written from ComfyUI's own node schemas."""

from collections.abc import Mapping
from typing import Any

from affiche.engines.engine import Picture

Graph = dict[str, dict[str, Any]]


def node(class_type: str, title: str | None = None, **inputs: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"class_type": class_type, "inputs": inputs}
    return {**made, "_meta": {"title": title}} if title else made


def copied(prefix: str = "copy") -> Graph:
    """A picture loaded and saved: no model, no sampler."""
    return {
        "76": node("LoadImage", image="none.png"),
        "9": node("SaveImage", images=["76", 0], filename_prefix=prefix),
    }


def scaled(megapixels: float = 0.06) -> Graph:
    graph = copied()
    graph["80"] = node(
        "ImageScaleToTotalPixels",
        image=["76", 0],
        upscale_method="nearest-exact",
        megapixels=megapixels,
        resolution_steps=1,
    )
    graph["9"]["inputs"]["images"] = ["80", 0]
    return graph


def klein(steps: int = 4, seed: int = 7, text: str = "a quiet coast") -> Graph:
    """The Klein 9B image-edit graph."""
    return {
        "76": node("LoadImage", image="none.png"),
        "75:70": node(
            "UNETLoader", unet_name="flux-2-klein-9b-fp8.safetensors", weight_dtype="default"
        ),
        "75:71": node(
            "CLIPLoader",
            clip_name="qwen_3_8b_fp8mixed.safetensors",
            type="flux2",
            device="default",
        ),
        "75:72": node("VAELoader", vae_name="flux2-vae.safetensors"),
        "75:80": node(
            "ImageScaleToTotalPixels",
            image=["76", 0],
            upscale_method="nearest-exact",
            megapixels=0.06,
            resolution_steps=1,
        ),
        "75:81": node("GetImageSize", image=["75:80", 0]),
        "75:66": node(
            "EmptyFlux2LatentImage", width=["75:81", 0], height=["75:81", 1], batch_size=1
        ),
        "75:62": node("Flux2Scheduler", steps=steps, width=["75:81", 0], height=["75:81", 1]),
        "75:61": node("KSamplerSelect", sampler_name="euler"),
        "75:73": node("RandomNoise", noise_seed=seed),
        "75:74": node("CLIPTextEncode", text=text, clip=["75:71", 0]),
        "75:82": node("ConditioningZeroOut", conditioning=["75:74", 0]),
        "75:79:78": node("VAEEncode", pixels=["75:80", 0], vae=["75:72", 0]),
        "75:79:77": node("ReferenceLatent", conditioning=["75:74", 0], latent=["75:79:78", 0]),
        "75:79:76": node("ReferenceLatent", conditioning=["75:82", 0], latent=["75:79:78", 0]),
        "75:63": node(
            "CFGGuider",
            cfg=1.0,
            model=["75:70", 0],
            positive=["75:79:77", 0],
            negative=["75:79:76", 0],
        ),
        "75:64": node(
            "SamplerCustomAdvanced",
            "Paint",
            noise=["75:73", 0],
            guider=["75:63", 0],
            sampler=["75:61", 0],
            sigmas=["75:62", 0],
            latent_image=["75:66", 0],
        ),
        "75:65": node("VAEDecode", samples=["75:64", 0], vae=["75:72", 0]),
        "9": node("SaveImage", images=["75:65", 0], filename_prefix="klein"),
    }


def picture(data: bytes, name: str = "affiche-0a1b2c.png", at: str = "76") -> Picture:
    return Picture(node=at, input="image", name=name, data=data, media_type="image/png")


def inputs(graph: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = graph[at]["inputs"]
    return found
