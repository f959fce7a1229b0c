"""`affiche emulate`: with faults, planned on the command line or left to chance, and workers."""

import json
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.cli.programs import affiche, ask, running

WHERE = r"http://\S+"


def test_a_fault_of_the_command_line_strikes_once(data: Path) -> None:
    faults = ("--fault", "system_stats:refuse:status=503", "--fault", "queue:junk:nth=2")
    with running(data, "emulate", "comfyui", "--port", "0", *faults) as emulator:
        url = emulator.wait_for(WHERE)
        assert [ask(f"{url}/system_stats").status for _ in range(2)] == [503, 200]
        assert json.loads(ask(f"{url}/queue").body) == {"queue_running": [], "queue_pending": []}
        assert b"junk" in ask(f"{url}/queue").body


def test_chance_has_a_seed(data: Path) -> None:
    arguments = ("emulate", "comfyui", "--port", "0", "--faults", "--chaos", "1", "--seed", "5")
    with running(data, *arguments) as emulator:
        told = json.loads(ask(f"{emulator.wait_for(WHERE)}/_faults").body)
    assert (told["chance"], told["planned"]) == ({"probability": 1.0, "seed": 5}, [])


@pytest.mark.parametrize("which", ["comfyui", "runpod", "llm"])
@pytest.mark.parametrize(
    "arguments",
    [("--fault", "moon:melt"), ("--fault", "queue:delay:seconds=x"), ("--chaos", "2")],
    ids=" ".join,
)
def test_a_fault_that_there_is_not(data: Path, which: str, arguments: tuple[str, ...]) -> None:
    done = affiche(data, "emulate", which, *arguments)
    assert (done.code, done.out) == (2, "")
    assert "hint: " in done.err


@pytest.mark.parametrize(
    ("which", "path", "point"), [("comfyui", "/queue", "queue"), ("runpod", "/v2/e/run", "run")]
)
def test_connections_that_are_open_break(data: Path, which: str, path: str, point: str) -> None:
    """On the command's own loop: for a fault, and when it is stopped."""
    with running(data, "emulate", which, "--port", "0", "--fault", f"{point}:drop") as emulator:
        address = urlsplit(emulator.wait_for(WHERE))
        kept, broken = (HTTPConnection(address.netloc, timeout=20) for _ in range(2))
        kept.request("GET", "/moon")
        assert kept.getresponse().read() in (b"", b"404: Not Found")
        headers = {"Authorization": "Bearer rpa_emulated"}
        method = "POST" if which == "runpod" else "GET"
        broken.request(method, path, body=b'{"input": {"n": 1}}', headers=headers)
        with pytest.raises(ConnectionError):
            broken.getresponse()
        assert emulator.stop() == 0
        assert "wrong" not in emulator.text
        kept.close()


HANDLER = """
import runpod
runpod.serverless.start({"handler": lambda job: {"echo": job["input"]}})
"""


def asked(url: str, path: str, body: Any = None) -> tuple[int, Any]:
    """An answer of the public API."""
    headers = {"Authorization": "Bearer rpa_emulated", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/ep1/{path}", data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_runpod_with_a_worker_of_its_own(data: Path, tmp_path: Path) -> None:
    program = tmp_path / "handler.py"
    program.write_text(HANDLER, encoding="utf-8")
    worker = f"{sys.executable} {program}"
    arguments = ("--port", "0", "--worker", worker, "--endpoint", "ep1", "--faults")
    fault = ("--fault", "status:refuse:status=502,html=1")
    with running(data, "emulate", "runpod", *arguments, *fault) as emulator:
        url = emulator.wait_for(r"http://\S+/v2")
        status, job = asked(url, "run", {"input": {"n": 1}})
        assert status == 200
        assert asked(url, f"status/{job['id']}")[0] == 502
        deadline = time.monotonic() + 30
        while (told := asked(url, f"status/{job['id']}")[1])["status"] != "COMPLETED":
            assert time.monotonic() < deadline, told
            time.sleep(0.05)
        assert told["output"] == {"echo": {"n": 1}}
        counted = ask(f"{url.removesuffix('/v2')}/_counts").json
        assert counted["requests"]["run"] == 1
        assert counted["answers"]["status"]["502"] == 1


def test_runpod_without_one_says_how_to_start_it(data: Path) -> None:
    with running(data, "emulate", "runpod", "--port", "0", "--key", "rpa_mine") as emulator:
        url = emulator.wait_for(r"http://\S+/v2")
        emulator.wait_for(r"RUNPOD_SKIP_GPU_CHECK=true")
        assert f"RUNPOD_ENDPOINT_BASE_URL={url} RUNPOD_API_KEY=rpa_mine" in emulator.text
        assert "export RUNPOD_WEBHOOK_GET_JOB='" in emulator.text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--worker", "python 'x"),
        ("--worker", "python x", "--comfyui", "http://127.0.0.1:8188"),
        ("--clock", "0"),
        ("--clock", "nan"),
    ],
    ids=" ".join,
)
def test_a_cloud_that_cannot_be(data: Path, arguments: tuple[str, ...]) -> None:
    done = affiche(data, "emulate", "runpod", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "hint: " in done.err


def test_a_language_model_s_stand_in_says_how_it_is_used(data: Path) -> None:
    fault = ("--key", "k", "--fault", "models:refuse:status=503")
    with running(data, "emulate", "llm", "--port", "0", *fault) as emulator:
        url = emulator.wait_for(r"AFFICHE_LLM_URL=\S+").partition("=")[2]
        assert emulator.wait_for(r"AFFICHE_LLM_KEY=k")
        assert ask(f"{url}/models").status == 503
        assert ask(f"{url}/models").status == 401
