"""The same request again, under one Idempotency-Key."""

import asyncio
from typing import Any
from uuid import UUID

from tests.api.asking import asked, rows, uploaded
from tests.support.servers import Client
from tests.support.studios import at_work, ended

from affiche.emulators.comfyui import Server as ComfyUI
from affiche.studio.studio import Caller, Studio


async def test_a_key_replays_the_first_answer(
    client: Client, studio: Studio, alice: Caller, comfyui: ComfyUI
) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "once-and-only"}
    first = await asked(client, picture, headers=key)
    assert "Idempotency-Replayed" not in first.headers
    at_once = await asked(client, picture, headers=key)
    async with at_work(studio):
        await ended(studio, alice, UUID(first.json["id"]))
    much_later = await asked(client, picture, headers=key)
    for again in (at_once, much_later):
        assert (again.status, again.body) == (first.status, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
    assert await rows(studio) == 1


async def test_a_key_with_another_request_is_refused(client: Client, studio: Studio) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "k"}
    await asked(client, picture, headers=key)
    other = await asked(client, picture, headers=key, output_count=2)
    assert (other.status, other.json["code"]) == (409, "idempotency_mismatch")
    assert await rows(studio) == 1


async def test_twenty_at_once_with_one_key_are_one_work(client: Client, studio: Studio) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "k"}
    inputs = {"seed": 7}
    answers = await asyncio.gather(
        *(asked(client, picture, headers=key, inputs=inputs) for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 19
    assert await rows(studio) == 1


async def test_a_refused_request_does_not_use_its_key_up(client: Client) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "k"}
    assert (await asked(client, picture, headers=key, inputs={"prompt": ""})).status == 422
    assert (await asked(client, picture, headers=key)).status == 201


async def test_keys_of_two_people_do_not_meet(
    client: Client, as_somebody: Any, bob: Caller
) -> None:
    other = await as_somebody(bob)
    key = {"Idempotency-Key": "k"}
    mine = await asked(client, await uploaded(client), headers=key)
    theirs = await asked(other, await uploaded(other), headers=key)
    assert (mine.status, theirs.status) == (201, 201)
    assert mine.json["id"] != theirs.json["id"]


async def test_a_key_that_is_none(client: Client) -> None:
    picture = await uploaded(client)
    for key in ("x" * 256, "two words", "é"):
        answer = await asked(client, picture, headers={"Idempotency-Key": key})
        assert (answer.status, answer.json["code"]) == (400, "request_unreadable")
