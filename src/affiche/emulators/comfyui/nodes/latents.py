"""Latents: sizes on a grid, with the picture they came from."""

from dataclasses import replace
from typing import Any

from affiche.emulators.comfyui.nodes.masks import grown
from affiche.emulators.comfyui.nodes.node import Call, Inputs, node
from affiche.emulators.comfyui.values import Latent, Mask, Picture, Vae


def encoded(picture: Picture, vae: Vae, mask: Mask | None = None) -> Latent:
    """As a VAE sees it: cut at the middle to whole cells of its grid."""
    grid = vae.grid
    width, height = picture.width // grid * grid, picture.height // grid * grid
    if (width, height) != (picture.width, picture.height):
        x, y = picture.width % grid // 2, picture.height % grid // 2
        frames = tuple(f.crop(x, y, width, height).copy_memory() for f in picture.frames)
        picture = Picture(frames)
    return Latent(width, height, grid, len(picture.frames), picture, mask)


@node("VAEEncode", heavy=True)
def vae_encode(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (encoded(inputs["pixels"], inputs["vae"]),)


@node("VAEEncodeForInpaint", heavy=True)
def vae_encode_for_inpaint(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    mask = grown(inputs["mask"], int(inputs["grow_mask_by"]) // 2, tapered=False)
    return (encoded(inputs["pixels"], inputs["vae"], mask),)


@node("SetLatentNoiseMask")
def set_latent_noise_mask(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (replace(inputs["samples"], mask=inputs["mask"]),)


def _empty(inputs: Inputs, grid: int) -> Latent:
    width, height = int(inputs["width"]) // grid * grid, int(inputs["height"]) // grid * grid
    return Latent(width, height, grid, int(inputs["batch_size"]))


@node("EmptyLatentImage")
def empty_latent(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (_empty(inputs, 8),)


@node("EmptyFlux2LatentImage")
def empty_flux2_latent(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (_empty(inputs, 16),)
