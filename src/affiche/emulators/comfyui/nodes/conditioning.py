"""Texts, and what is attached to them."""

from dataclasses import replace
from typing import Any

from affiche.emulators.comfyui.nodes.latents import encoded
from affiche.emulators.comfyui.nodes.node import Call, Inputs, node
from affiche.emulators.comfyui.values import Conditioning, Vision


@node("CLIPTextEncode")
def text_encode(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Conditioning(inputs["text"]),)


@node("ConditioningZeroOut")
def zero_out(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (replace(inputs["conditioning"], text="", styles=()),)


@node("ReferenceLatent")
def reference_latent(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    latent = inputs.get("latent")
    conditioning = inputs["conditioning"]
    return (conditioning if latent is None else conditioning.with_reference(latent),)


@node("FluxGuidance")
def flux_guidance(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (replace(inputs["conditioning"], guidance=float(inputs["guidance"])),)


@node("CLIPVisionEncode")
def vision_encode(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Vision(inputs["image"]),)


@node("StyleModelApply")
def style_model_apply(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    conditioning = inputs["conditioning"]
    style = (inputs["clip_vision_output"].picture, float(inputs["strength"]))
    return (replace(conditioning, styles=(*conditioning.styles, style)),)


@node("InpaintModelConditioning", heavy=True)
def inpaint(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    mask = inputs["mask"]
    latent = encoded(inputs["pixels"], inputs["vae"], mask if inputs["noise_mask"] else None)
    return inputs["positive"], inputs["negative"], latent
