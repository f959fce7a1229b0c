"""The ground the other tests stand on: the network guard, the skip guard, the two scripts."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).parents[2]


def test_no_test_reaches_the_network() -> None:
    documentation_only = "192.0.2.1"
    with (
        socket.socket() as client,
        pytest.warns(UserWarning, match=documentation_only),
        pytest.raises(SocketConnectBlockedError),
    ):
        client.connect((documentation_only, 80))


def test_loopback_and_unix_sockets_are_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


SKIPS = """
import pytest

@pytest.mark.skip(reason="no reason at all")
def test_left_out(): ...

@pytest.mark.xfail(reason="not built yet", strict=True)
def test_expected_to_fail(): assert False
"""


@pytest.mark.parametrize(
    ("body", "ci", "passed"),
    [
        (SKIPS, "true", False),
        (SKIPS, "", True),
        ("import pytest; pytest.importorskip('x_y')", "true", False),
    ],
    ids=["skip in CI", "skip at a desk", "skipped module in CI"],
)
def test_an_unexpected_skip_fails_in_ci(tmp_path: Path, body: str, ci: str, passed: bool) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(body)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)],
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode == 0) is passed, done.stdout
    assert ("not on the list" in done.stdout) is not passed


def test_make_help_explains_every_target_a_person_calls() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    help_ = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    ).stdout
    explained = set(re.findall(r"^  make ([a-z-]+) +\S", help_, re.MULTILINE))
    assert explained == set(phony[1].split()) - {"install-base"}


def pretend(folder: Path, name: str, answer: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)


def find_python(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts/find-python"],
        env={"PATH": f"{folder}:/usr/bin:/bin", "PYTHON": "", **env},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_python_that_is_too_old_is_refused_by_name(tmp_path: Path) -> None:
    pretend(tmp_path, "python-old", '[ "$1" = -V ] && echo "Python 3.9.2" || exit 3')
    found = find_python(tmp_path, PYTHON="python-old")
    assert found.returncode == 1
    assert "needs Python 3.11 or newer; found: 3.9.2 (python-old)." in found.stderr
    assert "hint:" in found.stderr


def test_a_python_without_venv_says_what_to_install(tmp_path: Path) -> None:
    pretend(tmp_path, "python-bare", 'case "$2" in *ensurepip*) exit 1 ;; esac; echo 3.11')
    found = find_python(tmp_path, PYTHON="python-bare")
    assert found.returncode == 1
    assert "apt-get install python3.11-venv" in found.stderr


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    pretend(tmp_path, "python3.13", "exit 127")
    pretend(tmp_path, "python3.12", "exit 0")
    assert find_python(tmp_path).stdout.strip() == str(tmp_path / "python3.12")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The commands of a machine whose root has nothing but apt-get."""
    for name in ("sh", "dirname", "chmod", "cat"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    pretend(tmp_path, "id", "echo 0")
    return tmp_path


def find_chromium(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts/chromium"],
        env={"PATH": str(folder), "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_chromium_is_installed(bare: Path) -> None:
    browser = bare / "chromium"
    pretend(
        bare,
        "apt-get",
        f'echo "$@"; [ "$2" = update ] || {{ echo "#!/bin/sh" > {browser}; chmod +x {browser}; }}',
    )
    found = find_chromium(bare)
    assert found.stdout.strip() == str(browser), found.stderr
    assert "install -y --no-install-recommends chromium fonts-noto-cjk" in found.stderr


def test_a_chromium_that_cannot_be_had_is_an_error(bare: Path) -> None:
    pretend(bare, "apt-get", "exit 100")
    found = find_chromium(bare)
    assert found.returncode == 1
    assert not found.stdout
    assert "hint:" in found.stderr


def test_a_chromium_that_was_named_must_run(bare: Path) -> None:
    found = find_chromium(bare, CHROMIUM="no-such-browser")
    assert found.returncode == 1
    assert "no-such-browser does not run" in found.stderr
