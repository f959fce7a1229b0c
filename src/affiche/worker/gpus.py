"""Whether card, driver and torch go together: what they say of themselves, and the rules.

Only `ask` goes outside. A driver says up to which CUDA it serves; within one major version newer
builds mostly run on older drivers, so only that is held against it. Blackwell's kernels are in
builds for CUDA 12.8 and later alone.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

Version = tuple[int, int]

_SECONDS: Final = 15.0
_DRIVER_CUDA: Final = re.compile(r"CUDA Version:\s*(\d+)\.(\d+)")
_TORCH_CUDA: Final = re.compile(r"\+cu(\d{2,3})(\d)$")
_BLACKWELL: Final = (10, 0)
_FOR_BLACKWELL: Final = (12, 8)
QUERY: Final = ("--query-gpu=name,compute_cap,driver_version", "--format=csv,noheader")


@dataclass(frozen=True, slots=True)
class Card:
    """`capability` as CUDA counts it (8.9 Ada, 9.0 Hopper, 10.0 and 12.0 Blackwell)."""

    name: str
    capability: Version
    driver: str


@dataclass(frozen=True, slots=True)
class Gpus:
    """What nvidia-smi says; no cards where there is no nvidia-smi. `cuda`: the driver's."""

    cards: tuple[Card, ...] = ()
    cuda: Version | None = None


async def ask(program: str = "nvidia-smi") -> Gpus:
    """The cards of this machine; nothing where the program is not there or does not answer."""
    listed = await _said(program, *QUERY)
    return Gpus(cards(listed), driver_cuda(await _said(program))) if listed else Gpus()


def cards(listed: str) -> tuple[Card, ...]:
    """`NVIDIA GeForce RTX 5090, 12.0, 570.86.15`, a line each; other lines are passed over."""
    found = []
    for line in listed.splitlines():
        match [part.strip() for part in line.split(",")]:
            case [name, capability, driver] if re.fullmatch(r"\d+\.\d+", capability):
                major, minor = capability.split(".")
                found.append(Card(name, (int(major), int(minor)), driver))
    return tuple(found)


def driver_cuda(header: str) -> Version | None:
    """From the first lines of nvidia-smi's page."""
    found = _DRIVER_CUDA.search(header)
    return (int(found[1]), int(found[2])) if found else None


def torch_cuda(version: str) -> Version | None:
    """`2.7.1+cu128` was built for CUDA 12.8; None for builds without CUDA."""
    found = _TORCH_CUDA.search(version)
    return (int(found[1]), int(found[2])) if found else None


def misfits(gpus: Gpus, torch: str, devices: Collection[str]) -> list[str]:
    """Why no picture can come of this, each with its remedy. `torch` is its version, `devices`
    the types that ComfyUI works on."""
    if not gpus.cards:
        return []
    built = torch_cuda(torch)
    if "cuda" not in devices:
        names = ", ".join(card.name for card in gpus.cards)
        return [
            f"ComfyUI works without the graphics card, though there is one ({names}). Install a "
            f"torch built for CUDA (this one is {torch or 'unknown'}) and start ComfyUI "
            "without --cpu."
        ]
    if built is None:
        return []
    return [*_driver_too_old(gpus, built), *_card_too_new(gpus.cards, built)]


def _driver_too_old(gpus: Gpus, built: Version) -> list[str]:
    if gpus.cuda is None or gpus.cuda[0] >= built[0]:
        return []
    driver = gpus.cards[0].driver
    return [
        f"The driver ({driver}) serves CUDA {_shown(gpus.cuda)}, and torch is built for "
        f"{_shown(built)}. Let the endpoint take only machines with {_shown(built)} or later "
        f"(allowedCudaVersions), or build the image with CUDA {_shown(gpus.cuda)}."
    ]


def _card_too_new(cards: Sequence[Card], built: Version) -> list[str]:
    if built >= _FOR_BLACKWELL:
        return []
    return [
        f"{card.name} (Blackwell) needs a torch built for CUDA 12.8 or later; this one is for "
        f"{_shown(built)}. Build the image with CUDA 12.8, or take the card's pool from the "
        "endpoint."
        for card in cards
        if card.capability >= _BLACKWELL
    ]


def _shown(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


async def _said(*command: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return said.decode("utf-8", "replace") if process.returncode == 0 else ""
