"""Faults on request: what goes wrong on real servers, at named points."""

from affiche.emulators.comfyui.faults.fault import POINTS, Fault, Kind, parse
from affiche.emulators.comfyui.faults.plan import Chance, Faults
from affiche.emulators.plan import Asker, Struck

__all__ = ["POINTS", "Asker", "Chance", "Fault", "Faults", "Kind", "Struck", "parse"]
