"""Cancelled in every state, failed and said why, and asked for again."""

import asyncio
from uuid import UUID

from tests.api.asking import made, rows
from tests.support.servers import Client
from tests.support.studios import at_work, ended, reached

from affiche.emulators.comfyui import Server as ComfyUI
from affiche.pipeline.crew import Crew
from affiche.studio import works
from affiche.studio.studio import Caller, Studio


async def test_a_work_that_waits_is_cancelled_at_once(client: Client) -> None:
    (work_id,) = await made(client, 1)
    for _ in range(2):
        answer = await client.post(f"/v1/works/{work_id}/cancel")
        assert (answer.status, answer.json["status"]) == (200, "cancelled")
    assert answer.json["label"] == "Cancelled"


async def test_a_work_that_was_taken_is_cancelled(
    client: Client, studio: Studio, alice: Caller
) -> None:
    """Taken by a process that then stands still: nothing but the row moves."""
    (work_id,) = await made(client, 1)
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE generation_jobs SET status = 'taken'")
    assert (await works.get(studio, alice, UUID(work_id))).status == "taken"
    answer = await client.post(f"/v1/works/{work_id}/cancel")
    assert (answer.status, answer.json["status"]) == (200, "cancelled")


async def test_a_work_that_runs_is_cancelled_on_the_engine_too(
    client: Client, studio: Studio, alice: Caller, slow_comfyui: ComfyUI
) -> None:
    (work_id,) = await made(client, 1)
    async with at_work(studio):
        await reached(studio, alice, UUID(work_id), "processing")
        answer = await client.post(f"/v1/works/{work_id}/cancel")
        assert (answer.status, answer.json["status"]) == (200, "cancelled")
        await withdrawn(studio)
    again = (await client.get(f"/v1/works/{work_id}")).json
    assert (again["status"], again["outputs"], again["progress"]) == ("cancelled", [], None)


async def withdrawn(studio: Studio) -> None:
    for _ in range(500):
        async with studio.database.as_service() as service:
            cursor = await service.connection.execute(
                "SELECT count(*) FROM withdrawals WHERE done_at IS NOT NULL"
            )
            row = await cursor.fetchone()
        if row and row[0]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the run was never withdrawn")


async def test_a_work_that_ended_is_not_cancelled(
    client: Client, studio: Studio, alice: Caller, crew: Crew
) -> None:
    (work_id,) = await made(client, 1)
    await ended(studio, alice, UUID(work_id))
    english = await client.post(f"/v1/works/{work_id}/cancel")
    korean = await client.post(f"/v1/works/{work_id}/cancel", headers={"Accept-Language": "ko"})
    assert (english.status, english.json["code"]) == (409, "transition_refused")
    assert english.json["detail"] == "The work is done; that cannot be done now."
    assert "완료" in korean.json["detail"]


async def test_a_retry_is_a_new_work_of_the_same_inputs(client: Client, studio: Studio) -> None:
    (work_id,) = await made(client, 1)
    early = await client.post(f"/v1/works/{work_id}/retry")
    assert (early.status, early.json["code"]) == (409, "transition_refused")
    cancelled = (await client.post(f"/v1/works/{work_id}/cancel")).json
    key = {"Idempotency-Key": "again"}
    first = await client.post(f"/v1/works/{work_id}/retry", headers=key)
    second = await client.post(f"/v1/works/{work_id}/retry", headers=key)
    assert first.status == second.status == 201
    assert first.body == second.body
    assert second.headers["Idempotency-Replayed"] == "true"
    again = first.json
    assert again["id"] != work_id
    assert again["retry_of"] == work_id
    assert (again["inputs"], again["seed"]) == (cancelled["inputs"], cancelled["seed"])
    assert await rows(studio) == 2


async def test_why_a_work_failed_is_said_in_the_reader_s_language(
    client: Client, studio: Studio
) -> None:
    (work_id,) = await made(client, 1)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'failed', error_code = 'run_timed_out',"
            """ error_params = '{"minutes": 6}', error_message = 'in the owner''s words'"""
        )
    english = (await client.get(f"/v1/works/{work_id}")).json
    korean = (await client.get(f"/v1/works/{work_id}", headers={"Accept-Language": "ko"})).json
    assert (english["status"], english["label"]) == ("failed", "Error")
    assert english["error"] == {
        "code": "run_timed_out",
        "message": "The engine took longer than 6 min.",
        "hint": "Try again with fewer steps or a smaller picture.",
    }
    assert korean["error"]["message"] == "엔진이 6분 안에 끝내지 못했습니다."
    retried = await client.post(f"/v1/works/{work_id}/retry")
    assert retried.json["retry_of"] == work_id
