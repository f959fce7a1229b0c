"""The official SDK's clients against an endpoint; prints what they heard as one JSON object.

A program of its own: the SDK reads its address from the environment when it is imported.
"""

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp
import runpod

NAME = "ep1"


def sync() -> dict[str, Any]:
    endpoint = runpod.Endpoint(NAME)
    heard: dict[str, Any] = {"health": endpoint.health()}
    job = endpoint.run({"output": {"a": 1}})
    heard["first"] = job.status()
    heard["output"] = job.output(timeout=20)
    heard["last"] = job.status()
    heard["run_sync"] = endpoint.run_sync({"input": {"output": "now"}}, timeout=20)
    failed = endpoint.run({"raise": "no memory"})
    while failed.status() != "FAILED":
        time.sleep(0.02)
    running = endpoint.run({"seconds": 60})
    while running.status() != "IN_PROGRESS":
        time.sleep(0.02)
    heard["cancel"] = running.cancel()["status"]
    heard["cancelled"] = running.status()
    heard["purge"] = endpoint.purge_queue()
    try:
        runpod.Endpoint(NAME, api_key="wrong").health()
    except RuntimeError as error:
        heard["wrong key"] = str(error)
    return heard


async def later() -> dict[str, Any]:
    heard: dict[str, Any] = {}
    async with aiohttp.ClientSession() as session:
        endpoint = runpod.AsyncioEndpoint(NAME, session)
        job = await endpoint.run({"output": {"a": 2}})
        heard["output"] = await job.output(timeout=20)
        heard["last"] = await job.status()
        heard["health"] = await endpoint.health()
        running = await endpoint.run({"seconds": 60})
        while await running.status() != "IN_PROGRESS":
            await asyncio.sleep(0.02)
        heard["cancel"] = (await running.cancel())["status"]
        heard["cancelled"] = await running.status()
    return heard


if __name__ == "__main__":
    print(json.dumps(sync() if sys.argv[1] == "sync" else asyncio.run(later())))
