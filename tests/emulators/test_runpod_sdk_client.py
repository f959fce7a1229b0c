"""The official `runpod` client runs, follows and cancels jobs against the emulator."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from .cloud import cloud_of

CLIENT = Path(__file__).parent / "sdk" / "client.py"


async def heard(url: str, key: str, home: Path, which: str) -> dict[str, Any]:
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CLIENT),
        which,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "RUNPOD_ENDPOINT_BASE_URL": url,
            "RUNPOD_AI_API_KEY": key,
            "RUNPOD_API_KEY": key,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            out, _ = await client.communicate()
    except TimeoutError:
        client.kill()
        raise
    assert client.returncode == 0
    return dict(json.loads(out))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """With the key where the SDK's client looks for it."""
    (tmp_path / ".runpod").mkdir()
    (tmp_path / ".runpod/config.toml").write_text('[default]\napi_key = "rpa_emulated"\n')
    return tmp_path


async def test_the_blocking_client(home: Path) -> None:
    async with cloud_of(cold_start=0.1) as cloud:
        told = await heard(cloud.server.url, cloud.server.key, home, "sync")
        requests = cloud.server.counted()["requests"]
    assert told["first"] == "IN_QUEUE"
    assert (told["output"], told["last"]) == ({"a": 1}, "COMPLETED")
    assert told["run_sync"] == "now"
    assert (told["cancel"], told["cancelled"]) == ("CANCELLED", "CANCELLED")
    assert told["purge"] == {"removed": 0, "status": "completed"}
    assert set(told["health"]) == {"jobs", "workers"}
    assert "401" in told["wrong key"]
    assert (requests["run"], requests["runsync"], requests["cancel"]) == (3, 1, 1)


async def test_the_async_client(home: Path) -> None:
    async with cloud_of() as cloud:
        told = await heard(cloud.server.url, cloud.server.key, home, "async")
    assert (told["output"], told["last"]) == ({"a": 2}, "COMPLETED")
    assert told["health"]["jobs"]["completed"] == 1
    assert (told["cancel"], told["cancelled"]) == ("CANCELLED", "CANCELLED")
