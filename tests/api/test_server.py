"""The server itself: which port it takes, and how it ends."""

import asyncio
import socket
from collections.abc import Iterator

import aiohttp
import pytest
from tests.api.streams import listening
from tests.support.servers import Client

from affiche.errors import PortTaken, SettingInvalid
from affiche.serving import Server, application
from affiche.studio.feed import Feed
from affiche.studio.studio import Studio


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


async def test_a_port_that_is_taken_is_passed_over(
    studio: Studio, feed: Feed, taken: int, session: aiohttp.ClientSession
) -> None:
    async with Server(application(studio, feed), "127.0.0.1", taken, fixed=False) as server:
        assert server.port > taken
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert (await Client(server, session).get("/health")).status == 200


async def test_a_port_that_somebody_chose_is_not(studio: Studio, feed: Feed, taken: int) -> None:
    with pytest.raises(PortTaken) as caught:
        async with Server(application(studio, feed), "127.0.0.1", taken, fixed=True):
            pass
    assert str(taken) in caught.value.message("ko")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
async def test_an_address_that_is_not_this_machine_s(studio: Studio, feed: Feed, host: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        async with Server(application(studio, feed), host, 8420):
            pass
    assert caught.value.params["name"] == "host"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8420"),
        ("localhost", "http://localhost:8420"),
        ("0.0.0.0", "http://127.0.0.1:8420"),
        ("::", "http://[::1]:8420"),
        ("::1", "http://[::1]:8420"),
    ],
)
def test_where_a_browser_finds_it(studio: Studio, feed: Feed, host: str, url: str) -> None:
    assert Server(application(studio, feed), host, 8420).url == url


async def test_on_leaving_streams_end_and_requests_are_finished(
    studio: Studio, feed: Feed, client: Client
) -> None:
    """In that order: a stream would hold the server for as long as it likes."""
    async with listening(client) as ear:
        leaving = asyncio.create_task(client.server.__aexit__())
        assert await ear.event() is None
        await leaving
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get("/health")


async def test_a_request_under_way_is_answered(
    studio: Studio, feed: Feed, session: aiohttp.ClientSession
) -> None:
    app, begun, go = application(studio, feed), asyncio.Event(), asyncio.Event()

    @app.get("/v1/slow")
    async def slow() -> str:
        begun.set()
        await go.wait()
        return "done"

    server = await Server(app, "127.0.0.1", 0, fixed=True).__aenter__()
    asking = asyncio.create_task(Client(server, session).get("/v1/slow"))
    await begun.wait()
    leaving = asyncio.create_task(server.__aexit__())
    await asyncio.sleep(0)
    go.set()
    assert (await asking).json == "done"
    await leaving


async def test_pages_and_api_are_one_application(nobody: Client) -> None:
    page = await nobody.get("/", headers={"Accept": "text/html"})
    assert page.status == 401
    assert page.headers["Content-Type"].startswith("text/html")
    assert (await nobody.get("/v1/me")).headers["Content-Type"] == "application/problem+json"
