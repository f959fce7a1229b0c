"""Runs on the ComfyUI emulator: the same protocol, with pictures that are stand-ins."""

from affiche.engines.comfyui.engine import ComfyEngine


class PreviewEngine(ComfyEngine):
    """As ComfyEngine; only the kind differs, so that records and pages can say so."""

    kind = "preview"
