"""RunPod Serverless without a cloud: the public API and the worker protocol in one server.

The real SDK's client and the real SDK's worker loop both run against it.
"""

from affiche.emulators.runpod.faults import SHAPES, Chance, Fault, Faults
from affiche.emulators.runpod.options import KEY, LIMITS, Handler, Options, Progress, Terms
from affiche.emulators.runpod.server import Server, serving

__all__ = [
    "KEY", "LIMITS", "SHAPES", "Chance", "Fault", "Faults", "Handler", "Options", "Progress",
    "Server", "Terms", "serving",
]  # fmt: skip
