"""A process that dies or freezes at any step: the work ends, with one picture."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest
from tests.pipeline.conftest import Start
from tests.support.studios import ask, ended

from affiche.emulators.comfyui import Server
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

STEPS = ("prepare", "submit", "observe", "collect", "finish")


async def runs_of(server: Server) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/history") as answer:
        return len(await answer.json())


async def check_one_picture(studio: Studio, alice: Caller, work: works.Work) -> None:
    assert work.status == "completed"
    pictures = await works.outputs(studio, alice, [work.id])
    assert len(pictures) == 1
    assert pictures[0].id == work.output_file_id
    assert len(await studio.objects.read("works", pictures[0].object_key)) == pictures[0].file_size


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_killed_process_is_taken_over(
    studio: Studio,
    alice: Caller,
    comfyui: Server,
    picture: File,
    start: Start,
    step: str,
    when: str,
) -> None:
    first = await start("kill", step, when)
    asked = await ask(studio, alice, picture)
    assert await asyncio.wait_for(first.wait(), 20) == -signal.SIGKILL
    await start()
    await check_one_picture(studio, alice, await ended(studio, alice, asked.id))
    assert await runs_of(comfyui) == 1


@pytest.mark.parametrize("step", ["submit", "collect"])
async def test_a_frozen_process_wakes_up_too_late(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, start: Start, step: str
) -> None:
    frozen = await start("stop", step, "before")
    asked = await ask(studio, alice, picture)
    await asyncio.sleep(1)
    await start()
    work = await ended(studio, alice, asked.id)
    frozen.send_signal(signal.SIGCONT)
    await asyncio.sleep(1.5)
    assert frozen.returncode is None
    await check_one_picture(studio, alice, work)
    assert await works.get(studio, alice, work.id) == work
    assert await runs_of(comfyui) == 1


async def test_a_picture_that_kills_its_process_does_so_three_times_at_most(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, start: Start, log: Path
) -> None:
    asked = await ask(studio, alice, picture)
    for _ in range(3):
        process = await start("kill", "collect", "before")
        assert await asyncio.wait_for(process.wait(), 20) == -signal.SIGKILL
    await start("kill", "collect", "before")
    work = await ended(studio, alice, asked.id)
    assert work.status == "failed"
    assert work.error_code == "taken_too_often"
    assert log.read_text().count("collect") == 3


async def test_two_processes_share_the_load(
    studio: Studio, alice: Caller, comfyui: Server, picture: File, start: Start, log: Path
) -> None:
    await start()
    await start()
    asked = [await ask(studio, alice, picture, f"beach {n}") for n in range(16)]
    for work in asked:
        assert (await ended(studio, alice, work.id)).status == "completed"
    assert len({line.split()[0] for line in log.read_text().splitlines()}) == 2
    assert await runs_of(comfyui) == 16
