"""A batch is told of as one: at its end, once, and before that by the first work that fails."""

import asyncio

import pytest
from tests.batches.conftest import all_works, asked, finish
from tests.support.servers import Client

from affiche.studio import batches, letters, notifications
from affiche.studio.notifications import Notification
from affiche.studio.studio import Caller, Studio


async def told(studio: Studio, caller: Caller) -> list[Notification]:
    return await notifications.page(studio, caller)


async def test_a_batch_is_told_of_once_when_all_of_it_has_ended(
    studio: Studio, alice: Caller, client: Client
) -> None:
    batch = await asked(studio, alice, 2, variations=2, name="봄 포스터")
    ids = [work.id for work in await all_works(studio, alice, batch)]
    await finish(studio, ids[:1], "completed")
    assert await told(studio, alice) == []
    # The first failure is heard of at once, those behind it with the end.
    await finish(studio, ids[1:3], "failed")
    (failure,) = await told(studio, alice)
    assert (failure.work_id, failure.batch_id, failure.batch) == (ids[1], batch.id, None)
    assert failure.path == f"/works/{ids[1]}"
    await finish(studio, ids[3:], "completed")
    end, _ = await told(studio, alice)
    assert end.type == "work.completed"
    assert end.batch == {
        "name": "봄 포스터",
        "works": 4,
        "completed": 2,
        "failed": 2,
        "cancelled": 0,
    }
    assert end.path == f"/batches/{batch.id}"
    assert end.in_language("en") == ("Your batch has ended", "2 done, 2 failed, 0 cancelled.")
    assert (end.title, end.message) == end.in_language("ko")
    letter = letters.written([end], "en")
    assert (letter.subject, letter.path) == ("Your batch has ended: 봄 포스터", end.path)
    shown = (await client.get("/v1/notifications")).json["notifications"][0]
    assert (shown["batch_id"], shown["batch"]["failed"]) == (str(batch.id), 2)


async def test_what_failed_again_is_told_when_the_batch_ends_again(
    studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 2)
    first, second = [work.id for work in await all_works(studio, alice, batch)]
    await finish(studio, [first], "completed")
    await finish(studio, [second], "failed")
    (end,) = await told(studio, alice)
    assert end.batch
    assert (end.batch["completed"], end.batch["failed"]) == (1, 1)
    await batches.retry(studio, alice, batch.id)
    (again,) = [w.id for w in await all_works(studio, alice, batch) if w.status == "pending"]
    await finish(studio, [again], "completed")
    newest, _ = await told(studio, alice)
    assert newest.batch
    assert (newest.batch["works"], newest.batch["completed"]) == (2, 2)


async def test_cancelling_the_rest_is_one_entry_that_rings_nothing(
    studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 3, variations=2)
    await batches.cancel(studio, alice, batch.id)
    (end,) = await told(studio, alice)
    assert end.batch
    assert (end.type, end.batch["cancelled"]) == ("work.cancelled", 6)
    assert end.read_at is not None


@pytest.mark.parametrize("turn", range(3))
async def test_the_last_two_that_end_at_once_are_told_once(
    studio: Studio, alice: Caller, turn: int
) -> None:
    """Each in a transaction that does not see the other until it is over."""
    batch = await asked(studio, alice, 4, name=f"{turn}")
    ids = [work.id for work in await all_works(studio, alice, batch)]
    await asyncio.gather(*(finish(studio, [each], "completed") for each in ids))
    (end,) = await told(studio, alice)
    assert end.batch
    assert end.batch["completed"] == 4
