"""The nodes the emulator runs, by class name, in `NODES`."""

from affiche.emulators.comfyui.nodes import (
    conditioning,
    latents,
    loaders,
    masks,
    pictures,
    sampling,
    saving,
)
from affiche.emulators.comfyui.nodes.node import (
    NODES,
    Call,
    Interrupted,
    Node,
    NodeError,
    Result,
)

__all__ = [
    "NODES",
    "Call",
    "Interrupted",
    "Node",
    "NodeError",
    "Result",
    "conditioning",
    "latents",
    "loaders",
    "masks",
    "pictures",
    "sampling",
    "saving",
]
