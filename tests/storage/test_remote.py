"""The same calls over S3's protocol."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from affiche.errors import EngineUnreachable, NotFound, StorageFailed
from affiche.storage import Objects

from .s3 import Store, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    async with serving() as store:
        store.point_at(monkeypatch)
        yield store


@pytest.fixture
def objects(store: Store) -> Objects:
    return Objects("s3://bucket/studio", seconds=5)


async def test_what_is_put_is_got(store: Store, objects: Objects) -> None:
    assert not objects.is_local
    await objects.put("works", "u/w/t.png", b"a picture", "image/png")
    assert store.objects == {"studio/works/u/w/t.png": b"a picture"}
    assert store.types == {"studio/works/u/w/t.png": "image/png"}
    stream = await objects.get("works", "u/w/t.png")
    assert (stream.size, stream.entry.media_type) == (9, "image/png")
    assert b"".join([piece async for piece in stream]) == b"a picture"
    assert await objects.read("works", "u/w/t.png") == b"a picture"
    assert (await objects.head("works", "u/w/t.png")).size == 9
    assert [e.key async for e in objects.list("works", "u/")] == ["u/w/t.png"]
    await objects.delete("works", "u/w/t.png")
    await objects.delete("works", "u/w/t.png")
    assert store.objects == {}
    assert not await objects.exists("works", "u/w/t.png")
    with pytest.raises(NotFound):
        await objects.read("works", "u/w/t.png")
    assert store.unsigned == []


async def test_a_long_stream_goes_in_parts(store: Store, objects: Objects) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(12):
            yield bytes([number]) * 1_000_000

    await objects.put("works", "long.png", pieces(), "image/png")
    assert store.types == {"studio/works/long.png": "image/png"}
    got = [piece async for piece in await objects.get("works", "long.png")]
    assert len(got) > 1
    assert b"".join(got) == b"".join([piece async for piece in pieces()])


async def test_a_stream_that_breaks_leaves_nothing(store: Store, objects: Objects) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 6_000_000
        raise EngineUnreachable

    with pytest.raises(EngineUnreachable):
        await objects.put("works", "a", broken(), "image/png")
    assert store.objects == {}


async def test_a_link_opens_it_for_anybody(store: Store, objects: Objects) -> None:
    await objects.put("works", "a.png", b"a picture", "image/png")
    link = await objects.link("works", "a.png", secret=b"", now=NOW, valid=timedelta(minutes=5))
    assert link.startswith(store.url)
    assert "X-Amz-Expires=300" in link
    async with aiohttp.ClientSession() as session:
        assert await (await session.get(link)).read() == b"a picture"
        assert (await session.get(link.partition("?")[0])).status == 403


@pytest.mark.parametrize("status", [400, 401, 403, 500, 503])
async def test_a_store_that_refuses(store: Store, status: int) -> None:
    objects = Objects("s3://bucket", seconds=0.25)
    store.status = status
    with pytest.raises(StorageFailed):
        await objects.put("works", "a", b"x", "image/png")
    for call in (objects.get, objects.read, objects.head, objects.delete, objects.exists):
        with pytest.raises(StorageFailed):
            await call("works", "a")
    with pytest.raises(StorageFailed):
        [entry async for entry in objects.list("works")]
    assert store.objects == {}


async def test_a_store_that_is_gone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as gone:
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)
    with pytest.raises(StorageFailed):
        await Objects("s3://bucket", seconds=0.25).read("works", "a")
