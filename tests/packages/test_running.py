"""A package as a container runs it: its entrypoint, its handler over RunPod's own SDK, its test's
input, and the ComfyUI emulator in ComfyUI's place."""

import json
import os
import signal
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from tests.cli.programs import Process

from affiche.catalog.catalog import shipped
from affiche.worker.packages import making

COMFYUI = """
import sys
from affiche.cli.main import called
port = sys.argv[sys.argv.index("--port") + 1]
sys.exit(called(["emulate", "comfyui", "--port", port, "--pace", "0"]))
"""


def test_the_test_for_the_hub_passes_in_the_container(tmp_path: Path) -> None:
    template = next(each for each in shipped() if each.slug == "poster")
    source = files("affiche.catalog").joinpath("poster")
    package, comfyui = tmp_path / "package", tmp_path / "comfyui"
    making.write(making.render(template, source, "serverless"), package)
    comfyui.mkdir()
    (comfyui / "main.py").write_text(COMFYUI)
    (test,) = json.loads((package / ".runpod/tests.json").read_text("utf-8"))["tests"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    # The SDK takes one job from its command line and ends: a smoke test of its own.
    job = json.dumps({"id": "hub-test", "input": test["input"]})
    process = Process(
        subprocess.Popen(
            [package / "entrypoint.sh", "--test_input", job],
            cwd=package,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "COMFYUI_HOME": str(comfyui),
                "COMFYUI_PYTHON": sys.executable,
                "WORKER_PYTHON": sys.executable,
                "COMFY_API_URL": f"http://127.0.0.1:{port}",
                "RUNPOD_SKIP_GPU_CHECK": "true",
                "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    )
    try:
        process.wait_for("the worker ended with 0", 90)
        assert process.process.wait(30) == 0
    finally:
        process.stop(signal.SIGTERM)
    assert "Job hub-test completed successfully" in process.text
    assert "'stage': 'envelope'" in process.text
