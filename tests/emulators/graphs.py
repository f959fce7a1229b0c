"""Graphs in ComfyUI's API format, as its users send them."""

from typing import Any

Graph = dict[str, dict[str, Any]]


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def klein(
    image: str = "photo.png",
    prompt: str = "a quiet beach at sunset",
    seed: int = 7,
    megapixels: float = 0.06,
    steps: int = 4,
    cfg: float = 1.0,
    prefix: str = "klein",
) -> Graph:
    """The Klein 9B image edit with the node ids of the official template."""
    return {
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
        "76": node("LoadImage", image=image),
        "75:80": node(
            "ImageScaleToTotalPixels",
            image=["76", 0],
            upscale_method="nearest-exact",
            megapixels=megapixels,
            resolution_steps=1,
        ),
        "75:81": node("GetImageSize", image=["75:80", 0]),
        "75:66": node(
            "EmptyFlux2LatentImage", width=["75:81", 0], height=["75:81", 1], batch_size=1
        ),
        "75:62": node("Flux2Scheduler", steps=steps, width=["75:81", 0], height=["75:81", 1]),
        "75:61": node("KSamplerSelect", sampler_name="euler"),
        "75:73": node("RandomNoise", noise_seed=seed),
        "75:74": node("CLIPTextEncode", text=prompt, clip=["75:71", 0]),
        "75:82": node("ConditioningZeroOut", conditioning=["75:74", 0]),
        "75:79:78": node("VAEEncode", pixels=["75:80", 0], vae=["75:72", 0]),
        "75:79:77": node("ReferenceLatent", conditioning=["75:74", 0], latent=["75:79:78", 0]),
        "75:79:76": node("ReferenceLatent", conditioning=["75:82", 0], latent=["75:79:78", 0]),
        "75:63": node(
            "CFGGuider",
            cfg=cfg,
            model=["75:70", 0],
            positive=["75:79:77", 0],
            negative=["75:79:76", 0],
        ),
        "75:64": node(
            "SamplerCustomAdvanced",
            noise=["75:73", 0],
            guider=["75:63", 0],
            sampler=["75:61", 0],
            sigmas=["75:62", 0],
            latent_image=["75:66", 0],
        ),
        "75:65": node("VAEDecode", samples=["75:64", 0], vae=["75:72", 0]),
        "9": node("SaveImage", images=["75:65", 0], filename_prefix=prefix),
    }


def blank(width: int = 32, height: int = 16, color: int = 0, prefix: str = "blank") -> Graph:
    """The smallest graph with an output: a picture of one colour, saved."""
    return {
        "1": node("EmptyImage", width=width, height=height, batch_size=1, color=color),
        "9": node("SaveImage", images=["1", 0], filename_prefix=prefix),
    }


def sampled(
    seed: int = 1, steps: int = 4, prompt: str = "forest", size: int = 64, prefix: str = "s"
) -> Graph:
    """Text to picture with a checkpoint and KSampler."""
    return {
        "4": node("CheckpointLoaderSimple", ckpt_name="sd_xl_base_1.0.safetensors"),
        "5": node("EmptyLatentImage", width=size, height=size, batch_size=1),
        "6": node("CLIPTextEncode", text=prompt, clip=["4", 1]),
        "7": node("CLIPTextEncode", text="", clip=["4", 1]),
        "3": node(
            "KSampler",
            model=["4", 0],
            seed=seed,
            steps=steps,
            cfg=5.0,
            sampler_name="euler",
            scheduler="simple",
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["5", 0],
            denoise=1.0,
        ),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix=prefix),
    }


def through(name: str, *, load: str = "LoadImage", slot: int = 0, **inputs: Any) -> Graph:
    """A picture loaded, put through the node class `name` as `image`, and saved."""
    return {
        "1": node(load, image="photo.png"),
        "2": node(name, image=["1", slot], **inputs),
        "9": node("SaveImage", images=["2", 0], filename_prefix="through"),
    }
