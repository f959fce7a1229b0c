"""Seed 001's webhook, called as the first studio's own app and its database called it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncClientCursor
from tests.seeds.blocks import blocks
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ended, photograph

from affiche.db.listener import Listener
from affiche.pipeline.crew import Crew
from affiche.studio import keys, uploads, works
from affiche.studio.studio import Caller, Studio

PATH = "/webhook/klein_i2i"
NOTHING = "01a1fe6a-a666-737b-82bf-000000000000"


def shapes(job: object) -> dict[str, dict[str, Any]]:
    """Every body in which a job may be named."""
    record = {"id": str(job), "work_id": NOTHING, "status": "pending", "priority": 1}
    return {
        "seed": {"body": {"record": {"id": str(job)}}},
        "whole": {"headers": {}, "params": {}, "query": {}, "body": {"record": record}},
        "record": {"record": record},
        "database": {
            "type": "INSERT",
            "table": "generation_jobs",
            "schema": "public",
            "record": record,
            "old_record": None,
        },
        "bare": record,
        "in a body": {"body": record},
    }


@asynccontextmanager
async def listening(studio: Studio) -> AsyncIterator[list[str]]:
    """What admission is told meanwhile, without the call to look for itself when it begins."""
    heard: list[str] = []
    listener = Listener(studio.database.direct)
    listener.on("generation_job_created", heard.append)
    task = asyncio.create_task(listener.run())
    try:
        await listener.ready.wait()
        heard.clear()
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(studio: Studio, caller: Caller) -> dict[str, UUID]:
    """Seed 001's test 2 without its last statement: a work and its job, by INSERT."""
    picture = await uploads.upload(studio, caller, photograph())
    ids = {"work_id": uuid4(), "job_id": uuid4(), "user_id": caller.id}
    async with studio.database.as_service() as service:
        cursor = AsyncClientCursor(service.connection)
        for name in ("insert_work", "insert_job"):
            given = {**ids, "image_url": str(picture.id)}
            await cursor.execute(blocks("seed_001")[name], given)
    return ids


@pytest.mark.parametrize("shape", shapes(NOTHING))
async def test_the_job_is_named_in_every_shape(
    client: Client, studio: Studio, alice: Caller, shape: str
) -> None:
    ids = await put(studio, alice)
    answer = await client.post(PATH, json=shapes(ids["job_id"])[shape])
    assert answer.status == 200
    assert answer.json == {
        "execution_id": str(ids["job_id"]),
        "work_id": str(ids["work_id"]),
        "status": "pending",
    }


async def test_a_job_that_waits_wakes_admission_however_often_it_is_named(
    client: Client, studio: Studio, alice: Caller
) -> None:
    ids = await put(studio, alice)
    async with listening(studio) as heard:
        for _ in range(3):
            answer = await client.post(PATH, json=shapes(ids["job_id"])["seed"])
            assert (answer.status, answer.json["status"]) == (200, "pending")
        async with asyncio.timeout(20):
            while len(heard) < 3:
                await asyncio.sleep(0.01)
    assert [json.loads(told)["id"] for told in heard] == [str(ids["job_id"])] * 3
    assert (await works.get(studio, alice, ids["work_id"])).status == "pending"


async def test_the_job_runs_and_is_told_as_it_is_when_it_is_named_again(
    client: Client, studio: Studio, alice: Caller, crew: Crew
) -> None:
    ids = await put(studio, alice)
    body = shapes(ids["job_id"])["seed"]
    assert (await client.post(PATH, json=body)).status == 200
    work = await ended(studio, alice, ids["work_id"])
    assert work.status == "completed"
    again = await client.post(PATH, json=body)
    assert (again.status, again.json["status"]) == (200, "completed")
    assert (await works.get(studio, alice, work.id)).completed_at == work.completed_at


async def test_what_is_no_job_s_name_is_said_to_be_none(client: Client) -> None:
    answer = await client.post(PATH, json=shapes(NOTHING)["seed"])
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert answer.json["detail"] == "There is no such run."
    for sent, code in (
        ({"body": {"record": {"id": "test"}}}, {"id": "not_id"}),
        ({"body": {"record": {"id": 7}}}, {"id": "not_id"}),
        ({"body": {"record": {}}}, {"id": "required"}),
        ({"body": {}}, {"id": "required"}),
        ({"record": None}, {"id": "required"}),
        ({}, {"id": "required"}),
        ([], {"body": "not_object"}),
        ("x", {"body": "not_object"}),
    ):
        answer = await client.post(PATH, json=sent)
        assert (answer.status, answer.fields) == (422, code), sent
    for data in (b"", b"{", b"\xff", b'{"id":"a","id":"b"}'):
        headers = {"Content-Type": "application/json"}
        answer = await client.post(PATH, data=data, headers=headers)
        assert answer.status in (400, 422), data


async def test_without_a_token_that_may_ask_nothing_is_told(
    client: Client, nobody: Client, studio: Studio, alice: Caller
) -> None:
    ids = await put(studio, alice)
    body = shapes(ids["job_id"])["seed"]
    for headers in ({}, {"Authorization": "Bearer aff_no"}, {"Authorization": "Basic x"}):
        answer = await nobody.post(PATH, json=body, headers=headers)
        assert (answer.status, answer.json["code"]) == (401, "not_signed_in")
    key = (await keys.make(studio, alice.id, keys.Wish("reader", ["read"]))).secret
    refused = await nobody.post(PATH, json=body, headers={"Authorization": f"Bearer {key}"})
    assert (refused.status, refused.json["code"]) == (403, "scope_missing")
    key = (await keys.make(studio, alice.id, keys.Wish("database", ["ask"]))).secret
    taken = await nobody.post(PATH, json=body, headers={"Authorization": f"Bearer {key}"})
    assert taken.status == 200


async def test_whose_jobs_one_may_name(
    client: Client,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    as_somebody: AsSomebody,
) -> None:
    """One's own and one's projects'; an operator's key serves a database that has everybody's."""
    hers, his = await put(studio, alice), await put(studio, bob)
    member, stranger = await as_somebody(bob), await as_somebody(charlie)
    foreign, none = (shapes(job)["seed"] for job in (hers["job_id"], NOTHING))
    for who in (member, stranger):
        refused, absent = await who.post(PATH, json=foreign), await who.post(PATH, json=none)
        assert refused.status == absent.status == 404
        assert refused.json | {"request_id": ""} == absent.json | {"request_id": ""}
    assert (await member.post(PATH, json=shapes(his["job_id"])["seed"])).status == 200
    assert (await client.post(PATH, json=shapes(his["job_id"])["seed"])).status == 200
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id)"
            " SELECT project_id, %s FROM works WHERE id = %s",
            (charlie.id, his["work_id"]),
        )
    assert (await stranger.post(PATH, json=shapes(his["job_id"])["seed"])).status == 200
    assert (await stranger.post(PATH, json=foreign)).status == 404
