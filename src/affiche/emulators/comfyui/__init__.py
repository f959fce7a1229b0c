"""A ComfyUI server without a GPU: the real protocol, graphs executed node by node on the CPU.

Where a graph calls for a diffusion model, a deterministic stand-in is painted.
"""

from affiche.emulators.comfyui.faults import Chance, Fault, Faults
from affiche.emulators.comfyui.options import MODEL_FILES, Options
from affiche.emulators.comfyui.server import Server, serving

__all__ = ["MODEL_FILES", "Chance", "Fault", "Faults", "Options", "Server", "serving"]
