"""HTTP as it comes over the wire: heads bounded in size and time, faults said as everywhere else.

uvicorn bounds neither: one client could send headers until memory ends, or hold a connection for
ever with half of one. What it answers itself is plain English text.
"""

import asyncio
import secrets
from typing import Any, Final

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from affiche.api.envelope import GUARDS
from affiche.api.problems import problem
from affiche.errors import AfficheError, HeadTooLarge, RequestStalled, RequestUnreadable

MOST_HEAD: Final = 64 * 1024
"""Bytes of the address and the headers together, and of whatever else is no body."""
HEAD_SECONDS: Final = 20.0
LINGER_SECONDS: Final = 5.0
"""How long the rest of a body is passed over after its request was refused, so that the client
comes to read why; closed at once, the connection would take the answer with it."""


class Wire(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._late: asyncio.TimerHandle | None = None
        self._begun, self._deaf = False, False
        # Bytes of this request's head, and bytes of which nothing has come as yet.
        self._head, self._pending = 0, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._pending += len(data)
        super().data_received(data)
        if self._pending > MOST_HEAD and not self.transport.is_closing():
            self._refuse(HeadTooLarge(limit=MOST_HEAD // 1024))
        elif self._late is None and self._is_idle():
            # It was an empty line, which uvicorn takes for a sign of life.
            self._expect_a_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun, self._head = True, 0
        self._expect_a_head()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._begun, self._pending = False, 0
        self._expect_nothing()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._pending = 0
        super().on_message_complete()
        if self.cycle.response_complete:
            self.cycle.more_body = False
            self._expect_nothing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        cycle = self.cycle
        if cycle.response_complete and cycle.more_body and not self.transport.is_closing():
            self._expect_nothing()
            self._late = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        too_large = self._head > MOST_HEAD
        limit = MOST_HEAD // 1024
        self._refuse(HeadTooLarge(limit=limit) if too_large else RequestUnreadable(reason="http"))

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MOST_HEAD:
            # The parser ends with it, and `send_400_response` says why.
            raise ValueError("the head is too large")

    def _is_idle(self) -> bool:
        cycle = self.cycle
        done = cycle is None or (cycle.response_complete and not cycle.more_body)
        return done and not self.transport.is_closing()

    def _expect_a_head(self) -> None:
        self._expect_nothing()
        self._late = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _expect_nothing(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _head_is_late(self) -> None:
        if self._begun:
            self._refuse(RequestStalled())
        else:
            self.transport.close()

    def _refuse(self, error: AfficheError) -> None:
        """Say so and close; an answer that is under way to a whole request is given first, and
        nothing behind that request is read."""
        self._expect_nothing()
        cycle = self.cycle
        under_way = cycle is not None and not cycle.response_complete
        if under_way and not cycle.more_body:
            cycle.keep_alive, self._deaf = False, True
            return
        if not self.transport.is_closing() and not (under_way and cycle.response_started):
            self.transport.write(self._written(error))
        self.transport.close()

    def _written(self, error: AfficheError) -> bytes:
        request_id = secrets.token_hex(8)
        scope = {
            "type": "http",
            "headers": self.headers or [],
            "app": self.config.app,
            "state": {"request_id": request_id},
        }
        answer = problem(Request(scope), error)
        headers = dict(answer.raw_headers) | {
            name.lower().encode(): value.encode()
            for name, value in {**GUARDS, "X-Request-Id": request_id, "Connection": "close"}.items()
        }
        lines = [name + b": " + value + b"\r\n" for name, value in headers.items()]
        return b"".join([STATUS_LINE[answer.status_code], *lines, b"\r\n", bytes(answer.body)])
