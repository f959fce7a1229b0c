"""The how-to page for RunPod, rehearsed as it says: its own commands, with free ports in place of
its own."""

import re
import shlex
import subprocess
from pathlib import Path

from tests.cli.programs import PROGRAM, ask, environment, running
from tests.cloud.place import free_port
from tests.support.studios import photograph

from affiche.cli.clouds import ANY
from affiche.emulators.runpod import KEY

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "runpod.md"
WHERE = r"http://\S+"


def commands() -> list[str]:
    return re.findall(r"```sh\n(.+?)\n```", PAGE.read_text("utf-8"), re.DOTALL)


def words(command: str) -> tuple[list[str], dict[str, str]]:
    """The arguments of `affiche`, and the settings that stand before it."""
    given = shlex.split(command.splitlines()[-1])
    at = given.index("affiche")
    settings = [w for line in command.splitlines()[:-1] for w in shlex.split(line)[1:]]
    return given[at + 1 :], dict(s.split("=", 1) for s in [*settings, *given[:at]])


def test_the_page_s_rehearsal(data: Path) -> None:
    comfyui, runpod, run, up = map(words, commands())
    (data.parent / "photo.jpg").write_bytes(photograph())
    assert run[1]["RUNPOD_API_KEY"] == KEY
    assert run[1]["RUNPOD_ENDPOINT_ID"] == ANY
    with running(data, *comfyui[0][:-1], "0", "--pace", "0") as first:
        address = first.wait_for(WHERE)
        given = [address if each == "http://127.0.0.1:8188" else each for each in runpod[0][:-1]]
        assert address in given
        with running(data, *given, "0", "--faults", **runpod[1]) as second:
            url = second.wait_for(WHERE)
            settings = {**run[1], "RUNPOD_ENDPOINT_BASE_URL": url}
            made(data, run[0], settings)
            with running(data, *up[0][:-1], str(free_port()), **settings) as studio:
                studio.wait_for(re.escape(f"RunPod endpoint {ANY} at {url}"))
            counted = ask(f"{url.removesuffix('/v2')}/_counts").body
    assert b'"ended":{"COMPLETED":1}' in counted.replace(b" ", b"")


def made(data: Path, arguments: list[str], settings: dict[str, str]) -> None:
    done = subprocess.run(
        [PROGRAM, *arguments],
        env=environment(data, **settings),
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (data.parent / "out" / "klein-i2i-1.png").stat().st_size
    assert "runpod" in done.stderr
