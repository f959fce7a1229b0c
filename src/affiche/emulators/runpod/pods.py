"""Workers in processes of their own: the real SDK against this server."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

GUARD: Final = Path(__file__).with_name("guard.py")


def environment(
    base: str, endpoint: str, worker: str, key: str, ping_interval: float
) -> dict[str, str]:
    """What RunPod sets for a worker; `base` is the URL up to `/v2`. The `?` is needed: the SDK
    appends its own query with `&`."""
    root = f"{base}/{endpoint}"
    return {
        "RUNPOD_WEBHOOK_GET_JOB": f"{root}/job-take/$ID?gpu=SIM",
        "RUNPOD_WEBHOOK_POST_OUTPUT": f"{root}/job-done/$RUNPOD_POD_ID/$ID?gpu=SIM",
        "RUNPOD_WEBHOOK_POST_STREAM": f"{root}/job-stream/$RUNPOD_POD_ID/$ID?gpu=SIM",
        "RUNPOD_WEBHOOK_PING": f"{root}/ping/$RUNPOD_POD_ID?gpu=SIM",
        "RUNPOD_AI_API_KEY": key,
        "RUNPOD_POD_ID": worker,
        "RUNPOD_ENDPOINT_ID": endpoint,
        "RUNPOD_PING_INTERVAL": str(max(1000, round(ping_interval * 1000))),
        "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
        "RUNPOD_SKIP_GPU_CHECK": "true",
    }


class Pod:
    """One worker process behind its guard."""

    def __init__(self, process: Process, grace: float) -> None:
        self._process = process
        self._grace = grace
        self._ending: asyncio.TimerHandle | None = None

    @classmethod
    async def start(
        cls, command: Sequence[str], variables: Mapping[str, str], grace: float
    ) -> "Pod":
        """Raises OSError when there is no such command."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(GUARD),
            *command,
            stdin=PIPE,
            env={**os.environ, **variables},
            start_new_session=True,
        )
        return cls(process, grace)

    async def ended(self) -> int:
        """Wait for the end; the worker's exit code."""
        code = await self._process.wait()
        if self._ending is not None:
            self._ending.cancel()
        return code

    def end(self, at_once: bool) -> None:
        """Ask the worker to end, and make it after the grace; or make it at once."""
        if self._process.returncode is not None:
            return
        if at_once:
            self._kill()
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        self._ending = asyncio.get_running_loop().call_later(self._grace, self._kill)

    def _kill(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
