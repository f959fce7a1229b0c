"""What the client makes of answers that are wrong, cut off, too long, or do not come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from affiche.comfy.client import Client
from affiche.comfy.transport import Limits, Transport
from affiche.errors import (
    AfficheError,
    EngineBusy,
    EngineRefused,
    EngineUnreachable,
    OutputMissing,
    PictureTooLarge,
)

from .facts import LIMITS, A, prompt, view
from .scripted import Reply, Script, says, scripted


@dataclass
class Failure:
    text: str
    call: Callable[[Client], Awaitable[Any]]
    said: dict[str, list[Reply]]
    raises: type[AfficheError]


def history(client: Client) -> Awaitable[Any]:
    return client.history(A)


def upload(client: Client) -> Awaitable[Any]:
    return client.upload("t.png", b"bytes", "image/png", "affiche")


HISTORY = f"GET /history/{A}"
TEXT_500 = Reply(500, b"500 Internal Server Error /srv/comfy/server.py", "text/plain")

FAILURES = [
    Failure(
        "invalid JSON gets 500 in text", prompt, {"POST /prompt": [TEXT_500]}, EngineUnreachable
    ),
    Failure(
        "an answer that is no JSON", history, {HISTORY: [Reply(200, b"<html>")]}, EngineUnreachable
    ),
    Failure(
        "an answer that is cut off",
        history,
        {HISTORY: [Reply(200, b'{"a"', cut=True)]},
        EngineUnreachable,
    ),
    Failure(
        "an answer that is too long",
        history,
        {HISTORY: [Reply(200, b" " * 20_001)]},
        EngineUnreachable,
    ),
    Failure(
        "an answer that does not come", history, {HISTORY: [Reply(pause=5)]}, EngineUnreachable
    ),
    Failure(
        "a gateway without its server",
        history,
        {HISTORY: [Reply(502, b"<html>")]},
        EngineUnreachable,
    ),
    Failure("a sign-in page", history, {HISTORY: [Reply(302, b"")]}, EngineUnreachable),
    Failure("too many requests", history, {HISTORY: [Reply(429, b"")]}, EngineBusy),
    Failure(
        "a prompt that is answered with another thing",
        prompt,
        {"POST /prompt": [says([1])]},
        EngineUnreachable,
    ),
    Failure(
        "an upload over 100 MB", upload, {"POST /upload/image": [Reply(413, b"")]}, EngineRefused
    ),
    Failure(
        "an upload that is answered with another thing",
        upload,
        {"POST /upload/image": [says({})]},
        EngineUnreachable,
    ),
    *(
        Failure(
            f"a file with {status}",
            view(filename="a.png"),
            {"GET /view": [Reply(status, b"")]},
            OutputMissing,
        )
        for status in (400, 403, 404)
    ),
    Failure(
        "a file with 500", view(filename="a.png"), {"GET /view": [TEXT_500]}, EngineUnreachable
    ),
    Failure(
        "a file that is cut off",
        view(filename="a.png"),
        {"GET /view": [Reply(200, b"PN", cut=True)]},
        EngineUnreachable,
    ),
    Failure(
        "another program at the address",
        Client.system_stats,
        {"GET /system_stats": [says(["hello"])]},
        EngineUnreachable,
    ),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.text)
async def test_failure(failure: Failure, script: Script, client: Client) -> None:
    script.replies.update(failure.said)
    with pytest.raises(failure.raises) as caught:
        await failure.call(client)
    for language in ("ko", "en"):
        assert "/srv" not in caught.value.message(language)
        assert "html" not in caught.value.message(language)


async def test_nobody_there() -> None:
    async with scripted() as server:
        url = server.url
    transport = Transport(url, LIMITS)
    with pytest.raises(EngineUnreachable):
        await Client(transport).queue()
    await transport.close()


@pytest.mark.parametrize("told", [True, False], ids=["with its length", "without its length"])
async def test_a_file_over_the_limit_is_refused(script: Script, told: bool) -> None:
    transport = Transport(script.url, Limits(file_bytes=1000))
    # A length that is announced is believed; else the bytes are counted.
    script.on("GET /view", Reply(200, b"x" * 600 if told else b"x" * 1001, "image/png", cut=told))
    with pytest.raises(PictureTooLarge):
        await view(filename="a.png")(Client(transport))
    await transport.close()


async def test_names_of_uploads_are_plain_ascii(client: Client, script: Script) -> None:
    for name in ("한글.png", "../up.png", "a b.png", "", ".hidden", "a/b.png"):
        with pytest.raises(ValueError, match="name"):
            await client.upload(name, b"", "image/png", "affiche")
    assert script.asked == []
