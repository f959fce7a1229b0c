"""What runs inside the GPU container: a handler of RunPod's jobs over the ComfyUI beside it."""

from pathlib import Path


def start(package: str | Path | None = None, comfyui: str | None = None) -> None:
    """Answer jobs until the process is stopped; see `affiche.worker.service.start`."""
    # Whoever only checks a package has no need of all this.
    from affiche.worker import service

    service.start(package, comfyui)
