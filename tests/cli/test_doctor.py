"""`affiche doctor` on studios that are ill; the well one is in test_up.py."""

import json
import socket
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.programs import PROGRAM, affiche, environment

NOBODY = "http://127.0.0.1:9"


def findings(data: Path, **more: str) -> tuple[int, dict[str, dict[str, object]]]:
    done = affiche(data, "doctor", "--json", **more)
    return done.code, {each["subject"]: each for each in done.json["findings"]}


def test_a_database_that_is_down_and_an_engine_that_is_not_there(data: Path) -> None:
    data.mkdir(mode=0o700)
    code, found = findings(
        data, DATABASE_URL="postgresql://a:secret@127.0.0.1:9/affiche", COMFYUI_URL=NOBODY
    )
    assert code == 1
    assert (found["database"]["state"], found["database"]["code"]) == ("broken", "unreachable")
    assert "DATABASE_URL" in str(found["database"]["hint"])
    assert "secret" not in str(found)
    assert (found["comfyui"]["state"], found["comfyui"]["code"]) == ("broken", "unwell")
    assert NOBODY in str(found["comfyui"]["message"])
    assert found["storage"]["state"] == "ok"


@pytest.mark.parametrize("where", ["a file", "a read-only disk"])
def test_a_file_store_that_takes_nothing(data: Path, where: str) -> None:
    data.mkdir(mode=0o700)
    (data / "file").write_text("")
    # Nobody can make a folder in /proc, not even root.
    folder = {"a file": str(data / "file"), "a read-only disk": "/proc/objects"}[where]
    code, found = findings(data, AFFICHE_STORAGE_URL=folder)
    assert code == 1
    assert (found["storage"]["state"], found["storage"]["code"]) == ("broken", "folder_write")
    assert folder in str(found["storage"]["message"])
    assert found["storage"]["hint"]


def test_a_folder_that_others_may_write(data: Path) -> None:
    data.mkdir()
    data.chmod(0o777)
    code, found = findings(data)
    assert (code, found["data"]["code"]) == (1, "data_open")
    assert f"chmod 700 {data}" in str(found["data"]["hint"])


def test_a_data_folder_that_is_a_file(data: Path) -> None:
    data.write_text("")
    code, found = findings(data)
    assert (code, found["data"]["code"]) == (1, "data_is_no_folder")


def test_before_the_first_start_nothing_is_broken_and_nothing_is_made(data: Path) -> None:
    done = affiche(data, "doctor", AFFICHE_LANGUAGE="ko")
    assert done.code == 0, done.out
    assert "고장 난 곳이 없습니다" in done.out
    assert not data.exists()


def test_what_hangs_holds_nothing_up(data: Path) -> None:
    """A database and an engine that take connections and never answer: two listening sockets."""
    data.mkdir(mode=0o700)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as other:
        began = time.monotonic()
        code, found = findings(
            data,
            DATABASE_URL=f"postgresql://a:secret@127.0.0.1:{one.getsockname()[1]}/affiche",
            COMFYUI_URL=f"http://127.0.0.1:{other.getsockname()[1]}",
        )
        took = time.monotonic() - began
    assert code == 1
    assert (found["database"]["code"], found["comfyui"]["code"]) == ("silent", "unwell")
    assert found["storage"]["state"] == "ok"
    # Not a measure of quickness: each alone would be waited for until it hangs up, for ever.
    assert took < 40


def test_a_disk_that_is_full(data: Path) -> None:
    """The kernel lets no file grow, for this process and the command alike."""
    data.mkdir(mode=0o700)
    limit = ("prlimit", "--fsize=0:0")
    done = subprocess.run(
        [*limit, PROGRAM, "doctor", "--json"],
        env=environment(data, DATABASE_URL="postgresql://a:b@127.0.0.1:9/affiche"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = {each["subject"]: each for each in json.loads(done.stdout)["findings"]}
    assert (done.returncode, found["storage"]["code"]) == (1, "folder_full")
    assert "room" in str(found["storage"]["hint"])


def test_a_wrong_setting_is_a_finding(data: Path) -> None:
    done = affiche(data, "doctor", AFFICHE_STEPS="many")
    assert done.code == 1
    assert "✗ settings" in done.out
    assert "steps" in done.out
