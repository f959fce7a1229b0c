"""Several processes on one database; each single kill is in test_matrix.py."""

import json
import signal
from pathlib import Path

import aiohttp
from tests.pipeline.conftest import Start
from tests.pipeline.doors import Point
from tests.pipeline.nursery import exited
from tests.support.studios import ask, ended

from affiche.emulators.comfyui import Server
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

LOOKING = "GET /view"


async def runs_of(server: Server) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/history") as answer:
        return len(await answer.json())


async def test_a_picture_that_kills_its_process_does_so_three_times_at_most(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, start: Start, trace: Path
) -> None:
    asked = await ask(studio, alice, picture)
    for time in (1, 2, 3):
        process = await start(Point("collect", LOOKING, time, "read", "before"))
        assert await exited(process) == -signal.SIGKILL
    await start(Point("collect", LOOKING, 4, "read", "before"))
    work = await ended(studio, alice, asked.id)
    assert work.status == "failed"
    assert work.error_code == "taken_too_often"
    assert trace.read_text().count(LOOKING) == 3


async def test_two_processes_share_the_load(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, start: Start, trace: Path
) -> None:
    await start()
    await start()
    asked = [await ask(studio, alice, picture, f"beach {n}") for n in range(16)]
    for work in asked:
        assert (await ended(studio, alice, work.id)).status == "completed"
    assert len({json.loads(line)["pid"] for line in trace.read_text().splitlines()}) == 2
    assert await runs_of(comfyui) == 16
