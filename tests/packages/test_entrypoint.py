"""entrypoint.sh over two programs that stand in for ComfyUI and the worker: processes, and nothing
else is what it looks after."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.cli.programs import Process

import affiche.worker.packages as packages

SCRIPT = Path(packages.__file__).parent / "skeleton" / "entrypoint.sh"
COMFYUI = """
import http.server, os, pathlib, sys, threading, time
port = int(sys.argv[sys.argv.index("--port") + 1])
print("comfyui arguments:", *sys.argv[1:], flush=True)
pathlib.Path("comfyui.pid").write_text(str(os.getpid()))
if os.environ.get("COMFYUI_FAILS"):
    sys.exit(int(os.environ["COMFYUI_FAILS"]))
if os.environ.get("COMFYUI_HANGS"):
    time.sleep(600)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/system_stats" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
def leave():
    while not pathlib.Path("comfyui.end").exists():
        time.sleep(0.02)
    os._exit(int(pathlib.Path("comfyui.end").read_text() or 0))
threading.Thread(target=leave, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""
WORKER = """
import os, pathlib, sys, time, urllib.request
urllib.request.urlopen(os.environ["COMFY_API_URL"] + "/system_stats", timeout=5)
pathlib.Path("worker.pid").write_text(str(os.getpid()))
print("worker arguments:", *sys.argv[1:], flush=True)
while not pathlib.Path("worker.end").exists():
    time.sleep(0.02)
sys.exit(int(pathlib.Path("worker.end").read_text()))
"""


@dataclass
class Container:
    """A folder with both programs, and the script once it is started."""

    folder: Path
    port: int
    started: list[Process] = field(default_factory=list)

    def start(self, **more: str) -> Process:
        process = subprocess.Popen(
            [SCRIPT, "--verbose"] if os.access(SCRIPT, os.X_OK) else ["bash", SCRIPT, "--verbose"],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "COMFYUI_HOME": str(self.folder),
                "COMFYUI_PYTHON": sys.executable,
                "WORKER_PYTHON": sys.executable,
                "AFFICHE_WORKER_PACKAGE": str(self.folder),
                "COMFY_API_URL": f"http://127.0.0.1:{self.port}",
                "COMFYUI_ARGS": "--lowvram --cpu",
                **more,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(Process(process))
        return self.started[-1]

    def pid(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text())

    def runs(self, name: str) -> bool:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(self.pid(name), 0)
            return True
        return False

    def end(self, name: str, code: int) -> None:
        part = self.folder / "part"
        part.write_text(str(code))
        part.rename(self.folder / f"{name}.end")


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    (tmp_path / "main.py").write_text(COMFYUI)
    (tmp_path / "handler.py").write_text(WORKER)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    container = Container(tmp_path, port)
    yield container
    for process in container.started:
        process.stop(signal.SIGTERM)


def ended(process: Process) -> int:
    code = process.process.wait(60)
    process.reader.join(10)
    return code


def test_the_worker_starts_when_comfyui_answers_and_ends_with_it(container: Container) -> None:
    process = container.start()
    process.wait_for("worker arguments: --verbose")
    assert process.text.index("comfyui arguments") < process.text.index("starting the worker")
    asked = process.wait_for("comfyui arguments: .*")
    assert f"--listen 127.0.0.1 --port {container.port}" in asked
    assert asked.endswith("--disable-metadata --lowvram --cpu")
    container.end("worker", 3)
    assert ended(process) == 3
    assert "the worker ended with 3" in process.text
    assert not container.runs("comfyui")


@pytest.mark.parametrize(("given", "code"), [(7, 7), (0, 1)])
def test_the_container_ends_when_comfyui_does(container: Container, given: int, code: int) -> None:
    process = container.start()
    process.wait_for("worker arguments")
    container.end("comfyui", given)
    assert ended(process) == code
    assert f"ComfyUI ended with {given}" in process.text
    assert not container.runs("worker")


def test_a_comfyui_that_does_not_start_ends_it_at_once(container: Container) -> None:
    process = container.start(COMFYUI_FAILS="5")
    assert ended(process) == 5
    assert "ComfyUI ended with 5 before it answered" in process.text
    assert "starting the worker" not in process.text


def test_a_comfyui_that_never_answers_is_given_up(container: Container) -> None:
    process = container.start(COMFYUI_HANGS="1", AFFICHE_WORKER_START_SECONDS="1")
    assert ended(process) == 1
    assert "did not answer" in process.text
    assert not container.runs("comfyui")


def test_both_end_when_it_is_told_to_stop(container: Container) -> None:
    process = container.start()
    process.wait_for("worker arguments")
    assert process.stop(signal.SIGTERM) == 143
    until = time.monotonic() + 10
    while (container.runs("comfyui") or container.runs("worker")) and time.monotonic() < until:
        time.sleep(0.02)
    assert not container.runs("comfyui")
    assert not container.runs("worker")
