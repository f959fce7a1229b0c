"""How long a stream lives: as many as are let, as old as they may be, as slow as is borne."""

import asyncio

import pytest
from tests.api.streams import kinds, listening, tell
from tests.support.servers import Client

from affiche.api import events as api
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio


async def test_streams_are_counted_and_given_back(
    client: Client, feed: Feed, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_STREAMS", 2)
    async with listening(client):
        async with listening(client):
            refused = await client.get("/v1/events")
            assert (refused.status, refused.json["code"]) == (429, "too_many_streams")
            assert refused.headers["Retry-After"]
        await streams(feed, alice, 1)
        async with listening(client):
            pass
    await streams(feed, alice, 0)


async def streams(feed: Feed, caller: Caller, count: int) -> None:
    for _ in range(1000):
        if feed.streams(caller.id) == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{feed.streams(caller.id)} streams are open, not {count}")


async def test_a_stream_ends_with_its_age_and_is_taken_up_again(
    client: Client, studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "OLDEST_SECONDS", 0.0)
    async with listening(client) as ear:
        await tell(studio, alice, "first")
        assert kinds(await ear.until("first")) == ["first"]
        assert await ear.event() is None
    await tell(studio, alice, "second")
    async with listening(client, Last_Event_ID=ear.last_id) as again:
        assert kinds(await again.until("second")) == ["second"]


async def test_a_client_that_does_not_read_is_let_go(
    client: Client,
    studio: Studio,
    feed: Feed,
    alice: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "SLOWEST_SECONDS", 0.3)
    host, port = "127.0.0.1", client.server.port
    reader, writer = await asyncio.open_connection(host, port, limit=1024)
    lines = [f"GET /v1/events HTTP/1.1\r\nHost: {host}:{port}"]
    lines += [f"{name}: {value}" for name, value in client.headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert b"200" in await reader.readline()
    await streams(feed, alice, 1)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO events (user_id, type, data)"
            " SELECT %s, 'n', jsonb_build_object('filling', repeat('x', 40000))"
            " FROM generate_series(1, 800)",
            (alice.id,),
        )
        await service.connection.execute("SELECT pg_notify('affiche_event', '')")
    await streams(feed, alice, 0)
    writer.close()


async def test_silence_is_broken_by_a_comment(
    client: Client, studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affiche.studio.feed.KEEPALIVE", 0.05)
    async with listening(client) as ear:
        with pytest.raises(TimeoutError):
            await ear.event(within=0.5)
        assert ear.comments
        assert set(ear.comments) == {"keepalive"}
        await tell(studio, alice, "still.there")
        assert kinds(await ear.until("still.there")) == ["still.there"]


async def test_streams_end_when_the_feed_stops(client: Client, feed: Feed) -> None:
    async with listening(client) as ear:
        feed.stop()
        assert await ear.event() is None
