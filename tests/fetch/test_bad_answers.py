"""Servers on loopback that answer badly, endlessly, slowly or not at all."""

import asyncio
import gzip
import re
import time
from pathlib import Path

import pytest
from tests.support.catalogues import catalogue

from affiche.errors import FetchFailed, FetchFailedForNow
from affiche.fetch import download
from affiche.texts import LANGUAGES

from .servers import LIMIT, PICTURE, always, fetch, serving, whole

# --- answers ---


@pytest.mark.parametrize(
    ("answer", "reason", "again"),
    [
        (whole(b"secret", "404 Not Found"), "status", False),
        (whole(b"secret", "401 Unauthorized"), "status", False),
        (whole(b"", "204 No Content"), "status", False),
        (whole(b"", "304 Not Modified"), "status", False),
        (whole(b"secret", "302 Found"), "status", False),
        (whole(b"secret", "206 Partial Content"), "status", False),
        (whole(b"secret", "429 Too Many"), "status", True),
        (whole(b"secret", "500 Oh"), "status", True),
        (whole(b"secret", "503 Busy"), "status", True),
        (whole(b""), "empty", False),
        (whole(b"x" * 100, Content_Length=str(LIMIT + 1)), "too_large", False),
        (whole(b"x" * 100, Content_Length="101"), "broken_off", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "broken_off", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "unreadable", False),
        (whole(b"not packed", Content_Encoding="gzip"), "broken_off", True),
        (whole(b"secret", Content_Length="-1"), "unreadable", False),
        (whole(PICTURE, Content_Length="3"), "unreadable", False),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "unreadable", False),
        (b"", "broken_off", True),
    ],
)
async def test_answers_that_give_no_picture(answer: bytes, reason: str, again: bool) -> None:
    async with serving(always(answer)) as server:
        with pytest.raises(FetchFailed) as caught:
            await fetch(f"http://127.0.0.1:{server.port}/")
    error = caught.value
    assert (error.params["reason"], error.retryable) == (reason, again)
    assert "secret" not in str(error)
    assert {error.message("en"), error.message("ko")} & {error.detail} == set()


async def test_nobody_listens() -> None:
    async with serving(always(b"")) as server:
        pass
    with pytest.raises(FetchFailedForNow) as caught:
        await fetch(f"http://127.0.0.1:{server.port}/")
    assert caught.value.params["reason"] == "unreachable"


async def test_an_endless_body_is_cut_at_the_limit() -> None:
    sent = 0

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 10_000)
            sent += 10_000
            await writer.drain()

    async with serving(answer) as server:
        with pytest.raises(FetchFailed) as caught:
            await fetch(f"http://127.0.0.1:{server.port}/")
    assert caught.value.params["reason"] == "too_large"
    assert sent < 20_000_000


async def test_endless_headers_are_cut() -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-A: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    async with serving(answer) as server:
        with pytest.raises(FetchFailed):
            await fetch(f"http://127.0.0.1:{server.port}/", timeout=20)


async def test_what_is_packed_unasked_counts_unpacked() -> None:
    packed = whole(gzip.compress(PICTURE), Content_Encoding="gzip")
    bomb = whole(gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    assert len(bomb) < LIMIT
    async with serving(always(packed)) as server:
        assert (await fetch(f"http://127.0.0.1:{server.port}/")).data == PICTURE
    async with serving(always(bomb)) as server:
        with pytest.raises(FetchFailed) as caught:
            await fetch(f"http://127.0.0.1:{server.port}/")
    assert caught.value.params["reason"] == "too_large"


# --- time ---


async def _drip(writer: asyncio.StreamWriter, piece: bytes, pause: float) -> None:
    while not writer.is_closing():
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


async def test_a_slow_drip_is_given_up_before_the_time_is_over() -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await _drip(writer, b"x", 0.02)

    started = time.monotonic()
    async with serving(answer) as server:
        with pytest.raises(FetchFailedForNow) as caught:
            await fetch(
                f"http://127.0.0.1:{server.port}/",
                timeout=60,
                window_seconds=0.3,
                bytes_per_second=1000,
            )
    assert caught.value.params["reason"] == "slow"
    assert time.monotonic() - started < 30


async def test_dripping_headers_end_with_the_whole_time() -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await _drip(writer, b"X-A: b\r\n", 0.05)

    async with serving(answer) as server:
        with pytest.raises(FetchFailedForNow) as caught:
            await fetch(f"http://127.0.0.1:{server.port}/", timeout=0.5)
    assert caught.value.params["reason"] == "slow"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
async def test_silence(start: bytes) -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await asyncio.sleep(2)

    async with serving(answer) as server:
        with pytest.raises(FetchFailedForNow) as caught:
            await fetch(f"http://127.0.0.1:{server.port}/", timeout=60, window_seconds=0.2)
    assert caught.value.params["reason"] == "slow"


async def test_redirects_share_one_time() -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        writer.write(whole(status="302 Found", Location="/again"))

    async with serving(answer) as server:
        with pytest.raises(FetchFailedForNow):
            await fetch(f"http://127.0.0.1:{server.port}/", timeout=0.6)
    assert len(server.heads) <= 2


# --- words ---


def test_every_reason_has_its_sentence() -> None:
    source = Path(download.__file__).read_text(encoding="utf-8")
    reasons = set(re.findall(r'reason="(\w+)"', source))
    assert len(reasons) > 5
    for language in LANGUAGES:
        said = {key for key in catalogue(language) if key.startswith("fetch.reasons.")}
        assert said == {f"fetch.reasons.{reason}" for reason in reasons}
    for reason in reasons:
        error = FetchFailed(reason=reason, status=404, limit=20)
        assert reason.replace("_", " ") not in error.message("ko")
        assert "{" not in error.message("ko") + error.message("en")
