"""A studio on the wire: a live server on the loopback, people with keys, and clients that hold
every answer to the API's own description.

Loops: tests and the fixtures here run on the test's own loop (pytest-asyncio's default for
tests), the server beside them in it; what is shared by a session, the cluster, is not async.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from affiche.serving import Server, application
from affiche.studio import people
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

UNDESCRIBED = (405, 421, 500)


@pytest.fixture
async def feed(studio: Studio) -> AsyncIterator[Feed]:
    async with Feed(studio).running() as running:
        yield running


@pytest.fixture
async def server(studio: Studio, feed: Feed) -> AsyncIterator[Server]:
    """The studio's API and pages at `server.url`, on a free port."""
    async with Server(application(studio, feed), "127.0.0.1", 0, fixed=True) as running:
        yield running


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> dict[str, str]:
        """Of a problem: field to code."""
        return {each["field"]: each["code"] for each in self.json["fields"]}


@dataclass
class Client:
    """Somebody who calls; `headers` go with every request."""

    server: Server
    session: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **more: Any) -> Answer:
        headers = self.headers | dict(more.pop("headers", {}))
        url = self.server.url + path
        async with self.session.request(
            method, url, headers=headers, allow_redirects=False, **more
        ) as response:
            answer = Answer(response.status, response.headers, await response.read())
        check_described(self.server, method, path, answer)
        return answer

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.call("GET", path, **more)

    async def post(self, path: str, **more: Any) -> Answer:
        return await self.call("POST", path, **more)

    async def upload(self, data: bytes, name: str = "picture.jpg", **more: Any) -> Answer:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", data, filename=name)
        return await self.post("/v1/files", data=form, **more)


_described: dict[str, Any] = {}


def description(server: Server) -> dict[str, Any]:
    """The same for every server of a run, and made once."""
    if not _described:
        _described.update(server.app.openapi())
    return _described


def check_described(server: Server, method: str, path: str, answer: Answer) -> None:
    """Status and media type stand in the description, and JSON holds what its schema requires."""
    described = description(server)
    for template, methods in described["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        if not re.fullmatch(pattern, path.partition("?")[0]) or method.lower() not in methods:
            continue
        responses = methods[method.lower()]["responses"]
        named = "default" if answer.status in UNDESCRIBED else str(answer.status)
        assert named in responses, f"{method} {template} does not tell of {answer.status}"
        content = responses[named].get("content", {})
        found = answer.headers.get("Content-Type", "").partition(";")[0]
        assert found in content or (not content and not answer.body), f"{template}: {found}"
        if found.endswith("json"):
            check_shape(described, content[found]["schema"], answer.json)
        return


def check_shape(described: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """The keys of the object are exactly the schema's properties."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "properties" in schema:
        assert set(value) == set(schema["properties"])
        assert set(schema.get("required", ())) <= set(value)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Without cookies of its own, so that one test can be several people."""
    jar = aiohttp.DummyCookieJar()
    timeout = aiohttp.ClientTimeout(total=30)
    # The server closes what is idle for five seconds, which making the description may take where a
    # machine is busy; a form that was sent into that would be lost.
    fresh = aiohttp.TCPConnector(keepalive_timeout=1.0)
    async with aiohttp.ClientSession(connector=fresh, cookie_jar=jar, timeout=timeout) as opened:
        yield opened


AsSomebody = Callable[[Caller], Awaitable[Client]]


@pytest.fixture
def as_somebody(studio: Studio, server: Server, session: aiohttp.ClientSession) -> AsSomebody:
    """A client with an API key of the caller's."""

    async def signed_in(caller: Caller) -> Client:
        key = await people.make_key(studio, caller.id, "test")
        return Client(server, session, {"Authorization": f"Bearer {key}"})

    return signed_in


@pytest.fixture
async def client(as_somebody: AsSomebody, alice: Caller) -> Client:
    """Alice's; answers come in English."""
    made = await as_somebody(alice)
    made.headers["Accept-Language"] = "en"
    return made


@pytest.fixture
def nobody(server: Server, session: aiohttp.ClientSession) -> Client:
    """A client without key or cookie."""
    return Client(server, session)


async def add_person(studio: Studio, name: str, language: Language = "en") -> Caller:
    caller = Caller(studio.new_id(), f"{name}@example.com", name, language, False)
    async with studio.database.as_service() as service:
        await service.run(
            "people.add",
            id=caller.id,
            email=caller.email,
            name=name,
            language=language,
            is_operator=False,
        )
        await service.run("people.add_default_project", user_id=caller.id, name=name)
    return caller


@pytest.fixture
async def bob(studio: Studio) -> Caller:
    return await add_person(studio, "bob")


@pytest.fixture
async def charlie(studio: Studio) -> Caller:
    return await add_person(studio, "charlie")
