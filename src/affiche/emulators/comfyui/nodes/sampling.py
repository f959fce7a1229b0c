"""Noise, sigmas, guiders and samplers; and VAEDecode, which asks the painter."""

from dataclasses import replace
from typing import Any

import pyvips

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.nodes.node import Call, Inputs, node
from affiche.emulators.comfyui.painter import painter
from affiche.emulators.comfyui.painter.painting import Painting
from affiche.emulators.comfyui.values import (
    Conditioning,
    Guider,
    Latent,
    Model,
    Noise,
    Picture,
    Sigmas,
)
from affiche.pictures.threads import in_thread

LOOK_SIZE = 384


@node("RandomNoise")
def random_noise(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Noise(int(inputs["noise_seed"])),)


@node("KSamplerSelect")
def ksampler_select(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (inputs["sampler_name"],)


@node("Flux2Scheduler")
def flux2_scheduler(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    return (Sigmas(int(inputs["steps"])),)


@node("SplitSigmas")
def split_sigmas(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    sigmas, step = inputs["sigmas"], int(inputs["step"])
    last = sigmas.total if sigmas.last is None else sigmas.last
    middle = min(sigmas.first + step, last)
    return replace(sigmas, last=middle), replace(sigmas, first=middle, last=last)


@node("CFGGuider")
def cfg_guider(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    cfg = float(inputs["cfg"])
    return (Guider(inputs["model"], inputs["positive"], inputs["negative"], cfg),)


@node("SamplerCustomAdvanced")
async def sampler_custom_advanced(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    sigmas, guider = inputs["sigmas"], inputs["guider"]
    seed = inputs["noise"].seed
    sampled = await in_thread(_sampled, guider, inputs["latent_image"], seed, sigmas)
    await _walk(call, sampled, sigmas.steps)
    return sampled, sampled


@node("KSampler")
async def ksampler(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    steps, denoise = int(inputs["steps"]), float(inputs["denoise"])
    if denoise <= 0:
        return (inputs["latent_image"],)
    model: Model = inputs["model"]
    guider = Guider(model, inputs["positive"], inputs["negative"], float(inputs["cfg"]))
    total = max(steps, int(steps / denoise))
    sigmas = Sigmas(total, total - steps)
    latent, seed = inputs["latent_image"], int(inputs["seed"])
    sampled = await in_thread(_sampled, guider, latent, seed, sigmas, denoise)
    await _walk(call, sampled, steps)
    return (sampled,)


async def _walk(call: Call, sampled: Latent, steps: int) -> None:
    """Step by step, so that progress shows and an interruption takes effect."""
    painting = sampled.paintings[0]
    for step in range(1, steps + 1):

        def look(done: float = step / steps) -> pyvips.Image:
            return painter.glance(painting, LOOK_SIZE, done)

        await call.step(step, steps, look)


def _sampled(
    guider: Guider, latent: Latent, seed: int, sigmas: Sigmas, denoise: float | None = None
) -> Latent:
    """The latent with one painting a frame; a mask limits where they differ from the source."""
    positive, negative = guider.positive, guider.negative
    first = Painting(
        width=latent.width,
        height=latent.height,
        prompt=positive.text,
        negative=negative.text,
        seed=seed,
        steps=sigmas.steps,
        cfg=guider.cfg,
        denoise=sigmas.denoise if denoise is None else denoise,
        guidance=positive.guidance,
        references=_references(positive),
        styles=tuple((p.frames[0], strength) for p, strength in positive.styles),
        loras=guider.model.loras,
    )
    frames = []
    for index in range(latent.batch):
        mask, source = _mask(latent, index), _source(latent, index)
        frames.append(replace(first, seed=seed + index, source=source, mask=mask))
    return replace(latent, paintings=tuple(frames), pixels=None)


def _mask(latent: Latent, index: int) -> pyvips.Image | None:
    if latent.mask is None:
        return None
    frame = latent.mask.frames[index % len(latent.mask.frames)]
    return pixels.resize(frame, latent.width, latent.height, "bilinear")


def _source(latent: Latent, index: int) -> pyvips.Image | Painting | None:
    if latent.paintings:
        return latent.paintings[index % len(latent.paintings)]
    if latent.pixels is None:
        return None
    return latent.pixels.frames[index % len(latent.pixels.frames)]


def _references(conditioning: Conditioning) -> tuple[pyvips.Image, ...]:
    """The pictures behind the reference latents; a painted one is painted for it."""
    found = []
    for latent in conditioning.references:
        if latent.paintings:
            found.append(painter.paint(latent.paintings[0]))
        elif latent.pixels is not None:
            found.append(latent.pixels.frames[0])
    return tuple(found)


@node("VAEDecode", heavy=True)
def vae_decode(call: Call, inputs: Inputs) -> tuple[Any, ...]:
    latent: Latent = inputs["samples"]
    if latent.paintings:
        return (Picture(tuple(painter.paint(p) for p in latent.paintings)),)
    if latent.pixels is not None:
        return (latent.pixels,)
    # An empty latent decodes to something near middle grey.
    return (Picture((pixels.solid(latent.width, latent.height, 127, 127, 127),) * latent.batch),)
