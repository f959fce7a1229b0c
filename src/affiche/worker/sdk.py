"""What the worker uses of RunPod's SDK beside its loop; it is loaded only once that begins."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from runpod.http_client import AsyncClientSession  # type: ignore[import-untyped]
from runpod.serverless.modules.rp_http import send_result  # type: ignore[import-untyped]
from runpod.serverless.modules.worker_state import (  # type: ignore[import-untyped]
    JobsProgress,
)

from affiche.worker.progress import Update

_SECONDS: Final = 10.0
_leaving: Final[set[asyncio.Task[NoReturn]]] = set()


def takes_progress() -> bool:
    """Whether there is somewhere to send it; not where a job is tried out by hand."""
    return "RUNPOD_WEBHOOK_POST_OUTPUT" in os.environ


async def post(job: Mapping[str, Any], update: Update) -> None:
    """Send an update as the SDK does, but here and now. Failures are in the SDK's own log."""
    async with asyncio.timeout(_SECONDS), AsyncClientSession() as session:
        await send_result(session, {"status": "IN_PROGRESS", "output": dict(update)}, job)


def leave(config: dict[str, Any]) -> None:
    """Take no further job, and end with status 1 once the present ones are answered.

    The SDK's loop is told by `refresh_worker` in its `config`; by itself it would then wait out
    its long poll, and end as if all were well.
    """
    config["refresh_worker"] = True
    task = asyncio.get_running_loop().create_task(_left())
    _leaving.add(task)


async def _left() -> NoReturn:
    jobs = JobsProgress()
    while jobs.get_job_count():  # noqa: ASYNC110  the SDK has no event for it
        await asyncio.sleep(0.1)
    raise SystemExit(1)
