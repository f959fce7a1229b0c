"""One HTTP session to one server: every call has a time-out, a size limit, a plan for failure.

Whatever keeps an answer from arriving whole is `EngineUnreachable`; statuses that a route has a
meaning for are handed on in an `Answer`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias

import aiohttp
from yarl import URL

from affiche.errors import EngineBusy, EngineUnreachable

MB: Final = 1024 * 1024
# Parsing more than this would be felt by everything else on the loop.
_PARSE_INLINE: Final = MB
# Shorter than any server's own (uvicorn: 5 s), so that we never write into a connection that is
# just being closed from the other side.
_KEEPALIVE: Final = 4.0
# Text frames come as bytes too, so that bad UTF-8 is junk and not the end of the connection.
BytesSocket: TypeAlias = aiohttp.ClientWebSocketResponse[Literal[False]]
_FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server may cost: seconds for each kind of call, bytes for each kind of answer.

    `connect` until a connection stands, `ask` for a short question, `prompt` for the checking of
    a graph, `upload` for one picture, `read` for one output or the whole queue, `stall` for
    silence in a transfer. A queue's answer is never held in memory, so its limit is one of time.
    """

    connect: float = 5.0
    ask: float = 15.0
    prompt: float = 30.0
    upload: float = 60.0
    read: float = 300.0
    stall: float = 30.0
    answer_bytes: int = 64 * MB
    queue_bytes: int = 512 * MB
    file_bytes: int = 64 * MB


class AnswerTooLarge(EngineUnreachable):
    """There is an answer, past the limit for its kind."""


class Content(Protocol):
    """A body that is made while it is sent; `size` in bytes is known before."""

    size: int

    def __aiter__(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: `status`, and `body` in bytes."""

    status: int
    body: bytes

    async def json(self) -> Any:
        """The body parsed; EngineUnreachable when it is not JSON (another program answers)."""
        try:
            if len(self.body) > _PARSE_INLINE:
                return await asyncio.to_thread(json.loads, self.body)
            return json.loads(self.body)
        except ValueError as error:
            raise EngineUnreachable(detail=f"not JSON, status {self.status}") from error

    @property
    def text(self) -> str:
        """The start of the body, for the log."""
        return self.body[:500].decode("utf-8", "replace")


class Transport:
    """The session, made when first used; `url` may carry a path and a user name. `headers` go
    with every request."""

    def __init__(self, url: str, limits: Limits, headers: Mapping[str, str] | None = None) -> None:
        self.base = URL(url.rstrip("/"))
        self.limits = limits
        self._headers = dict(headers or {})
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=_KEEPALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
            )
        return self._session

    async def ask(
        self,
        method: str,
        *path: str,
        seconds: float | None = None,
        send: Any = None,
        form: aiohttp.FormData | None = None,
    ) -> Answer:
        """One question and its whole answer. `send` goes as JSON.

        Raises EngineUnreachable (no answer, a gateway's 502–504, a redirect, too many bytes) or
        EngineBusy (429).
        """
        answer = await self.exchange(method, *path, seconds=seconds, send=send, form=form)
        _refuse_gateways(answer.status)
        return answer

    async def exchange(
        self,
        method: str,
        *path: str,
        seconds: float | None = None,
        send: Any = None,
        form: aiohttp.FormData | None = None,
        content: Content | None = None,
        at_length: Callable[[], Awaitable[object]] | None = None,
    ) -> Answer:
        """As `ask`, with whatever status there is. `content` is JSON already; `at_length` is
        waited for before more than a megabyte of an answer is taken in.

        Raises EngineUnreachable (no answer), AnswerTooLarge.
        """
        data, headers = form or content, None
        if content is not None:
            headers = {"Content-Type": "application/json", "Content-Length": str(content.size)}
        try:
            async with self.session.request(
                method,
                self.base.joinpath(*path),
                json=send,
                data=data,
                headers=headers,
                timeout=self._timeout(seconds or self.limits.ask),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, await self._body(response, at_length))
        except _FAILURES as error:
            raise unreachable(error) from error

    @asynccontextmanager
    async def stream(
        self, *path: str, params: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer whose body the caller reads by itself; failures in the block are mapped."""
        try:
            async with self.session.get(
                self.base.joinpath(*path),
                params=params,
                timeout=self._timeout(self.limits.read),
                allow_redirects=False,
            ) as response:
                _refuse_gateways(response.status)
                yield response
        except _FAILURES as error:
            raise unreachable(error) from error

    @asynccontextmanager
    async def websocket(self, client_id: str) -> AsyncIterator[BytesSocket]:
        """The socket at `/ws`; aiohttp's own exceptions pass through."""
        async with asyncio.timeout(self.limits.connect):
            socket = await self.session.ws_connect(
                self.base.joinpath("ws").with_query(clientId=client_id),
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                heartbeat=self.limits.stall,
                max_msg_size=self.limits.answer_bytes,
                decode_text=False,
            )
        try:
            yield socket
        finally:
            await socket.close()

    async def close(self) -> None:
        """Every connection. What is asked after that opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _timeout(self, total: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=total, sock_connect=self.limits.connect, sock_read=self.limits.stall
        )

    async def _body(
        self, response: aiohttp.ClientResponse, at_length: Callable[[], Awaitable[object]] | None
    ) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if at_length is not None and size > MB:
                await at_length()
                at_length = None
            if size > self.limits.answer_bytes:
                raise AnswerTooLarge(detail=f"an answer of over {self.limits.answer_bytes} B")
            chunks.append(chunk)
        return b"".join(chunks)


def unreachable(error: BaseException) -> EngineUnreachable:
    """The error with what went wrong for the log alone."""
    return EngineUnreachable(detail=f"{type(error).__name__}: {error}"[:500])


def broken(error: BaseException | None) -> str | None:
    """What kept an answer from arriving, in words for an operator; None for anything else."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not accepted"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known"
        case aiohttp.ClientConnectorError():
            return "nothing listens at its address"
        case TimeoutError():
            return "it does not answer in time"
        case aiohttp.ClientError() | OSError():
            return "the connection broke off"
    return None


def _refuse_gateways(status: int) -> None:
    if status == 429:
        raise EngineBusy(detail="status 429")
    if status in (401, 502, 503, 504) or 300 <= status < 400:
        raise EngineUnreachable(detail=f"status {status}")
