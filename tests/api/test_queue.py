"""One's own queue: first of one's own, the engine's picture on the way, and nobody else's hands."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.api.asking import asked, uploaded
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, photograph

from affiche.studio import queue, treasury, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

EVERYTHING = {"rest": str(2**62)}
# A connection that is kept open may be closed just as it is used again, and a form goes but once.
ONCE = {"Connection": "close"}


async def line(studio: Studio, caller: Caller) -> list[UUID]:
    return [entry.work.id for entry in await queue.page(studio, caller)]


async def test_asked_in_front_it_goes_before_one_s_own_alone(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller
) -> None:
    picture = await uploaded(client)
    theirs = await as_somebody(bob)
    first = UUID((await asked(client, picture)).json["id"])
    other = UUID((await asked(theirs, await uploaded(theirs))).json["id"])
    second = UUID((await asked(client, picture)).json["id"])
    before = [(e.place, e.line) for e in await queue.page(studio, bob)]
    key = {"Idempotency-Key": "once"}
    front = await asked(client, picture, front=True, headers=key)
    assert front.status == 201
    assert await line(studio, alice) == [UUID(front.json["id"]), first, second]
    assert await line(studio, bob) == [other]
    assert before == [(2, 3)]
    # Bob, who shares a turn with the first, is before what came after him.
    assert [(e.place, e.line) for e in await queue.page(studio, bob)] == [(1, 4)]
    # Sent again it is the same; sent without it is another wish.
    again = await asked(client, picture, front=True, headers=key)
    assert again.json["id"] == front.json["id"]
    assert (await asked(client, picture, headers=key)).status == 409
    assert (await asked(client, picture, front="yes")).status == 422


async def run(studio: Studio, work_id: UUID, *changes: str) -> None:
    async with studio.database.as_service() as service:
        for change in changes:
            query = f"UPDATE generation_jobs SET {change} WHERE work_id = %s"
            await service.connection.execute(query, (work_id,))  # type: ignore[arg-type]


async def test_the_picture_on_the_way_is_shown_to_whoever_sees_the_work(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    charlie: Caller,
    picture: File,
) -> None:
    work = await ask(studio, alice, picture)
    address, beside = f"/v1/works/{work.id}/preview", f"/queue/{work.id}/look"
    assert (await client.get(address)).status == 404
    await run(studio, work.id, "status = 'taken'", "status = 'processing', external_id = 'r'")
    shown: dict[str, Any] = {"external_id": "r", "media_type": "image/jpeg"}
    async with studio.database.as_service() as service:
        for _ in range(2):
            await service.run("queue.show", **shown, picture=photograph(64, 64))
    seen = await client.get(address)
    assert (seen.status, seen.headers["Content-Type"]) == (200, "image/jpeg")
    assert seen.body == photograph(64, 64) == (await client.get(beside)).body
    assert seen.headers["Cache-Control"] == "private, no-store"
    assert ((await works.get(studio, alice, work.id)).progress or {})["look"] == 2
    theirs = await as_somebody(charlie)
    assert (await theirs.get(address)).status == 404
    assert (await theirs.get(beside)).headers["Content-Type"] == "image/gif"
    await run(studio, work.id, "status = 'failed'")
    assert (await client.get(address)).status == 404
    assert (await client.get(beside)).headers["Content-Type"] == "image/gif"


async def test_nobody_does_anything_to_another_s(
    as_somebody: AsSomebody, studio: Studio, alice: Caller, charlie: Caller, picture: File
) -> None:
    mine = [(await ask(studio, alice, picture)).id for _ in range(3)]
    theirs = await as_somebody(charlie)
    for act in ("cancel", "front", "check", "retry"):
        refused = await theirs.post("/queue", data={act: str(mine[2])}, headers=ONCE)
        assert refused.status == 404, act
    assert (await theirs.post("/queue", data=EVERYTHING, headers=ONCE)).status == 303
    assert await line(studio, alice) == mine
    assert {work.status for work in await works.page(studio, alice)} == {"pending"}
    assert str(mine[0]) not in (await theirs.get("/queue")).body.decode()


async def test_what_is_cancelled_comes_back_in_credits(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    charging = replace(studio, settings=replace(studio.settings, credits=True))
    await treasury.subscribe(charging, alice, alice.id, 5)
    asked_ = [await ask(charging, alice, picture) for _ in range(4)]
    await run(studio, asked_[0].id, "status = 'taken'")
    seen = await queue.waiting(charging, alice)
    assert (seen.works, seen.credits) == (3, 3)
    late = await ask(charging, alice, picture)
    # What was asked for since it was shown stays, and what runs.
    told = await queue.cancel_waiting(charging, alice, seen.newest or 0)
    assert (told.works, told.credits) == (3, 3)
    assert await line(studio, alice) == [asked_[0].id, late.id]
    again = await queue.cancel_waiting(charging, alice, seen.newest or 0)
    assert (again.works, again.credits) == (0, 0)
    fragment = {"HX-Request": "true"}
    answer = await client.post("/queue", data={"cancel": str(late.id)}, headers=fragment)
    assert answer.headers["HX-Trigger"] == (
        '{"queue:told": {"words": "Works cancelled: 1. Credits back: 1."}}'
    )


@pytest.mark.parametrize(
    ("name", "said", "status"),
    [("rest", "-1", 422), ("rest", "many", 422), ("cancel", "all", 422), ("other", "1", 404)],
)
async def test_a_form_that_is_none_cancels_nothing(
    client: Client, studio: Studio, alice: Caller, picture: File, name: str, said: str, status: int
) -> None:
    await ask(studio, alice, picture)
    assert (await client.post("/queue", data={name: said})).status == status
    assert (await queue.tally(studio, alice)).waiting == 1


async def test_how_long_it_takes_is_told_from_history(
    studio: Studio, alice: Caller, bob: Caller, picture: File
) -> None:
    """Of the same workflow at the same endpoint, whoever asked."""
    other = await ask(studio, bob, await theirs(studio, bob))
    mine = await ask(studio, alice, picture)
    assert [e.outlook.usual for e in await queue.page(studio, alice)] == [None]
    done = await ask(studio, bob, await theirs(studio, bob))
    await run(
        studio,
        done.id,
        "status = 'taken'",
        "status = 'processing', started_at = now() - interval '40 seconds'",
        "status = 'completed', execution_seconds = 40",
    )
    (entry,) = await queue.page(studio, alice)
    assert (entry.outlook.usual, entry.outlook.ahead, entry.outlook.under_way) == (40, 40, 0)
    # What runs there has some of it behind it.
    await run(
        studio,
        other.id,
        "status = 'taken'",
        "status = 'processing', running_at = now() - interval '30 seconds'",
    )
    (entry,) = await queue.page(studio, alice)
    assert entry.work.id == mine.id
    assert (entry.place, entry.line, entry.outlook.ahead) == (1, 1, 0)
    assert 5 < (entry.outlook.under_way or 0) <= 10
    # Twice as long as usual and more: nobody can say.
    await run(studio, other.id, "running_at = now() - interval '200 seconds'")
    (entry,) = await queue.page(studio, alice)
    assert entry.outlook.under_way is None


async def theirs(studio: Studio, caller: Caller) -> File:
    return await uploads.upload(studio, caller, photograph(), name="theirs.jpg")
