"""Fetching from servers on loopback that behave, and that mislead."""

import asyncio
import ssl
from pathlib import Path

import pytest

from affiche.errors import AddressRefused, FetchFailed
from affiche.fetch import Fetched

from .servers import LIMIT, PICTURE, Names, always, fetch, serving, whole

TLS = Path(__file__).parent / "tls"


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
