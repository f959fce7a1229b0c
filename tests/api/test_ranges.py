"""Parts of files, heads without files, and what guards a picture that is opened by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.servers import Client
from tests.support.studios import photograph

from affiche.api.ranges import Unsatisfiable, wanted
from affiche.studio.studio import Studio

PNG = photograph(400, 300, ".png")
SIZE = 1000
RANGES: dict[str, tuple[int, int] | None] = {
    "bytes=0-0": (0, 1),
    "bytes=0-": (0, SIZE),
    "bytes=10-19": (10, 20),
    "bytes=990-5000": (990, SIZE),
    "bytes=-1": (999, SIZE),
    "bytes=-5000": (0, SIZE),
    "Bytes = 1-2": (1, 3),
    "": None,
    "bytes=": None,
    "bytes=-": None,
    "bytes=5-4": None,
    "bytes=0-1,5-6": None,
    "bytes=a-b": None,
    "lines=0-1": None,
    "bytes=١-٢": None,
    "bytes=0-9999999999999999999999": None,
}


@pytest.mark.parametrize("header", RANGES)
def test_what_a_range_means(header: str) -> None:
    assert wanted(header, SIZE) == RANGES[header]


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_what_lies_behind_the_end(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, SIZE)


@given(st.text(max_size=40) | st.from_regex(r"bytes=\d{0,4}-\d{0,4}"), st.integers(1, 2000))
def test_any_range_is_within_the_file(header: str, size: int) -> None:
    try:
        part = wanted(header, size)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part[0] < part[1] <= size


async def test_a_part_of_a_picture(client: Client) -> None:
    file = (await client.upload(PNG)).json
    whole = await client.get(file["url"])
    assert whole.headers["Accept-Ranges"] == "bytes"
    size, etag = file["size"], whole.headers["ETag"]
    for header, start, end in (
        ("bytes=0-7", 0, 8),
        ("bytes=100-", 100, size),
        ("bytes=-16", size - 16, size),
    ):
        part = await client.get(file["url"], headers={"Range": header, "If-Range": etag})
        assert (part.status, part.body) == (206, whole.body[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["Content-Length"] == str(end - start)
        assert part.headers["Content-Type"] == "image/png"
        assert part.headers["ETag"] == etag


async def test_a_range_that_is_not_one(client: Client) -> None:
    file = (await client.upload(PNG)).json
    size = file["size"]
    for headers in (
        {"Range": "bytes=5-4"},
        {"Range": "bytes=0-1,4-5"},
        {"Range": "bytes=0-7", "If-Range": '"another"'},
        {"Range": "bytes=0-7", "If-Range": "Sat, 21 Nov 2026 12:00:00 GMT"},
    ):
        answer = await client.get(file["url"], headers=headers)
        assert (answer.status, len(answer.body)) == (200, size)
    answer = await client.get(file["url"], headers={"Range": f"bytes={size}-"})
    assert (answer.status, answer.json["code"]) == (416, "range")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


async def test_the_head_alone(client: Client) -> None:
    file = (await client.upload(PNG)).json
    for address in (file["url"], file["thumbnail_url"]):
        whole = await client.get(address)
        head = await client.call("HEAD", address)
        assert (head.status, head.body) == (200, b"")
        for name in ("Content-Type", "ETag", "Cache-Control", "Content-Security-Policy"):
            assert head.headers[name] == whole.headers[name]
    assert (await client.call("HEAD", file["url"])).headers["Content-Length"] == str(file["size"])


async def test_a_picture_that_is_opened_by_itself_may_do_nothing(client: Client) -> None:
    file = (await client.upload(PNG)).json
    for address in (file["url"], file["thumbnail_url"], f"{file['url']}?download=true"):
        headers = (await client.get(address)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox"} <= set(policy)
        assert not any(part.startswith("script-src") for part in policy)


async def test_a_type_that_nobody_verified_is_only_saved(client: Client, studio: Studio) -> None:
    """A row can be changed by hand; no browser then reads a picture as a page."""
    file = (await client.upload(PNG, "page.html")).json
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE files SET mime_type = 'text/html'")
    answer = await client.call("HEAD", file["url"])
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="page.bin"')
