"""A worker of the official SDK; does what its input says. Run as a program."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import runpod


async def handler(job: dict[str, Any]) -> Any:
    given = job["input"]
    for value in given.get("progress", ()):
        runpod.serverless.progress_update(job, value)
    try:
        await asyncio.sleep(given.get("seconds", 0))
    except asyncio.CancelledError:
        Path(given["mark"]).write_text("cancelled", encoding="utf-8")
        raise
    if "die" in given and not Path(given["die"]).exists():
        Path(given["die"]).write_text("died", encoding="utf-8")
        os._exit(3)
    if "raise" in given:
        raise RuntimeError(given["raise"])
    return given.get("output", {"echo": given, "s3": job.get("s3Config")})


def chunks(job: dict[str, Any]) -> Iterator[Any]:
    yield from job["input"]["chunks"]


if __name__ == "__main__":
    streaming = os.environ.get("STREAMING")
    runpod.serverless.start(
        {"handler": chunks, "return_aggregate_stream": True}
        if streaming
        else {"handler": handler, "concurrency_modifier": lambda _: int(os.environ["AT_ONCE"])}
    )
