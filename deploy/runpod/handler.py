"""RunPod calls this: it hands every job to ComfyUI, as template.toml says."""

from pathlib import Path

from affiche.worker import start

if __name__ == "__main__":
    start(Path(__file__).parent)
