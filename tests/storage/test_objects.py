import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affiche.errors import EngineUnreachable, NotFound, PictureTooLarge, SettingInvalid
from affiche.storage import Objects, links

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


def _left(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(("length", "least"), [(10, 1), (8192, 1), (8193, 2), (40_000, 10)])
async def test_what_is_put_is_got(
    objects: Objects, tmp_path: Path, length: int, least: int
) -> None:
    data = bytes(range(256)) * length
    await objects.put("works", "u/w/t.png", data, "image/png")
    stream = await objects.get("works", "u/w/t.png")
    assert stream.size == len(data)
    assert stream.entry.media_type == "image/png"
    pieces = [piece async for piece in stream]
    assert len(pieces) >= least
    assert b"".join(pieces) == data == await objects.read("works", "u/w/t.png")
    head = await objects.head("works", "u/w/t.png")
    assert (head.size, head.media_type) == (len(data), "image/png")
    assert _left(tmp_path) == ["objects/works/u/w/t.png"]


async def test_the_folder_is_for_nobody_else(objects: Objects, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "objects").stat().st_mode) == 0o700


async def test_an_empty_object_is_an_object(objects: Objects) -> None:
    await objects.put("works", "empty", b"", "image/png")
    assert await objects.read("works", "empty") == b""


async def test_a_second_put_takes_the_place_of_the_first(objects: Objects) -> None:
    await objects.put("works", "a", b"one", "image/png")
    await objects.put("works", "a", b"three", "image/png")
    assert await objects.read("works", "a") == b"three"


async def test_a_stream_is_stored_in_pieces(objects: Objects) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(30):
            yield bytes([number]) * 400_000

    await objects.put("works", "long", pieces(), "image/png")
    assert (await objects.head("works", "long")).size == 12_000_000
    assert (await objects.read("works", "long"))[-400_001:-399_999] == b"\x1c\x1d"


async def test_a_stream_that_breaks_leaves_nothing(objects: Objects, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 6_000_000
        raise EngineUnreachable

    with pytest.raises(EngineUnreachable):
        await objects.put("works", "a/b", broken(), "image/png")
    assert not await objects.exists("works", "a/b")
    assert _left(tmp_path) == []


async def test_readers_never_see_half_an_object(objects: Objects) -> None:
    async def write() -> None:
        for number in range(40):
            await objects.put("works", "a", bytes([number]) * 300_000, "image/png")

    await objects.put("works", "a", b"\0" * 300_000, "image/png")
    writing = asyncio.create_task(write())
    seen = set()
    while not writing.done():
        data = await objects.read("works", "a")
        assert len(data) == 300_000
        assert len(set(data)) == 1
        seen.add(data[0])
    await writing
    assert len(seen) > 1


async def test_what_is_not_there(objects: Objects) -> None:
    assert not await objects.exists("works", "a")
    for call in (objects.get, objects.read, objects.head):
        with pytest.raises(NotFound):
            await call("works", "a")
    await objects.delete("works", "a")


async def test_a_folder_is_not_an_object(objects: Objects) -> None:
    await objects.put("works", "a/b", b"x", "image/png")
    assert not await objects.exists("works", "a")
    with pytest.raises(NotFound):
        await objects.read("works", "a")


async def test_deleted_is_gone(objects: Objects) -> None:
    await objects.put("works", "a", b"x", "image/png")
    await objects.delete("works", "a")
    await objects.delete("works", "a")
    assert not await objects.exists("works", "a")


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/passwd", "a/../b", "", "a//b", ".a", "A", "a%2e", "a#1", "\0"]
)
async def test_no_call_takes_what_is_no_key(objects: Objects, tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFound):
        await objects.put("works", key, b"x", "image/png")
    for call in (objects.get, objects.read, objects.head, objects.delete):
        with pytest.raises(NotFound):
            await call("works", key)
    with pytest.raises(NotFound):
        await objects.put("elsewhere", "a", b"x", "image/png")
    assert _left(tmp_path) == []


async def test_reading_has_a_limit(objects: Objects) -> None:
    await objects.put("works", "a", b"x" * 1001, "image/png")
    assert len(await objects.read("works", "a", limit=1001)) == 1001
    with pytest.raises(PictureTooLarge):
        await objects.read("works", "a", limit=1000)


async def test_listing_goes_by_whole_parts_and_pages(objects: Objects) -> None:
    for number in range(12):
        await objects.put("works", f"one/{number}.png", b"x" * number, "image/png")
    await objects.put("works", "onetwo/1.png", b"", "image/png")
    await objects.put("thumbs", "one/1.webp", b"", "image/webp")
    listed = [entry async for entry in objects.list("works", "one/")]
    assert {e.key for e in listed} == {f"one/{n}.png" for n in range(12)}
    assert {e.size for e in listed} == set(range(12))
    assert {e.media_type for e in listed} == {"image/png"}
    assert len([e async for e in objects.list("works")]) == 13
    assert [e async for e in objects.list("uploads")] == []
    assert [e async for e in objects.list("works", "nobody")] == []


async def test_a_folder_gives_links_of_ours(objects: Objects) -> None:
    link = await objects.link("works", "a/b.png", secret=b"s", now=NOW, valid=timedelta(hours=1))
    assert link == links.sign(b"s", "works", "a/b.png", now=NOW, valid=timedelta(hours=1))


async def test_what_was_put_outlives_the_process(tmp_path: Path) -> None:
    await Objects(tmp_path).put("works", "a", b"x", "image/png")
    assert await Objects(tmp_path).read("works", "a") == b"x"


@pytest.mark.parametrize("url", ["ftp://h/b", "http://h/b", "memory:///", "file:///tmp", "s3://"])
def test_a_store_that_we_do_not_know_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        Objects(url)
    assert "storage_url" in caught.value.message("en")
