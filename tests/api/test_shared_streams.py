"""Streams that share their reading: each hears everything once, whoever else listens, however far
behind it begins and however slow it is."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from tests.api.streams import kinds, listening, tell
from tests.support.servers import AsSomebody, Client

from affiche.studio import events, feed
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio

NAMES = [f"n{n}" for n in range(40)]


async def test_many_windows_of_one_person_hear_the_same(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async with AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(listening(client)) for _ in range(12)]
        await tell(studio, alice, *NAMES)
        for ear in ears:
            assert kinds(await ear.until(NAMES[-1])) == NAMES


async def test_one_that_begins_further_back_joins_the_others(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async with listening(client) as first:
        start = first.last_id
        await tell(studio, alice, *NAMES[:20])
        await first.until(NAMES[19])
        telling = asyncio.create_task(tell(studio, alice, *NAMES[20:]))
        async with listening(client, Last_Event_ID=start) as second:
            assert kinds(await second.until(NAMES[-1])) == NAMES
        assert kinds(await first.until(NAMES[-1])) == NAMES[20:]
        await telling


async def test_people_read_together_hear_each_their_own(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
) -> None:
    others = [await as_somebody(bob), await as_somebody(charlie)]
    async with listening(client) as a, listening(others[0]) as b, listening(others[1]) as c:
        async with studio.database.as_service() as service:
            for name in ("one", "two"):
                for caller in (alice, bob, charlie):
                    await service.connection.execute(
                        "INSERT INTO events (user_id, type) VALUES (%s, %s)",
                        (caller.id, f"{caller.name or 'alice'}-{name}"),
                    )
            await service.connection.execute("SELECT pg_notify('affiche_event', '')")
        for ear, name in ((a, "alice"), (b, "bob"), (c, "charlie")):
            assert kinds(await ear.until(f"{name}-two")) == [f"{name}-one", f"{name}-two"]


async def test_a_stream_that_cannot_keep_up_misses_nothing(
    studio: Studio, running: Feed, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More batches than it may have waiting: it reads for itself again."""
    monkeypatch.setattr(feed, "MOST_BATCHES", 2)
    monkeypatch.setattr(feed, "SETTLING", 0.0)
    cursor = await feed.opening(studio, None)
    stream = running.follow(studio, alice, cursor)
    await tell(studio, alice, "first")
    heard = [event.type for event in await anext(stream) or ()]
    for name in NAMES:
        await tell(studio, alice, name)
        await asyncio.sleep(0.02)
    while heard[-1] != NAMES[-1]:
        heard += [event.type for event in await anext(stream) or ()]
    assert heard == ["first", *NAMES]
    await stream.aclose()
    assert running.streams(alice.id) == 0


@pytest.fixture
def running(feed: Feed) -> Feed:
    return feed


async def test_what_an_older_transaction_holds_back_comes_when_that_ends(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async with listening(client) as ear:
        async with studio.database.as_service() as older:
            await older.connection.execute(
                "INSERT INTO events (user_id, type) VALUES (%s, 'older')", (alice.id,)
            )
            await tell(studio, alice, "younger")
            with pytest.raises(TimeoutError):
                await ear.event(within=0.3)
        # Nobody notified of it: the reader knows that something was held back.
        assert kinds(await ear.until("younger")) == ["older", "younger"]


async def test_in_silence_nothing_is_read(
    client: Client, studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(client) as ear:
        await tell(studio, alice, "last")
        await ear.until("last")
        await asyncio.sleep(0.5)
        reads = list[int]()
        monkeypatch.setattr(events, "of_many", lambda *_: reads.append(1))
        await asyncio.sleep(1.0)
        assert reads == []
