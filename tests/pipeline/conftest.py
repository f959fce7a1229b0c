"""Processes that run steps, ended by their id whatever happens."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from affiche.studio.studio import Studio

Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What every worker began: lines of process id, step and work."""
    path = tmp_path / "steps.log"
    path.touch()
    return path


@pytest.fixture
async def start(studio: Studio, tmp_path: Path, log: Path) -> AsyncIterator[Start]:
    """Starts a worker: `await start("kill", "collect", "before")`, or unarmed with nothing."""
    started: list[asyncio.subprocess.Process] = []

    async def one(
        fault: str = "none", step: str = "-", when: str = "-"
    ) -> asyncio.subprocess.Process:
        settings = studio.settings
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.pipeline.worker", fault, step, when),
            env=os.environ
            | {
                "AFFICHE_DATA": str(tmp_path),
                "DATABASE_URL": settings.database_url or "",
                "AFFICHE_RETRY_SECONDS": "0.2",
                "WORKER_LOG": str(log),
            },
            stdout=asyncio.subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"working\n"
        return process

    yield one
    for process in started:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()
