"""What is transient is tried again with a pause, what is permanent fails with its reason."""

import asyncio
from datetime import timedelta

from tests.support.studios import ask, at_work, ended, reached

from affiche.domain.jobs import MOST_TAKES
from affiche.emulators.comfyui import Server
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


async def takes(studio: Studio) -> int:
    async with studio.database.singly() as service:
        found = await service.connection.execute("SELECT takes FROM generation_jobs")
        row = await found.fetchone()
        assert row is not None
        return int(row[0])


async def test_a_restart_in_mid_run_starts_the_run_anew(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    comfyui.faults.add("node", "restart", node="VAEDecode")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed"
    assert await takes(studio) == 1
    assert len(await works.outputs(studio, alice, [work.id])) == 1


async def test_lost_history_starts_the_run_anew(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    comfyui.faults.add("end", "lose")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed"


async def test_a_lost_socket_is_no_loss(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    comfyui.faults.add("end", "drop")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed"
    assert await takes(studio) == 0


async def test_a_truncated_picture_is_fetched_again_by_another_take(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    comfyui.faults.add("view", "truncate")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed"
    assert await takes(studio) == 1


async def test_an_engine_that_refuses_for_now_is_asked_again(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    comfyui.faults.add("prompt", "refuse", status=503)
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed"


async def test_a_node_that_fails_fails_the_work_at_once(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    fault = {"exception": "ValueError", "message": "/srv/models/secret.py exploded"}
    comfyui.faults.add("node", "fail", times=9, node="VAEDecode", **fault)
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert (work.status, work.error_code) == ("failed", "run_failed")
    assert await takes(studio) == 0
    assert "secret" not in str(work.error_params)


async def test_three_takes_and_it_fails(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    comfyui.faults.add("node", "restart", times=9, node="VAEDecode")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id, within=60)
    assert (work.status, work.error_code) == ("failed", "run_lost")
    assert await takes(studio) == MOST_TAKES - 1


async def test_a_step_that_fell_out_of_the_queue_is_swept_up(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    asked = await ask(studio, alice, picture)
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE generation_jobs SET status = 'taken'")
    async with at_work(studio) as crew:
        await asyncio.sleep(0.5)
        assert (await works.get(studio, alice, asked.id)).status == "taken"
        await crew.sweep.bring_back(after=timedelta(0))
        assert (await ended(studio, alice, asked.id)).status == "completed"


async def test_jobs_set_back_by_hand_run_again(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    asked = await ask(studio, alice, picture)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'taken' WHERE status = 'pending'"
        )
    await reached(studio, alice, asked.id, "taken")
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'pending' WHERE status = 'taken'"
            " AND taken_at < now() + interval '10 minutes'"
        )
    async with at_work(studio):
        assert (await ended(studio, alice, asked.id)).status == "completed"
