"""Faults on request: what goes wrong in RunPod's cloud, at named points."""

from affiche.emulators.plan import Asker, Struck
from affiche.emulators.runpod.faults.chance import Chance, Faults
from affiche.emulators.runpod.faults.fault import POINTS, Fault, Kind, parse
from affiche.emulators.runpod.faults.shapes import SHAPES

__all__ = [
    "POINTS", "SHAPES", "Asker", "Chance", "Fault", "Faults", "Kind", "Struck", "parse",
]  # fmt: skip
