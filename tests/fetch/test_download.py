"""Fetching from servers on loopback that behave, misbehave and mislead."""

import asyncio
import gzip
import re
import ssl
import time
from pathlib import Path

import pytest

from affiche.errors import AddressRefused, FetchFailed, FetchFailedForNow
from affiche.fetch import Fetched, Policy, download, picture_bytes
from affiche.texts import LANGUAGES, catalogue

from .servers import PICTURE, Names, always, serving, whole

LIMIT = 100_000
ALLOWED = frozenset({"127.0.0.1", "pictures.example"})
TLS = Path(__file__).parent / "tls"


async def fetch(url: str, *, limit: int = LIMIT, timeout: float = 10, **options: object) -> Fetched:
    resolver = options.pop("resolver", Names(pictures=[["127.0.0.1"]]))
    policy = Policy(**{"allow_private": ALLOWED, **options})  # type: ignore[arg-type]
    return await picture_bytes(
        url,
        limit_bytes=limit,
        timeout=timeout,
        resolver=resolver,  # type: ignore[arg-type]
        policy=policy,
    )


async def test_a_picture() -> None:
    async with serving(always(whole(Content_Type="Image/PNG; charset=x"))) as server:
        url = f"http://pictures.example:{server.port}/a.png?b=%2f#c"
        fetched = await fetch(url)
    assert fetched == Fetched(PICTURE, "image/png", url.partition("#")[0])
    head = server.heads[0].lower()
    assert head.startswith("get /a.png?b=%2f http/1.1\r\n")
    assert f"host: pictures.example:{server.port}\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    assert "cookie" not in head
    assert "authorization" not in head


async def test_a_picture_of_exactly_the_limit_in_chunks() -> None:
    body = b"x" * LIMIT
    chunks = b"".join(b"3e8\r\n" + body[i : i + 1000] + b"\r\n" for i in range(0, LIMIT, 1000))
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    async with serving(always(answer)) as server:
        fetched = await fetch(f"http://127.0.0.1:{server.port}/")
        assert fetched.data == body
        assert fetched.media_type_claimed is None
        with pytest.raises(FetchFailed):
            await fetch(f"http://127.0.0.1:{server.port}/", limit=LIMIT - 1)


async def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(always(whole(b"from the proxy"))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        async with serving(always(whole())) as server:
            assert (await fetch(f"http://127.0.0.1:{server.port}/")).data == PICTURE
    assert proxy.heads == []


# --- addresses ---


async def test_private_addresses_need_the_operator() -> None:
    async with serving(always(whole())) as server:
        for host in ("127.0.0.1", "pictures.example"):
            with pytest.raises(AddressRefused):
                await fetch(f"http://{host}:{server.port}/", allow_private=frozenset())
        with pytest.raises(AddressRefused):
            await fetch(
                f"http://other.example:{server.port}/", resolver=Names(other=[["127.0.0.1"]])
            )
    assert server.heads == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1", "8.8.8.8"],
        ["8.8.8.8", "127.0.0.1"],
        ["2606:4700:4700::1111", "::ffff:127.0.0.1"],
        ["::1"],
        ["64:ff9b::7f00:1"],
        ["169.254.169.254"],
        ["fe80::1%lo"],
    ],
)
async def test_one_private_address_among_many_is_enough(addresses: list[str]) -> None:
    async with serving(always(whole())) as server:
        with pytest.raises(AddressRefused):
            await fetch(f"http://mixed.example:{server.port}/", resolver=Names(mixed=[addresses]))
    assert server.heads == []


async def test_a_name_that_changes_its_mind() -> None:
    """Rebinding: what is asked for a second time answers privately, and is judged again."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(whole(status="302 Found", Location="/again"))

    names = Names(pictures=[["127.0.0.1"]], turncoat=[["8.8.8.8"], ["127.0.0.1"]])
    assert (await names.resolve("turncoat.example"))[0]["host"] == "8.8.8.8"
    async with serving(answer) as server:
        with pytest.raises(AddressRefused):
            await fetch(f"http://turncoat.example:{server.port}/", resolver=names)
    assert server.heads == []


async def test_each_connection_goes_where_its_own_answer_said() -> None:
    """One lookup for each hop, and none between judging and connecting."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        here = whole(status="302 Found", Location="/b") if path == "/a" else whole()
        writer.write(here)

    names = Names(pictures=[["127.0.0.1"]])
    async with serving(answer) as server:
        await fetch(f"http://pictures.example:{server.port}/a", resolver=names)
    assert names.asked == ["pictures.example"] * 2


async def test_the_systems_own_names() -> None:
    async with serving(always(whole())) as server:
        url = f"http://localhost:{server.port}/"
        with pytest.raises(AddressRefused):
            await fetch(url, resolver=None)
        allowed = frozenset({"localhost"})
        assert (await fetch(url, resolver=None, allow_private=allowed)).data == PICTURE


async def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(FetchFailed) as caught:
        await fetch("http://nobody.example/")
    assert caught.value.params["reason"] == "name"


# --- redirects ---


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "http://10.0.0.1/",
        "http://[::1]:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433:{port}/",
        "http://private.example:{port}/",
        "http://user@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://[::1/",
    ],
)
async def test_redirects_are_judged_like_first_addresses(location: str) -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(whole(status="302 Found", Location=location.format(port=server.port)))

    names = Names(pictures=[["127.0.0.1"]], private=[["127.0.0.1"]])
    async with serving(answer) as server:
        with pytest.raises(AddressRefused):
            await fetch(f"http://pictures.example:{server.port}/", resolver=names)
    assert len(server.heads) == 1


@pytest.mark.parametrize("status", ["301 A", "302 A", "303 A", "307 A", "308 A"])
async def test_three_redirects_and_no_more(status: str) -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        left = int(path[1:])
        writer.write(whole(status=status, Location=f"/{left - 1}") if left else whole())

    async with serving(answer) as server:
        start = f"http://127.0.0.1:{server.port}"
        fetched = await fetch(f"{start}/3")
        assert (fetched.data, fetched.final_url) == (PICTURE, f"{start}/0")
        with pytest.raises(FetchFailed) as caught:
            await fetch(f"{start}/4")
    assert caught.value.params["reason"] == "redirects"
    assert len(server.heads) == 8


async def test_redirects_carry_nothing_along() -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        moved = whole(status="302 Found", Location="/b", Set_Cookie="a=b; Path=/")
        writer.write(moved if path == "/a" else whole())

    async with serving(answer) as server:
        await fetch(f"http://127.0.0.1:{server.port}/a")
    assert "cookie" not in server.heads[1].lower()
    assert "referer" not in server.heads[1].lower()


# --- https ---


def _certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


async def test_a_certificate_that_nobody_vouches_for() -> None:
    async with serving(always(whole()), _certified()) as server:
        with pytest.raises(FetchFailed) as caught:
            await fetch(f"https://pictures.example:{server.port}/")
    assert caught.value.params["reason"] == "certificate"
    assert not caught.value.retryable


async def test_https_stays_https() -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        down = whole(status="302 Found", Location="http://pictures.example/")
        writer.write(down if path == "/down" else whole())

    trusted = ssl.create_default_context(cafile=TLS / "certificate.pem")
    async with serving(answer, _certified()) as server:
        start = f"https://pictures.example:{server.port}"
        assert (await fetch(f"{start}/", certificates=trusted)).data == PICTURE
        with pytest.raises(AddressRefused):
            await fetch(f"{start}/down", certificates=trusted)


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
