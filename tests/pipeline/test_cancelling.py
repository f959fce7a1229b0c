"""Cancelling at any point, and what the engine does about it."""

import asyncio

import aiohttp
import pytest
from tests.support.studios import ask, at_work, ended, reached

from affiche.emulators.comfyui import Server
from affiche.errors import TransitionRefused
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


async def busy(server: Server) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/queue") as answer:
        queue = await answer.json()
        return bool(queue["queue_running"] or queue["queue_pending"])


async def idle(server: Server) -> None:
    for _ in range(400):
        if not await busy(server):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the engine still runs what was cancelled")


async def test_a_pending_work_is_cancelled_at_once(
    studio: Studio, alice: Caller, picture: File
) -> None:
    asked = await ask(studio, alice, picture)
    assert (await works.cancel(studio, alice, asked.id)).status == "cancelled"
    assert (await works.cancel(studio, alice, asked.id)).status == "cancelled"


async def test_a_running_work_is_stopped_on_the_engine_too(
    studio: Studio, alice: Caller, slow_comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        asked = await ask(studio, alice, picture)
        await reached(studio, alice, asked.id, "processing")
        assert await busy(slow_comfyui)
        work = await works.cancel(studio, alice, asked.id)
        await idle(slow_comfyui)
        assert await works.get(studio, alice, asked.id) == work
    assert await works.outputs(studio, alice, [asked.id]) == []


async def test_what_has_ended_stays_as_it_is(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
        with pytest.raises(TransitionRefused):
            await works.cancel(studio, alice, work.id)
    assert await works.get(studio, alice, work.id) == work


async def test_an_overdue_run_fails_and_is_stopped(
    studio: Studio, alice: Caller, slow_comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        asked = await ask(studio, alice, picture)
        await reached(studio, alice, asked.id, "processing")
        async with studio.database.as_service() as service:
            await service.connection.execute(
                "UPDATE generation_jobs SET deadline_at = now() - interval '1 s',"
                " running_at = now() - interval '6 min', observe_at = now()"
            )
        work = await ended(studio, alice, asked.id)
        assert (work.status, work.error_code) == ("failed", "run_timed_out")
        await idle(slow_comfyui)
