"""Model files, which are only names here."""

from dataclasses import replace
from typing import Any

from affiche.emulators.comfyui.nodes.node import Call, Inputs, node
from affiche.emulators.comfyui.values import Encoder, Loaded, Model, Vae


@node("UNETLoader")
def unet(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Model(inputs["unet_name"]),)


@node("CLIPLoader")
def clip(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Encoder(inputs["clip_name"]),)


@node("DualCLIPLoader")
def dual_clip(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Encoder(f"{inputs['clip_name1']}+{inputs['clip_name2']}"),)


@node("VAELoader")
def vae(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Vae.named(inputs["vae_name"]),)


@node("CheckpointLoaderSimple")
def checkpoint(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    name = inputs["ckpt_name"]
    return Model(name), Encoder(name), Vae.named(name)


@node("CLIPVisionLoader")
def clip_vision(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Loaded(inputs["clip_name"]),)


@node("StyleModelLoader")
def style_model(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Loaded(inputs["style_model_name"]),)


@node("UpscaleModelLoader")
def upscale_model(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Loaded(inputs["model_name"]),)


def _patched(model: Model, inputs: Inputs) -> Model:
    strength = float(inputs["strength_model"])
    if not strength:
        return model
    return replace(model, loras=(*model.loras, (inputs["lora_name"], strength)))


@node("LoraLoader")
def lora(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return _patched(inputs["model"], inputs), inputs["clip"]


@node("LoraLoaderModelOnly")
def lora_model_only(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (_patched(inputs["model"], inputs),)


@node("DifferentialDiffusion")
@node("FluxKVCache")
def unchanged_model(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    """Changes how a GPU works, not what it is asked for."""
    return (inputs["model"],)
