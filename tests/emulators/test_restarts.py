"""A server that is started again while it is being started again."""

import asyncio
from pathlib import Path

import aiohttp

from affiche.emulators.comfyui import serving


async def test_two_restarts_at_once_leave_one_server(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, aiohttp.ClientSession() as session:
        await asyncio.gather(server.restart(), server.restart(0.05))
        async with session.get(f"{server.url}/queue") as answer:
            assert answer.status == 200
