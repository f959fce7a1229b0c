"""The `openai` SDK as we use it: no retries of its own, no redirects, no proxy, no endless answers.

Imported in a thread when the first question is asked, because that takes more than a second.
"""

from collections.abc import AsyncIterator
from typing import Final

import httpx2
from openai import (
    APIStatusError,
    AsyncOpenAI,
    DefaultAsyncHttpx2Client,
    OpenAIError,
    RateLimitError,
)

from affiche.errors import (
    LanguageModelBusy,
    LanguageModelError,
    LanguageModelRefused,
    LanguageModelUnavailable,
)

MOST_BYTES: Final = 1_000_000
"""Of an answer; one of 3,000 words has 30,000."""
AT_ONCE: Final = 20


class TooMuch(httpx2.TransportError):
    """More was sent than anybody asked for."""


class Capped(httpx2.AsyncBaseTransport):
    """Answers of at most MOST_BYTES, and not packed, so that a few bytes cannot become many."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        if response.headers.get("content-encoding", "identity") != "identity":
            await stream.aclose()
            raise TooMuch("a packed answer")
        response.stream = CappedStream(stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class CappedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for chunk in self._inner:
            length += len(chunk)
            if length > MOST_BYTES:
                raise TooMuch(f"more than {MOST_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def connect(url: str, key: str | None, seconds: float) -> AsyncOpenAI:
    """A client, with all that it needs loaded. Servers of one's own often want no key."""
    client = AsyncOpenAI(
        base_url=url,
        api_key=key or "none",
        max_retries=0,
        timeout=seconds,
        default_headers={"Accept-Encoding": "identity"},
        http_client=DefaultAsyncHttpx2Client(
            transport=Capped(), follow_redirects=False, trust_env=False
        ),
    )
    # Loaded by the SDK at first sight.
    assert client.chat.completions
    return client


class Later(LanguageModelBusy):
    """The server's own word; `pause` in seconds, if it said how long."""

    def __init__(self, detail: str, pause: float | None) -> None:
        super().__init__(detail=detail)
        self.pause = pause


def failure(error: Exception, key: str | None) -> LanguageModelError:
    """What an exception of the SDK means, with nothing of the request in it, nor the key.

    Any other exception is raised again, but for what the question itself is to blame for.
    """
    detail = f"{type(error).__name__}: {error}".replace(key or "\0", "…")[:300]
    match error:
        case RateLimitError() if error.code != "insufficient_quota":
            return Later(detail, _seconds(error.response.headers.get("retry-after")))
        case APIStatusError() if error.status_code in (408, 409, 425) or error.status_code >= 500:
            return LanguageModelUnavailable(detail=detail)
        case APIStatusError():
            return LanguageModelRefused(detail=detail)
        case OpenAIError():
            cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
            return LanguageModelUnavailable(detail=detail + cause)
        case ValueError() | TypeError():
            return LanguageModelRefused(detail=detail)
    raise error


def _seconds(header: str | None) -> float | None:
    """Of `Retry-After`, where it is a number and not a date (RFC 9110, 10.2.3)."""
    try:
        found = float(header or "")
    except ValueError:
        return None
    return found if found >= 0 else None
